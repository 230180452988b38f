/** `explain`: how a session's status came about, in Codex's own words. */
import { connect } from '../client/connect.ts';
import { listSessions, resolveSession } from '../client/sessions.ts';
import { EXIT } from '../errors.ts';
import { print, printJson } from '../output.ts';
import { statePaths } from '../paths.ts';
import type { SessionInfo, StatusEvent } from '../protocol/messages.ts';
import { explanation } from '../ui/explanation.ts';
import { here } from './context.ts';

export async function run(
  { json }: { readonly json: boolean },
  [typed]: readonly string[],
): Promise<number> {
  const paths = statePaths();
  using connection = await connect(paths);
  const sessions = await listSessions(paths, { all: true, ...(connection && { connection }) });
  const found = resolveSession(typed, here(), sessions);
  const asked: { session: SessionInfo; events: readonly StatusEvent[] } =
    connection && found.state === 'running'
      ? await connection.request({ type: 'explain', fullName: found.fullName }, 'explained')
      : { session: found, events: [] };
  const { session, events } = asked;
  if (json) printJson({ session, events });
  else print(explanation(session, events, Date.now()));
  return EXIT.ok;
}
