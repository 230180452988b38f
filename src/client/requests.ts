/** Requests about running sessions and the supervisor, one message each. */
import { join } from 'node:path';
import type { Reply, SessionInfo, StatusEvent } from '../protocol/messages.ts';
import type { Connection, Welcome } from './connection/connection.ts';
import { isNoSuchSession } from './connection/errors.ts';
import type { SupervisorLink } from './connection/supervisor-link.ts';
import { liveSessions } from './sessions/list.ts';

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
  return link.ask({ type: 'peek', fullName, ansi, ...(lines && { lines }) }, 'screen');
}

/**
 * How the status of a running session came about; undefined without a supervisor.
 * @throws RefusedError `no-such-session` when it is not running
 */
export async function explain(
  link: SupervisorLink,
  fullName: string,
): Promise<{ readonly session: SessionInfo; readonly events: readonly StatusEvent[] } | undefined> {
  return link.ask({ type: 'explain', fullName }, 'explained');
}

/** The output is printed already, and the user should not wait for the mark. */
const SEEN_LIMIT_MS = 1_000;

/**
 * Marks what a session did until it got this status as seen by the user, unless its status has
 * changed since. No effect on a supervisor that does not know the request; never fails.
 */
export async function markSeen(
  link: SupervisorLink,
  { fullName, state, statusSince, seen }: SessionInfo,
): Promise<void> {
  if (state !== 'running' || seen || statusSince === null) return;
  try {
    await link.ask({ type: 'seen', fullName, statusSince }, 'done', SEEN_LIMIT_MS);
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
  { fullName, pid }: SessionInfo,
  name: string,
): Promise<boolean> {
  try {
    return (await link.ask({ type: 'rename', fullName, name }, 'done')) !== undefined;
  } catch (error) {
    if (!isNoSuchSession(error)) throw error;
    // A supervisor that died before it replied may have renamed it.
    const now = (await liveSessions(link)).find((session) => session.pid === pid);
    if (now?.name !== name) throw error;
    return true;
  }
}

/**
 * Detaches all clients of a running session; false without a supervisor.
 * @throws RefusedError `no-such-session` when it is not running
 */
export async function detachClients(link: SupervisorLink, fullName: string): Promise<boolean> {
  return (await link.ask({ type: 'detach', fullName }, 'done')) !== undefined;
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
  if (fullNames.length === 0) return new Set();
  let asked = false;
  const killed = await link.runIfThere(async (connection) => {
    // If a supervisor died while it ended sessions, those that its successor does not have have
    // ended.
    const left = asked ? await stillRunning(connection, fullNames) : fullNames;
    const ended = fullNames.filter((name) => !left.includes(name));
    asked = true;
    if (left.length === 0) return ended;
    const reply = await connection.request(
      { type: 'kill', fullNames: [...left] },
      'killed',
      limitMs,
    );
    return [...ended, ...reply.fullNames];
  });
  return new Set(killed);
}

async function stillRunning(
  connection: Connection,
  fullNames: readonly string[],
): Promise<readonly string[]> {
  const { sessions } = await connection.request({ type: 'list' }, 'sessions');
  const live = new Set(sessions.map(({ fullName }) => fullName));
  return fullNames.filter((name) => live.has(name));
}

export interface SupervisorStatus extends Pick<Welcome, 'version' | 'protocol' | 'pid'> {
  /** Number of live sessions. */
  readonly sessions: number;
  /** Undefined if the supervisor is of a version without guards. */
  readonly guard: Answer<'sessions'>['guard'] | undefined;
}

/** The running supervisor; undefined if there is none. @throws UserError when it does not answer */
export async function supervisorStatus(
  link: SupervisorLink,
  limitMs?: number,
): Promise<SupervisorStatus | undefined> {
  return await link.runIfThere(async (connection) =>
    statusFrom(connection, await connection.request({ type: 'list' }, 'sessions', limitMs)),
  );
}

/** `answer`: its answer to `list`. */
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
