/**
 * The user's terminal: raw while attached, and restored however that ends.
 *
 * Node's raw mode takes effect at once and remembers the exact settings, but leaves output processing
 * on: a bare LF would become CR LF on the user's screen. stty is the portable way to switch that off.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { fstatSync, readlinkSync, writeSync } from 'node:fs';
import type { OnReadOpts, SocketConstructorOpts } from 'node:net';
import { ReadStream, WriteStream } from 'node:tty';
import { neverBlock, refreshSize, unwrittenBytes } from '../../platform/descriptor.ts';
import { errorCode } from '../../platform/errors.ts';
import { startTimeOf, statOf } from '../../platform/process-identity.ts';
import { alternateAfter } from '../../terminal/alternate-screen.ts';

/** Everything, as Node also leaves rare input flags such as `igncr` set. */
const RAW = ['raw', '-echo', '-iexten', 'min', '1', 'time', '0'];

/** A terminal delivers input in pieces of at most 4 KiB. */
const READ_BYTES = 16 * 1024;

export class UserTerminal {
  onResize: (() => void) | undefined;
  /** The terminal has taken everything that was written. */
  onDrain: (() => void) | undefined;
  /**
   * Called before the first write after {@link suspend}: the process runs again, perhaps before
   * SIGCONT is reported.
   */
  onAwake: (() => void) | undefined;
  /** The terminal is gone. */
  onGone: (() => void) | undefined;
  /** The output so far has entered the alternate screen and not left it. */
  onAlternate = false;
  readonly #input: ReadStream;
  readonly #output: WriteStream;
  readonly #onWindowChange = () => refreshSize(this.#output);
  #madeRaw: Promise<void> | undefined;
  #raw = false;
  #suspended = false;
  #stty: ChildProcess | undefined;
  #queued = 0;
  #gone = false;
  #whenTaken: (() => void) | undefined;
  #onInput: ((bytes: Uint8Array) => void) | undefined;
  /** Typed while there was no listener. */
  #unread: Uint8Array[] = [];

  constructor() {
    // One reused buffer: a new one of 64 KiB for each key keeps the garbage collector busy (p99 of
    // an echo: 1.1 ms instead of 0.6).
    const landing = Buffer.allocUnsafe(READ_BYTES);
    const options: SocketConstructorOpts & { onread: OnReadOpts } = {
      onread: {
        buffer: landing,
        callback: (length) => {
          this.#take(Buffer.from(landing.subarray(0, length)));
          return true;
        },
      },
    };
    this.#input = new ReadStream(0, options);
    this.#output = new WriteStream(1);
    // A terminal that takes no output must not keep us from reading its keys.
    neverBlock(this.#output);
    this.#input.on('error', () => this.#onGone());
    this.#input.once('end', () => this.#onGone());
    this.#output.on('error', () => this.#onGone());
    this.#output.on('resize', () => this.onResize?.());
    process.on('SIGWINCH', this.#onWindowChange);
  }

  /** A new listener first gets what was typed while there was none. */
  set onInput(listener: ((bytes: Uint8Array) => void) | undefined) {
    this.#onInput = listener;
    while (this.#onInput) {
      const bytes = this.#unread.shift();
      if (!bytes) return;
      this.#onInput(bytes);
    }
  }

  /** Puts input back for the next listener. */
  unread(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#unread.push(bytes);
  }

  /** Nobody is to get what was typed for a session that was not reached. */
  dropUnread(): void {
    this.#unread = [];
  }

  get cols(): number {
    return Math.min(Math.max(this.#output.columns || 80, 1), 1_000);
  }

  get rows(): number {
    return Math.min(Math.max(this.#output.rows || 24, 1), 1_000);
  }

  /** Its device file; undefined where the system does not tell. */
  get file(): { path: string; device: number; inode: number } | undefined {
    try {
      const path = readlinkSync('/proc/self/fd/1');
      const { dev: device, ino: inode } = fstatSync(1);
      return { path, device, inode };
    } catch {
      return undefined;
    }
  }

  /**
   * Identifies the terminal and its scrollback: its device, and its session leader (a login's or a
   * window's shell). Undefined if the system does not tell, or if we are not in the foreground.
   */
  get identity(): string | undefined {
    if (process.platform !== 'linux') return undefined;
    try {
      const { dev, ino, rdev } = fstatSync(1);
      const own = statOf(process.pid);
      if (own?.terminal !== rdev) return undefined;
      const since = startTimeOf(own.sessionId);
      return since && `${dev}:${ino}:${own.sessionId}:${since}`;
    } catch {
      return undefined;
    }
  }

  get gone(): boolean {
    return this.#gone;
  }

  /** Bytes that the terminal has not taken. */
  get queuedBytes(): number {
    return this.#queued;
  }

  /** Resolves when the terminal has taken everything, or has taken nothing for `stalledMs`. */
  async taken(stalledMs: number): Promise<void> {
    for (let before = -1; this.#queued > 0 && !this.#gone && this.#progress !== before; ) {
      before = this.#progress;
      await new Promise<void>((resolve) => {
        const next = () => {
          clearTimeout(limit);
          resolve();
        };
        const limit = setTimeout(next, stalledMs);
        this.#whenTaken = next;
      });
    }
  }

  /** Changes whenever the terminal takes a part of the queue. */
  get #progress(): number {
    return this.#queued + (unwrittenBytes(this.#output) ?? 0);
  }

  /**
   * When the promise resolves, bytes pass unchanged in both directions. Takes 3 ms, as it needs a child
   * process (docs/performance.md). Done once; later calls get the same promise.
   */
  makeRaw(): Promise<void> {
    this.#madeRaw ??= this.#makeRaw();
    return this.#madeRaw;
  }

  /** Resolves when no {@link makeRaw} is under way. */
  async settled(): Promise<void> {
    await this.#madeRaw;
  }

  async #makeRaw(): Promise<void> {
    this.#raw = true;
    // Immediate, and remembers the user's settings; output processing stays on.
    this.#input.setRawMode(true);
    const child = spawn('stty', RAW, { stdio: ['inherit', 'ignore', 'ignore'] });
    this.#stty = child;
    // Without stty, Node's raw mode has to do.
    await new Promise<void>((resolve) => {
      child.once('error', () => resolve());
      child.once('exit', () => resolve());
    });
    this.#stty = undefined;
  }

  /** Puts the user's settings back while we are stopped. Synchronous. */
  suspend(): void {
    this.#suspended = true;
    this.#input.setRawMode(false);
  }

  /** After SIGCONT the shell may have changed the settings. Synchronous. */
  makeRawAgain(): void {
    this.#suspended = false;
    this.#input.setRawMode(true);
    // After a SIGSTOP, Node believes that the terminal is still raw and does nothing.
    spawnSync('stty', RAW, { stdio: ['inherit', 'ignore', 'ignore'] });
  }

  /** Puts the user's settings back. Synchronous, as it also runs when the process exits. */
  restore(): void {
    if (!this.#raw || this.#gone) return;
    this.#raw = false;
    // It must not take effect after us.
    this.#stty?.kill('SIGKILL');
    this.#input.setRawMode(false);
  }

  /** Starts reading; each read is passed to {@link onInput}. */
  listen(): void {
    this.#input.resume();
  }

  /** Leaves what is typed in the kernel until {@link listen}. */
  pause(): void {
    this.#input.pause();
  }

  /** Stops reading, so that the process can exit. */
  close(): void {
    this.#input.destroy();
    process.off('SIGWINCH', this.#onWindowChange);
    this.#output.removeAllListeners('resize');
  }

  /**
   * Writes straight to the terminal when nothing is queued, as for an echoed key. Bytes that it does
   * not take are copied and queued; see {@link queuedBytes}.
   */
  write(bytes: Uint8Array): void {
    if (this.#gone) return;
    if (this.#suspended && this.onAwake) this.#awake(this.onAwake);
    this.onAlternate = alternateAfter(bytes, this.onAlternate);
    let taken = 0;
    if (this.#queued === 0) {
      try {
        taken = writeSync(1, bytes);
      } catch (error) {
        if (errorCode(error) !== 'EAGAIN') {
          this.#onGone();
          return;
        }
      }
    }
    if (taken < bytes.length) this.#queue(Buffer.from(bytes.subarray(taken)));
  }

  #awake(onAwake: () => void): void {
    this.makeRawAgain();
    onAwake();
  }

  #take(bytes: Uint8Array): void {
    if (this.#onInput) this.#onInput(bytes);
    else this.#unread.push(bytes);
  }

  #queue(rest: Buffer): void {
    this.#queued += rest.length;
    this.#output.write(rest, () => {
      this.#queued -= rest.length;
      if (this.#queued > 0) return;
      this.onDrain?.();
      this.#whenTaken?.();
    });
  }

  #onGone(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#whenTaken?.();
    this.onGone?.();
  }
}
