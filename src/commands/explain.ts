/** `explain`: how a session's status came about, from what Codex reported. */
import {
  displayName,
  explain,
  listSessions,
  resolveSession,
  SupervisorLink,
} from '../client/index.ts';
import { EXIT } from '../platform/errors.ts';
import { statePaths } from '../store/paths.ts';
import { print, printJson } from '../terminal/output.ts';
import { explanation } from '../ui/explanation.ts';
import { here } from './shared/context.ts';

export async function run(
  { json }: { readonly json: boolean },
  [typed]: readonly string[],
): Promise<number> {
  using link = new SupervisorLink(statePaths());
  const sessions = await listSessions(link, { all: true });
  const found = resolveSession(typed, here(), sessions);
  const running = found.state === 'running' ? await explain(link, found.fullName) : undefined;
  const { session, events } = running ?? { session: found, events: [] };
  if (json) printJson({ session, events });
  else print(explanation(displayName(found), session, events, Date.now()));
  return EXIT.ok;
}
