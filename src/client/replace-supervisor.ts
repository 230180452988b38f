/**
 * Ends a supervisor that hangs, or is stopped, so that its guard takes over the sessions.
 * Everything is done from outside, as it may not answer.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../platform/errors.ts';
import { bootId, isAlive, signalIf, statOf } from '../platform/process-identity.ts';
import type { GuardInfo, Reply } from '../protocol/messages.ts';
import type { Holder } from '../store/lock-holder.ts';
import { sayEndIsMeant } from '../store/meant-end.ts';
import { hasPrivateState, type StatePaths } from '../store/paths.ts';
import { scanRecords } from '../store/record.ts';
import { findGuard } from './connection/guard.ts';
import { supervisorHolder } from './connection/supervisor-holder.ts';
import { SupervisorLink } from './connection/supervisor-link.ts';
import { type SupervisorStatus, statusFrom } from './requests.ts';

export { findGuard, supervisorHolder };

/** A supervisor answers within milliseconds, within a second on a loaded machine. */
const ANSWER_LIMIT_MS = 2_000;
/** A guard is started within milliseconds. */
const GUARD_LIMIT_MS = 3_000;
const SUCCESSOR_LIMIT_MS = 10_000;
const POLL_MS = 25;

type Sessions = Extract<Reply, { type: 'sessions' }>;

/** What can be seen of a supervisor from outside, before it is ended. */
export interface SeenSupervisor {
  readonly holder: Holder;
  readonly answers: boolean;
  /**
   * Full names of its sessions. If it does not answer: of those with a record, which a full disk
   * may have prevented.
   */
  readonly sessions: readonly string[];
  readonly guard: GuardInfo['state'];
  /** What the supervisor says about its guard. */
  readonly said: GuardInfo | undefined;
}

/**
 * Examines the running supervisor, for some seconds if it does not answer or its guard is being
 * started; undefined if there is none.
 * @throws UserError when its process cannot be reached from here
 */
export async function seeSupervisor(paths: StatePaths): Promise<SeenSupervisor | undefined> {
  if (!hasPrivateState(paths)) return undefined;
  const limit = Date.now() + GUARD_LIMIT_MS;
  for (;;) {
    const answer = await ask(paths);
    const holder = supervisorHolder(paths);
    if (!holder && answer === 'none') return undefined;
    const settled = holder ? isOf(holder, answer) : answer !== 'silent';
    if (settled || Date.now() > limit) {
      if (!holder) throw elsewhere();
      return seen(paths, holder, answer);
    }
    await sleep(POLL_MS);
  }
}

interface Answer {
  readonly pid: number;
  readonly said: Sessions;
}

/** `silent`: it does not answer in time. `none`: it is not running. */
async function ask(paths: StatePaths): Promise<Answer | 'silent' | 'none'> {
  using link = new SupervisorLink(paths);
  try {
    return await within(ANSWER_LIMIT_MS, async () => {
      const connection = await link.find();
      if (!connection) return 'none';
      const said = await connection.request({ type: 'list' }, 'sessions', 0);
      return { pid: connection.welcome?.pid ?? 0, said };
    });
  } catch {
    // It closes connections, is just ending, or sends invalid messages.
    return 'silent';
  }
}

async function within<T>(limitMs: number, work: () => Promise<T>): Promise<T | 'silent'> {
  const late = new AbortController();
  try {
    const { signal } = late;
    return await Promise.race([work(), sleep(limitMs, 'silent' as const, { signal })]);
  } finally {
    late.abort();
  }
}

/** Whether the answer is final: no other supervisor or guard is starting or taking over. */
function isOf({ pid }: Holder, answer: Answer | 'silent' | 'none'): boolean {
  if (typeof answer !== 'object') return answer === 'silent';
  const { guard, sessions } = answer.said;
  return answer.pid === pid && (guard?.state !== 'starting' || sessions.length === 0);
}

function seen(
  paths: StatePaths,
  holder: Holder,
  answer: Answer | 'silent' | 'none',
): SeenSupervisor {
  if (typeof answer === 'object' && answer.pid === holder.pid) {
    const { sessions, guard } = answer.said;
    const names = sessions.map(({ fullName }) => fullName);
    return { holder, answers: true, sessions: names, guard: guard?.state ?? 'off', said: guard };
  }
  const guard = findGuard(holder.pid) ? 'on' : 'off';
  return { holder, answers: false, sessions: recorded(paths), guard, said: undefined };
}

/** Sessions whose program is running, according to their records. */
function recorded(paths: StatePaths): string[] {
  return scanRecords(paths.records)
    .records.filter(({ end, bootId: boot, pid, pidStart }) => {
      return end === null && boot === bootId() && pidStart !== undefined && isAlive(pid, pidStart);
    })
    .map(({ fullName }) => fullName);
}

/**
 * Ends the supervisor that was examined, and waits for its successor. Undefined if no guard was
 * found, so that its sessions end with it.
 * @throws UserError when it cannot be ended, and when no successor answers within {@link
 *   SUCCESSOR_LIMIT_MS}
 */
export async function replaceSupervisor(
  paths: StatePaths,
  { holder, answers, guard, sessions }: SeenSupervisor,
): Promise<(SupervisorStatus & { readonly names: readonly string[] }) | undefined> {
  const { pid, startTime } = holder;
  const waiting = findGuard(pid);
  sayEndIsMeant(paths, holder);
  if (!signalIf(pid, startTime, 'SIGKILL') && isAlive(pid, startTime))
    throw new UserError(`pid ${pid} could not be ended`, `Look at it: ps -fp ${pid}`);
  const limit = Date.now() + SUCCESSOR_LIMIT_MS;
  // Stopping the supervisor's process group stops the guard too, so it is continued.
  if (waiting) signalIf(waiting.pid, waiting.stat.startTime, 'SIGCONT');
  await gone(holder, limit);
  if (guard === 'off' || (answers && sessions.length === 0)) return undefined;
  for (;;) {
    const now = await successor(paths, pid, limit - Date.now());
    if (now) return now;
    if (Date.now() > limit) throw noSuccessor(paths, pid);
    await sleep(POLL_MS);
  }
}

async function gone({ pid, startTime }: Holder, limit: number): Promise<void> {
  while (isAlive(pid, startTime)) {
    if (Date.now() > limit)
      throw new UserError(
        `pid ${pid} does not end (state ${statOf(pid)?.state})`,
        'The kernel ends it once what it waits for is over, a file system that hangs for example.',
      );
    await sleep(POLL_MS);
  }
}

/** Undefined as long as none answers. */
async function successor(paths: StatePaths, before: number, limitMs: number) {
  using link = new SupervisorLink(paths);
  try {
    const connection = await link.find();
    if (!connection) return undefined;
    const said = await connection.request({ type: 'list' }, 'sessions', Math.max(1, limitMs));
    const status = statusFrom(connection, said);
    if (status.pid === before) return undefined;
    return { ...status, names: said.sessions.map(({ fullName }) => fullName) };
  } catch {
    // It connected to the supervisor that has just been ended, or to none.
    return undefined;
  }
}

function elsewhere(): UserError {
  return new UserError(
    'the supervisor runs in another container or sandbox than this command, or has died and its guard is stopped',
    'Do this where it runs, or continue the guard (kill -CONT, "ps -ef | grep codex-sessions-guard" finds it).',
  );
}

function noSuccessor({ log }: StatePaths, pid: number): UserError {
  return new UserError(
    `pid ${pid} was ended, but no successor answers within ${SUCCESSOR_LIMIT_MS / 1_000} s`,
    `See ${log}; "codex-sessions restore" brings back what has ended.`,
  );
}
