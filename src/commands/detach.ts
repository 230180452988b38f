/** `detach`: detaches all clients of a session. */
import { detachClients, listSessions, resolveSession, SupervisorLink } from '../client/index.ts';
import { EXIT, UserError } from '../platform/errors.ts';
import { statePaths } from '../store/paths.ts';
import { say } from '../terminal/output.ts';
import { displayName, here, typedName } from './shared/context.ts';

export async function run(_options: unknown, [name]: readonly string[]): Promise<number> {
  using link = new SupervisorLink(statePaths());
  const session = resolveSession(name, here(), await listSessions(link), {
    running: true,
    command: 'detach',
  });
  if (session.state !== 'running' || !(await detachClients(link, session.fullName)))
    throw new UserError(
      `${displayName(session)} is not running`,
      `Start it again: codex-sessions start ${typedName(session)}`,
    );
  const { clients } = session;
  say(
    clients === 0
      ? `Nobody was attached to ${displayName(session)}.`
      : `Detached ${displayName(session)}.`,
  );
  return EXIT.ok;
}
