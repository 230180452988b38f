/** `rename`: renames a session, running or not; its conversation and its clients stay. */
import { listSessions, resolveSession, SupervisorLink } from '../client/index.ts';
import { EXIT } from '../platform/errors.ts';
import { checkName } from '../store/names.ts';
import { statePaths } from '../store/paths.ts';
import { say } from '../terminal/output.ts';
import { here } from './shared/context.ts';
import { renameSession } from './shared/rename-session.ts';

export async function run(_options: unknown, [typed, wanted]: readonly string[]): Promise<number> {
  const name = checkName(wanted ?? '');
  using link = new SupervisorLink(statePaths());
  const all = await listSessions(link, { all: true });
  const session = resolveSession(typed, here(), all);
  if (session.name !== name) say(await renameSession(link, session, name, all));
  return EXIT.ok;
}
