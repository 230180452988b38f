/** `kill-all`: ends everything that runs, here or everywhere. */
import { listSessions } from '../client/sessions.ts';
import { EXIT, usageError } from '../errors.ts';
import { isInteractive, say } from '../output.ts';
import { statePaths } from '../paths.ts';
import { sortSessions } from '../ui/list.ts';
import { here } from './context.ts';
import { endSessions } from './ending.ts';
import { agreed } from './kill.ts';

interface Options {
  readonly here: boolean;
  readonly yes: boolean;
}

export async function run(options: Options): Promise<number> {
  if (!options.yes && !isInteractive())
    throw usageError(
      'kill-all asks before it kills, and there is no terminal to ask in',
      'Say that you mean it: kill-all -y.',
    );
  const { hash } = here();
  const paths = statePaths();
  const running = (await listSessions(paths)).filter(
    (session) => session.state === 'running' && (!options.here || session.hash === hash),
  );
  if (running.length === 0) {
    say(`No session is running${options.here ? ' in this project' : ''}.`);
    return EXIT.ok;
  }
  const targets = sortSessions(running, hash);
  if (!options.yes && !(await agreed(targets))) return EXIT.ok;
  return endSessions(paths, targets);
}
