/** Finds the sessions named by a command for scripts. */
import {
  follow,
  listSessions,
  notRunning,
  resolveSession,
  SupervisorLink,
  selectSessions,
  type Target,
} from '../../client/index.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import type { StatePaths } from '../../store/paths.ts';
import { here } from './context.ts';
import { sayMatches } from './selection.ts';

export interface Targets extends Disposable {
  readonly targets: readonly Target[];
  /** A glob was typed, however many sessions it stands for. */
  readonly several: boolean;
}

/**
 * Says what each glob stands for.
 * @throws UserError 3 when there is no such session or it is not running, 4 when several match
 */
export async function targetsNamed(paths: StatePaths, typed: string): Promise<Targets> {
  const first = new SupervisorLink(paths);
  const links = [first];
  const all = await listSessions(first, { all: true });
  const selection = selectSessions([typed], here(), all, { running: true, start: true });
  sayMatches(selection);
  const targets: Target[] = [];
  for (const session of selection.sessions) {
    if (session.state !== 'running') throw notRunning(session);
    // A connection has one subscription.
    const link = targets.length === 0 ? first : new SupervisorLink(paths);
    if (link !== first) links.push(link);
    targets.push(await follow(link, session.fullName));
  }
  const close = () => {
    for (const link of links) link[Symbol.dispose]();
  };
  return { targets, several: selection.globs.length > 0, [Symbol.dispose]: close };
}

/** Several sessions, running or not, without duplicates; says what globs stand for. */
export async function sessionsMatching(
  paths: StatePaths,
  typed: readonly string[],
): Promise<{ link: SupervisorLink; sessions: readonly SessionInfo[] }> {
  const link = new SupervisorLink(paths);
  const selection = selectSessions(typed, here(), await listSessions(link, { all: true }));
  sayMatches(selection);
  return { link, sessions: selection.sessions };
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
