/** `ls`: what there is. */
import { listSessions } from '../client/sessions.ts';
import { EXIT } from '../errors.ts';
import { print, printJson, say } from '../output.ts';
import { statePaths } from '../paths.ts';
import { formatList, sortSessions } from '../ui/list.ts';
import { here, listOptions } from './context.ts';

interface Options {
  readonly here: boolean;
  readonly json: boolean;
  readonly full: boolean;
  readonly all: boolean;
}

export async function run(options: Options): Promise<number> {
  const { hash } = here();
  const found = await listSessions(statePaths(), { all: options.all });
  const sessions = sortSessions(
    options.here ? found.filter((session) => session.hash === hash) : found,
    hash,
  );
  if (sessions.length === 0)
    say(`No sessions${options.here ? ' in this project' : ''}. "codex-sessions start" begins one.`);
  if (options.json) printJson(sessions);
  else if (sessions.length > 0) print(formatList(sessions, listOptions(options.full)));
  return EXIT.ok;
}
