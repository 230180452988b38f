/**
 * Keeps a guard that lets the sessions outlive this supervisor. A descriptor cannot be passed to a
 * shell that already runs, so a new guard is started whenever a session starts or ends.
 */
import { messageOf } from '../../platform/errors.ts';
import { startTimeOf } from '../../platform/process-identity.ts';
import { sinceBootMs } from '../../platform/since-boot.ts';
import type { GuardInfo } from '../../protocol/messages.ts';
import { nameGuard } from '../../store/guard-link.ts';
import type { Log } from '../../store/log.ts';
import type { StatePaths } from '../../store/paths.ts';
import { CommonFile, type History } from '../memory/common-file.ts';
import type { Listener } from '../server/listener.ts';
import type { Session } from '../session/session.ts';
import { SessionMemory } from '../session/session-memory.ts';
import type { SessionTable } from '../session/table.ts';
import { GuardProcess } from './guard-process.ts';

/** Sessions that start or end within this time share a new guard. */
const TOGETHER_MS = 100;
/** A guard that dies soon after its start is replaced after this time. */
const AGAIN_MS = 1_000;
/** If set, to any value, there is no guard: the sessions end with the supervisor. */
const NEVER_VARIABLE = 'CODEX_SESSIONS_NO_GUARD';

export interface Guarded {
  readonly table: Pick<SessionTable, 'all'>;
  readonly listener: Pick<Listener, 'fd' | 'inode' | 'givenAway'>;
  readonly log: Log;
  readonly paths: Pick<StatePaths, 'log' | 'guard'>;
  eventSeq(): number;
}

/** What is known of the supervisors that have died. */
export interface Past
  extends Pick<History, 'deaths' | 'soonDeaths' | 'lastDeathAt' | 'listenerInode'> {
  /** Number of the last event. */
  readonly eventSeq: number;
}

export class Guard {
  readonly #guarded: Guarded;
  readonly #since = sinceBootMs();
  #process: GuardProcess | undefined;
  #common: CommonFile | undefined;
  /** Of the supervisors before this one. */
  #past: Omit<Past, 'eventSeq'> & Pick<History, 'tookOver'> = {
    tookOver: false,
    deaths: 0,
    soonDeaths: 0,
  };
  #timer: NodeJS.Timeout | undefined;
  #reason = impossible();
  #left = false;

  constructor(guarded: Guarded) {
    this.#guarded = guarded;
  }

  /**
   * Called after a supervisor's death, before anything else: starts the next guard with what the
   * previous one held. `held` has a master and a memory file for each session, in turns.
   */
  inherit(common: CommonFile, past: Past, listener: number, held: readonly number[]): void {
    this.#common = common;
    const { eventSeq, ...deaths } = past;
    this.#past = { ...deaths, tookOver: true };
    try {
      this.#process = this.#start(common, eventSeq, listener, held);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** To be called after {@link inherit}, once we hold the lock. */
  named(): void {
    if (this.#process) nameGuard(this.#guarded.paths, this.#process.pid);
  }

  get info(): GuardInfo {
    const { deaths, lastDeathAt } = this.#past;
    const past = { deaths, ...(lastDeathAt === undefined ? {} : { lastDeathAt }) };
    if (this.#reason !== undefined) return { state: 'off', reason: this.#reason, ...past };
    if (this.#timer || !this.#process) return { state: 'starting', ...past };
    return { state: 'on', pid: this.#process.pid, ...past };
  }

  /** To be called when the set of sessions or the listening socket has changed. */
  renewSoon(ms = TOGETHER_MS): void {
    if (this.#left || impossible() !== undefined) return;
    this.#timer ??= setTimeout(() => this.renew(), ms);
  }

  /** Starts a guard that holds what there is now, then tells the previous one to end. */
  renew(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#left || impossible() !== undefined) return;
    const sessions = [...this.#guarded.table.all()].filter(({ exit }) => !exit);
    const { fd, givenAway } = this.#guarded.listener;
    // During an upgrade the guard stays as it is. Without a socket, this is called again once there
    // is one.
    if (givenAway || (fd === undefined && sessions.length > 0)) return;
    try {
      const next = sessions.length === 0 ? undefined : this.#launch(sessions, fd ?? -1);
      if (next) nameGuard(this.#guarded.paths, next.pid);
      // Only now: the new guard holds everything.
      this.#process?.bye();
      this.#process = next;
      this.#reason = undefined;
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The last event has this number. */
  noteEvent(seq: number): void {
    try {
      if (this.#common) this.#common.eventSeq = seq;
    } catch {
      // The memory for it is allocated already, so this cannot fail for lack of memory.
    }
  }

  /** The supervisor is about to end on purpose: no guard takes over. */
  leave(): void {
    this.#left = true;
    clearTimeout(this.#timer);
    this.#process?.bye();
  }

  #launch(sessions: readonly Session[], listener: number): GuardProcess {
    const common = this.#common ?? new CommonFile();
    this.#common = common;
    const held = sessions.flatMap((session) => {
      const memory = this.#memoryOf(session);
      return memory ? [session.terminal.pty.fd, memory.file.fd] : [];
    });
    return this.#start(common, this.#guarded.eventSeq(), listener, held);
  }

  #start(
    common: CommonFile,
    eventSeq: number,
    listener: number,
    held: readonly number[],
  ): GuardProcess {
    const generation = common.generation + 1;
    common.history = this.#history();
    common.eventSeq = eventSeq;
    common.generation = generation;
    const process = new GuardProcess({
      generation,
      sessions: held.length / 2,
      descriptors: [common.fd, listener, ...held],
      logPath: this.#guarded.paths.log,
    });
    process.onDeath = () => this.#died(process);
    return process;
  }

  /**
   * After a hand-over: goes on with the predecessor's memory file, so that a death right after it
   * loses no more than usual.
   */
  inheritMemory(session: Session, fd: number): void {
    try {
      session.memory = SessionMemory.inherited(session, this.#guarded.log, fd);
    } catch (error) {
      this.#guarded.log.error(`${session.fullName}: nothing is remembered of it`, error);
    }
  }

  #memoryOf(session: Session): SessionMemory | undefined {
    if (session.memory) return session.memory;
    try {
      session.memory = new SessionMemory(session, this.#guarded.log);
    } catch (error) {
      this.#guarded.log.error(`${session.fullName} would end with the supervisor`, error);
    }
    return session.memory;
  }

  #history(): History {
    const { inode } = this.#guarded.listener;
    return {
      version: 1,
      pid: process.pid,
      startTime: startTimeOf(process.pid) ?? '',
      since: this.#since,
      ...this.#past,
      ...(inode === undefined ? {} : { listenerInode: inode }),
    };
  }

  #died(guard: GuardProcess): void {
    if (guard !== this.#process) return;
    this.#process = undefined;
    const soon = performance.now() - guard.startedAt < AGAIN_MS;
    this.#guarded.log.info(`the guard ${guard.pid} has ended; another one is started`);
    this.renewSoon(soon ? AGAIN_MS : 0);
  }

  #fail(error: unknown): void {
    const reason = messageOf(error);
    if (reason !== this.#reason)
      this.#guarded.log.error('no guard: the sessions would end with the supervisor', error);
    this.#reason = reason;
    this.renewSoon(AGAIN_MS * 10);
  }
}

/** Why there cannot be a guard here; undefined if there can be one. */
function impossible(): string | undefined {
  if (process.platform !== 'linux') return 'only on Linux a supervisor can be followed by another';
  if (process.env[NEVER_VARIABLE]) return `${NEVER_VARIABLE} is set`;
  return undefined;
}
