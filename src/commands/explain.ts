/** `explain`: how a session's status came about, in Codex's own words. */
import { connect } from '../client/connection/connect.ts';
import { listSessions, resolveSession } from '../client/sessions/list.ts';
import { EXIT } from '../platform/errors.ts';
import type { SessionInfo, StatusEvent } from '../protocol/messages.ts';
import { statePaths } from '../store/paths.ts';
import { print, printJson } from '../terminal/output.ts';
import { explanation } from '../ui/explanation.ts';
import { here } from './shared/context.ts';

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
