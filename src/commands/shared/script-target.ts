/** Finds the sessions named by a command for scripts. */
import {
  follow,
  listSessions,
  notRunning,
  resolveSession,
  SupervisorLink,
  type Target,
} from '../../client/index.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import type { StatePaths } from '../../store/paths.ts';
import { here } from './context.ts';

/** @throws UserError 3 when there is no such session or it is not running, 4 when several match */
export async function targetNamed(paths: StatePaths, typed: string | undefined): Promise<Target> {
  const link = new SupervisorLink(paths);
  const sessions = await listSessions(link, { all: true });
  const session = resolveSession(typed, here(), sessions, { running: true, start: true });
  if (session.state !== 'running') throw notRunning(session);
  return follow(link, session.fullName);
}

/** Several sessions, running or not, without duplicates. */
export async function sessionsNamed(
  paths: StatePaths,
  typed: readonly string[],
): Promise<{ link: SupervisorLink; sessions: SessionInfo[] }> {
  const link = new SupervisorLink(paths);
  const all = await listSessions(link, { all: true });
  const project = here();
  const sessions = new Set(typed.map((name) => resolveSession(name, project, all)));
  return { link, sessions: [...sessions] };
}
