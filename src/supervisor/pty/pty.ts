/**
 * A program on a terminal of its own: every byte of its output to the last one, then how it ended;
 * input that never blocks; signals that cannot hit a stranger. Nothing outside src/supervisor/pty
 * knows the native library.
 *
 * The masters have no close-on-exec. Programs started here do not inherit them, but whatever else
 * the process starts through node:child_process while sessions live does, on Linux: let it be
 * short-lived, or start it through the same launcher.
 */
import { isAlive, startTimeOf, statOf } from '../../platform/process-identity.ts';
import { checkRunnable, launched } from './launcher.ts';
import { fork, isNonBlocking, resize } from './native.ts';
import { PtyReader } from './reader.ts';
import { PtyWriter } from './writer.ts';

/** How a program ended; both null when nobody can know. */
export interface PtyExit {
  /** null when ended by a signal, or unknown. */
  code: number | null;
  /** Such as `SIGTERM`. */
  signal: string | null;
}

export interface PtyHandlers {
  /** Output, up to 64 KiB at once. The chunk is the receiver's: it never changes afterwards. */
  onData(chunk: Uint8Array): void;
  /** Called once, after the last byte has been given to onData. */
  onExit(exit: PtyExit): void;
}

export interface PtySpawn {
  /** A path, or a name that is searched on `env.PATH`. */
  file: string;
  args: readonly string[];
  /** The whole environment: nothing is added or left out. */
  env: Readonly<Record<string, string>>;
  cwd: string;
  cols: number;
  rows: number;
  /** Without it, our own. */
  umask?: number;
}

/** A terminal that another process has opened and left to us. */
export interface InheritedPty {
  fd: number;
  pid: number;
  /** From {@link startTimeOf}, read while the process was known to live. */
  startTime: string;
}

export interface Pty {
  readonly pid: number;
  /** The master; open until the end has been told. */
  readonly fd: number;
  /** Bytes not yet taken by the terminal. */
  readonly queuedBytes: number;
  /** Called when a queue that had to wait has become empty. */
  onDrain: (() => void) | undefined;
  /**
   * Queues the bytes behind all earlier ones, whole. They are not copied and must not be changed
   * afterwards. After the end they are dropped.
   */
  write(bytes: Uint8Array): void;
  /** Does nothing once the terminal has ended. */
  resize(cols: number, rows: number): void;
  /** Stops reading; at most the chunk under way still comes. Ending, too, waits for resume. */
  pause(): void;
  resume(): void;
  /** To the terminal's foreground process group and the program's own, while the program lives. */
  signal(signal: NodeJS.Signals): void;
  foregroundPgid(): number | undefined;
  /** What was written and not taken, for another process to write; it is forgotten here. */
  takePending(): Uint8Array;
}

/** The program has ended, others hold its terminal: silence this long means they have said it. */
const QUIET_MS = 250;
/** The longest that those others are listened to. */
const LINGER_MS = 2000;
const LINGER_TICK_MS = 50;
/** A program that has let go of its terminal, and goes on for so long, is told to hang up. */
const WITHOUT_TERMINAL_MS = 5_000;
/**
 * How often to look whether an inherited program lives: it is nobody's child that we could wait
 * for. Its terminal's end tells at once; this is for a program that leaves it to others.
 */
const INHERITED_POLL_MS = 2000;

const UNKNOWN_EXIT: PtyExit = { code: null, signal: null };

/**
 * Starts a program on a new terminal.
 * @throws Error with a sentence for the user if the directory or program is not there, or the
 *   system refuses a terminal or a process.
 */
export function spawnPty(spawn: PtySpawn, handlers: PtyHandlers): Pty {
  checkRunnable(spawn);
  const { file, args, env, cwd } = launched(spawn);
  const pairs = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  let pty: RunningPty | undefined;
  const request = { file, args, env: pairs, cwd, cols: spawn.cols, rows: spawn.rows };
  const { fd, pid } = withUmask(spawn.umask, () => fork(request, (exit) => pty?.leaderEnded(exit)));
  pty = new RunningPty(fd, pid, startTimeOf(pid), handlers);
  return pty;
}

/**
 * Takes over a terminal whose master we inherited. How the program ended cannot be known.
 * @throws Error if the descriptor is none that can be read without blocking.
 */
export function adoptPty(inherited: InheritedPty, handlers: PtyHandlers): Pty {
  const { fd, pid, startTime } = inherited;
  if (!isNonBlocking(fd))
    throw new Error(`file descriptor ${fd} is not a terminal in non-blocking mode`);
  const pty = new RunningPty(fd, pid, startTime, handlers);
  let timer: NodeJS.Timeout;
  const look = () => {
    if (!isAlive(pid, startTime)) pty.leaderEnded(UNKNOWN_EXIT);
    else timer = setTimeout(look, pty.hungUp ? LINGER_TICK_MS : INHERITED_POLL_MS);
  };
  timer = setTimeout(look, INHERITED_POLL_MS);
  pty.onHangUp = () => {
    clearTimeout(timer);
    look();
  };
  return pty;
}

class RunningPty implements Pty {
  readonly pid: number;
  readonly fd: number;
  onDrain: (() => void) | undefined;
  /** Nobody has the terminal open; the program itself may live on. */
  onHangUp: (() => void) | undefined;
  #startTime: string | undefined;
  readonly #handlers: PtyHandlers;
  readonly #reader: PtyReader;
  readonly #writer: PtyWriter;
  #exit: PtyExit | undefined;
  #linger: NodeJS.Timeout | undefined;
  #withoutTerminal: NodeJS.Timeout | undefined;
  #quietMs = 0;
  #reported = false;

  constructor(fd: number, pid: number, startTime: string | undefined, handlers: PtyHandlers) {
    this.fd = fd;
    this.pid = pid;
    this.#startTime = startTime;
    this.#handlers = handlers;
    this.#reader = new PtyReader(fd, {
      onData: (chunk) => this.#onData(chunk),
      onEnd: () => this.#onEnd(),
    });
    this.#writer = new PtyWriter(
      fd,
      () => this.#reader.ended,
      () => this.onDrain?.(),
    );
  }

  get queuedBytes(): number {
    return this.#writer.queuedBytes;
  }

  get hungUp(): boolean {
    return this.#reader.ended;
  }

  write(bytes: Uint8Array): void {
    this.#writer.write(bytes);
  }

  takePending(): Uint8Array {
    return this.#writer.takePending();
  }

  resize(cols: number, rows: number): void {
    // A closed descriptor's number may by now be another session's terminal.
    if (!this.#reader.ended) resize(this.fd, cols, rows);
  }

  pause(): void {
    this.#reader.pause();
  }

  resume(): void {
    this.#reader.resume();
    if (this.#reader.ended && this.#exit !== undefined) this.#report();
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.#leaderLives()) return;
    const groups = new Set([this.foregroundPgid() ?? this.pid, this.pid]);
    for (const group of groups) killGroup(group, signal);
  }

  foregroundPgid(): number | undefined {
    const stat = statOf(this.pid);
    if (stat === undefined || stat.startTime !== this.#startTime) return undefined;
    const group = stat.foregroundPgid;
    // 0 and -1 would mean our own group and everybody.
    if (!(group > 1)) return undefined;
    // The group may be gone and its number another's.
    const first = statOf(group);
    const stranger = first !== undefined && first.sessionId !== stat.sessionId;
    return stranger ? undefined : group;
  }

  /** The program's process is gone; its output may not all have been read. */
  leaderEnded(exit: PtyExit): void {
    this.#exit = exit;
    if (!this.#reader.ended) this.#startLinger();
    else if (!this.#reader.paused) this.#report();
  }

  #leaderLives(): boolean {
    // It could not be read at the start, for want of descriptors: a child of ours keeps its pid.
    if (this.#exit === undefined) this.#startTime ??= startTimeOf(this.pid);
    return (
      this.#exit === undefined &&
      this.#startTime !== undefined &&
      isAlive(this.pid, this.#startTime)
    );
  }

  #onData(chunk: Uint8Array): void {
    this.#quietMs = 0;
    this.#handlers.onData(chunk);
    this.#writer.hint();
  }

  /** Counts ticks, not time: while the loop was busy or we were paused nothing could be read. */
  #startLinger(): void {
    let lingeredMs = 0;
    this.#linger = setInterval(() => {
      if (this.#reader.paused) return;
      this.#quietMs += LINGER_TICK_MS;
      lingeredMs += LINGER_TICK_MS;
      if (this.#quietMs > QUIET_MS || lingeredMs >= LINGER_MS) this.#reader.close();
    }, LINGER_TICK_MS);
  }

  #onEnd(): void {
    clearInterval(this.#linger);
    this.#writer.discard();
    if (this.#exit !== undefined) {
      this.#report();
      return;
    }
    // Closed now, the master would end by SIGHUP what is about to leave by itself. It stays open: a
    // program may ignore that signal, and a number that is in use cannot become another's.
    this.#withoutTerminal = setTimeout(() => {
      this.signal('SIGHUP');
      this.signal('SIGCONT');
    }, WITHOUT_TERMINAL_MS);
    this.onHangUp?.();
  }

  #report(): void {
    if (this.#reported) return;
    this.#reported = true;
    clearTimeout(this.#withoutTerminal);
    this.#reader.close();
    const exit = this.#exit ?? UNKNOWN_EXIT;
    this.#handlers.onExit(exit);
  }
}

function killGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // Ended in between, or it runs as somebody else: there is nobody to signal.
  }
}

/** Nothing else of ours runs during a fork, so a moment with another mask harms nobody. */
function withUmask<T>(umask: number | undefined, run: () => T): T {
  if (umask === undefined) return run();
  const own = process.umask(umask);
  try {
    return run();
  } finally {
    process.umask(own);
  }
}
