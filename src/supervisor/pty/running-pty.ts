/**
 * One program on its terminal, from its start to the last byte of its output and its exit: input never
 * blocks, signals cannot hit another process.
 */
import { isAlive, startTimeOf, statOf } from '../../platform/process-identity.ts';
import { resize } from './native.ts';
import { PtyReader } from './reader.ts';
import { PtyWriter } from './writer.ts';

/** How a program ended; both null if unknown. */
export interface PtyExit {
  /** null if ended by a signal, or unknown. */
  code: number | null;
  /** For example `SIGTERM`. */
  signal: string | null;
}

export interface PtyHandlers {
  /** Much output is about to be read, see the reader. */
  onReading?(): void;
  /** Output, up to 64 KiB at once. The receiver may keep the chunk: it never changes afterwards. */
  onData(chunk: Uint8Array): void;
  /** Called once, after the last byte has been given to onData. */
  onExit(exit: PtyExit): void;
}

export interface Pty {
  readonly pid: number;
  /** The master; open until `onExit` is called. */
  readonly fd: number;
  /** Input in bytes that the terminal has not accepted yet. */
  readonly queuedBytes: number;
  /** When the terminal last accepted input that had to wait, on the clock of performance.now(). */
  readonly takenAt: number;
  /** Called when input that had to wait has been accepted. */
  onDrain: (() => void) | undefined;
  /**
   * Queues all of the bytes, by reference: they must not be changed afterwards. Dropped after the end.
   */
  write(bytes: Uint8Array): void;
  /** See {@link PtyWriter.withdraw}. */
  withdraw(bytes: Uint8Array, end: (taken: number) => Uint8Array): number | undefined;
  /** Does nothing once the terminal has ended. */
  resize(cols: number, rows: number): void;
  /** Stops reading; at most the chunk being read still comes. `onExit`, too, waits for resume. */
  pause(): void;
  resume(): void;
  /**
   * Reads everything that the program has written so far, at once, and gives it to `onData`.
   * @returns how many bytes that were; undefined if not everything can be read now
   */
  readEmpty(): number | undefined;
  /**
   * Writes the bytes at once, provided that all the program's output has been read, with as little
   * as possible between the check and the write.
   * @returns whether the PTY has accepted them; false: it has accepted none
   */
  writeIfSilent(bytes: Uint8Array): boolean;
  /** To the terminal's foreground process group and the program's own, while the program is alive. */
  signal(signal: NodeJS.Signals): void;
  foregroundPgid(): number | undefined;
  /** Removes and returns the input that was not accepted, for the successor to write. */
  takePending(): Uint8Array;
}

/** If others have the terminal open after the program has ended: read until silent for this long. */
const QUIET_MS = 250;
/** The longest that they are read. */
const LINGER_MS = 2000;
export const LINGER_TICK_MS = 50;
/** A program that runs this long after closing its terminal gets a SIGHUP. */
const WITHOUT_TERMINAL_MS = 5_000;
export const UNKNOWN_EXIT: PtyExit = { code: null, signal: null };

export class RunningPty implements Pty {
  readonly pid: number;
  readonly fd: number;
  onDrain: (() => void) | undefined;
  /** Called when no process has the terminal open; the program itself may still run. */
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
      onReading: () => handlers.onReading?.(),
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

  get takenAt(): number {
    return this.#writer.takenAt;
  }

  get hungUp(): boolean {
    return this.#reader.ended;
  }

  write(bytes: Uint8Array): void {
    this.#writer.write(bytes);
  }

  withdraw(bytes: Uint8Array, end: (taken: number) => Uint8Array): number | undefined {
    return this.#writer.withdraw(bytes, end);
  }

  takePending(): Uint8Array {
    return this.#writer.takePending();
  }

  resize(cols: number, rows: number): void {
    // The number of a closed descriptor may be another session's terminal by now.
    if (!this.#reader.ended) resize(this.fd, cols, rows);
  }

  pause(): void {
    this.#reader.pause();
  }

  resume(): void {
    this.#reader.resume();
    if (this.#reader.ended && this.#exit !== undefined) this.#report();
  }

  readEmpty(): number | undefined {
    return this.#reader.readEmpty();
  }

  writeIfSilent(bytes: Uint8Array): boolean {
    return this.#reader.readEmpty() === 0 && this.#writer.writeNow(bytes);
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
    // To kill(2), 0 and -1 mean our own group and all processes.
    if (!(group > 1)) return undefined;
    // The group may be gone and its number reused.
    const first = statOf(group);
    const stranger = first !== undefined && first.sessionId !== stat.sessionId;
    return stranger ? undefined : group;
  }

  /** The program's process has ended; its output may not all have been read. */
  leaderEnded(exit: PtyExit): void {
    this.#exit = exit;
    if (!this.#reader.ended) this.#startLinger();
    else if (!this.#reader.paused) this.#report();
  }

  #leaderLives(): boolean {
    // Reading it at the start fails if descriptors are short. Our child's pid is not reused meanwhile.
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

  /** Counts ticks, not time: nothing is read while the event loop is busy or reading is paused. */
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
    // Closing the master now would kill a program that is about to exit by SIGHUP. It stays open even
    // after that signal, which may be ignored: the descriptor's number must not be reused.
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
    // It has ended meanwhile, or runs as another user.
  }
}
