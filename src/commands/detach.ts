/** `detach`: sends the terminals that are attached to a session home, from outside. */
import { connect } from '../client/connection/connect.ts';
import { listSessions, resolveSession } from '../client/sessions/list.ts';
import { EXIT, UserError } from '../platform/errors.ts';
import { statePaths } from '../store/paths.ts';
import { say } from '../terminal/output.ts';
import { displayName, here } from './shared/context.ts';

export async function run(_options: unknown, [name]: readonly string[]): Promise<number> {
  const paths = statePaths();
  const session = resolveSession(name, here(), await listSessions(paths));
  using connection = session.state === 'running' ? await connect(paths) : undefined;
  if (!connection)
    throw new UserError(
      `${displayName(session)} is not running`,
      `"codex-sessions start ${session.name}" starts it again.`,
    );
  await connection.request({ type: 'detach', fullName: session.fullName }, 'done');
  const { clients } = session;
  say(
    clients === 0
      ? `Nobody was attached to ${displayName(session)}.`
      : `Detached ${displayName(session)}.`,
  );
  return EXIT.ok;
}
