/** Requests about running sessions and the supervisor, one message each. */
import { join } from 'node:path';
import type { Reply, SessionInfo, StatusEvent } from '../protocol/messages.ts';
import type { Connection, RequestBody, Welcome } from './connection/connection.ts';
import { isLeaving } from './connection/errors.ts';
import type { SupervisorLink } from './connection/supervisor-link.ts';

/** Enough for hundreds of sessions on a loaded machine. */
const UPGRADE_LIMIT_MS = 60_000;

type Answer<T extends Reply['type']> = Omit<Extract<Reply, { type: T }>, 'type' | 'id'>;

/**
 * The screen of a running session as lines of text; undefined without a supervisor.
 * `ansi` keeps colours, as escape sequences; `lines` asks for that many last lines, from the
 * scrollback too if the screen has fewer.
 * @throws RefusedError `no-such-session` when it is not running
 */
export async function peek(
  link: SupervisorLink,
  fullName: string,
  { ansi = false, lines }: { readonly ansi?: boolean; readonly lines?: number | undefined } = {},
): Promise<Answer<'screen'> | undefined> {
  const connection = await link.find();
  return connection?.request({ type: 'peek', fullName, ansi, ...(lines && { lines }) }, 'screen');
}

/**
 * How the status of a running session came about; undefined without a supervisor.
 * @throws RefusedError `no-such-session` when it is not running
 */
export async function explain(
  link: SupervisorLink,
  fullName: string,
): Promise<{ readonly session: SessionInfo; readonly events: readonly StatusEvent[] } | undefined> {
  return (await link.find())?.request({ type: 'explain', fullName }, 'explained');
}

/** What was to be marked is printed already; nobody waits long for the mark. */
const SEEN_LIMIT_MS = 1_000;

/**
 * Marks what a session did until it got this status as seen by the user, unless its status is another
 * by now. Without effect on a supervisor that does not know of it, and never fails.
 */
export async function markSeen(
  connection: Connection,
  { fullName, state, statusSince, seen }: SessionInfo,
): Promise<void> {
  if (state !== 'running' || seen || statusSince === null) return;
  try {
    // Only after an answer is it known what the supervisor knows.
    if (!connection.welcome?.features.includes('seen')) return;
    await connection.request({ type: 'seen', fullName, statusSince }, 'done', SEEN_LIMIT_MS);
  } catch {
    // It stays unseen.
  }
}

/**
 * Renames a running session; false without a supervisor. `name` has no project.
 * @throws RefusedError when it is not running or the name is taken
 */
export async function renameRunning(
  link: SupervisorLink,
  fullName: string,
  name: string,
): Promise<boolean> {
  return askRunning(link, { type: 'rename', fullName, name });
}

/**
 * Detaches all clients of a running session; false without a supervisor.
 * @throws RefusedError `no-such-session` when it is not running
 */
export async function detachClients(link: SupervisorLink, fullName: string): Promise<boolean> {
  return askRunning(link, { type: 'detach', fullName });
}

/** False without a supervisor, or if it leaves meanwhile: then the session has ended. */
async function askRunning(
  link: SupervisorLink,
  request: Extract<RequestBody, { type: 'rename' | 'detach' }>,
): Promise<boolean> {
  const connection = await link.find();
  if (!connection) return false;
  try {
    await connection.request(request, 'done');
    return true;
  } catch (error) {
    if (isLeaving(error)) return false;
    throw error;
  }
}

/**
 * Ends sessions, and resolves when they have ended.
 * @returns the full names of those that were running; none if the supervisor leaves meanwhile, as
 * they had all ended by then
 * @throws UserError when the supervisor does not answer within `limitMs` (0: no limit)
 */
export async function killSessions(
  link: SupervisorLink,
  fullNames: readonly string[],
  limitMs?: number,
): Promise<ReadonlySet<string>> {
  const connection = fullNames.length > 0 ? await link.find() : undefined;
  if (!connection) return new Set();
  try {
    return new Set(
      (await connection.request({ type: 'kill', fullNames: [...fullNames] }, 'killed', limitMs))
        .fullNames,
    );
  } catch (error) {
    if (isLeaving(error)) return new Set();
    throw error;
  }
}

export interface SupervisorStatus extends Pick<Welcome, 'version' | 'protocol' | 'pid'> {
  /** Number of live sessions. */
  readonly sessions: number;
  /** Undefined if it is of a version without one. */
  readonly guard: Answer<'sessions'>['guard'] | undefined;
}

/** The running supervisor; undefined if there is none. @throws UserError when it does not answer */
export async function supervisorStatus(
  link: SupervisorLink,
  limitMs?: number,
): Promise<SupervisorStatus | undefined> {
  const connection = await link.find();
  if (!connection) return undefined;
  return statusFrom(connection, await connection.request({ type: 'list' }, 'sessions', limitMs));
}

/** `answer`: what it answered to `list`. */
export function statusFrom(connection: Connection, answer: Answer<'sessions'>): SupervisorStatus {
  const { version = '', protocol = 0, pid = 0 } = connection.welcome ?? {};
  return { version, protocol, pid, sessions: answer.sessions.length, guard: answer.guard };
}

/**
 * Hands the sessions over to a supervisor of this version and this Node; undefined if none is running.
 * @returns the versions before and after, and the successor's process id and number of sessions
 * @throws UserError when the hand-over fails (the predecessor then keeps the sessions) or takes longer
 * than a minute
 */
export async function upgradeSupervisor(
  link: SupervisorLink,
): Promise<
  (Omit<SupervisorStatus, 'guard'> & { readonly before: string | undefined }) | undefined
> {
  const connection = await link.find();
  if (!connection) return undefined;
  const { version, protocol, pid, sessions } = await connection.request(
    { type: 'hand-over', node: process.execPath, script: join(__dirname, 'supervisor.js') },
    'handed-over',
    UPGRADE_LIMIT_MS,
  );
  return { version, protocol, pid, sessions, before: connection.welcome?.version };
}
