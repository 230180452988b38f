/**
 * The user's terminal: raw while attached, and as before however that ends.
 *
 * Node's raw mode takes effect at once and remembers the settings of before exactly, but leaves
 * output processing on: a bare LF would become CR LF on the user's screen. stty is the portable way
 * to a terminal that changes nothing.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { fstatSync, readlinkSync, writeSync } from 'node:fs';
import type { OnReadOpts, SocketConstructorOpts } from 'node:net';
import { ReadStream, WriteStream } from 'node:tty';
import { neverBlock, refreshSize, unwrittenBytes } from '../../platform/descriptor.ts';
import { errorCode } from '../../platform/errors.ts';
import { alternateAfter } from '../../terminal/alternate-screen.ts';

/** All of it, as Node also leaves flags of the input that are seldom set, such as `igncr`. */
const RAW = ['raw', '-echo', '-iexten', 'min', '1', 'time', '0'];

/** What a person types or pastes comes in pieces of at most 4 KiB. */
const READ_BYTES = 16 * 1024;

export class UserTerminal {
  onResize: (() => void) | undefined;
  /** All that was written has been taken. */
  onDrain: (() => void) | undefined;
  /** The terminal is gone. */
  onGone: (() => void) | undefined;
  /** What was written has entered the alternate screen, and not left it. */
  onAlternate = false;
  readonly #input: ReadStream;
  readonly #output: WriteStream;
  readonly #onWindowChange = () => refreshSize(this.#output);
  #madeRaw: Promise<void> | undefined;
  #raw = false;
  #stty: ChildProcess | undefined;
  #queued = 0;
  #gone = false;
  #whenTaken: (() => void) | undefined;
  #onInput: ((bytes: Uint8Array) => void) | undefined;
  /** Typed while there was no listener. */
  #unread: Uint8Array[] = [];

  constructor() {
    // Into one buffer again and again: a new one of 64 KiB for each key is what the garbage
    // collector then has to do (p99 of an echo 1.1 ms against 0.6).
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
    // A terminal that does not read must not stop us from seeing its keys.
    neverBlock(this.#output);
    this.#input.on('error', () => this.#onGone());
    this.#input.once('end', () => this.#onGone());
    this.#output.on('error', () => this.#onGone());
    this.#output.on('resize', () => this.onResize?.());
    process.on('SIGWINCH', this.#onWindowChange);
  }

  /** Gets what has been typed since the last listener left, too. */
  set onInput(listener: ((bytes: Uint8Array) => void) | undefined) {
    this.#onInput = listener;
    while (this.#onInput) {
      const bytes = this.#unread.shift();
      if (!bytes) return;
      this.#onInput(bytes);
    }
  }

  /** Gives input back, for the next listener. */
  unread(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#unread.push(bytes);
  }

  get cols(): number {
    return Math.min(Math.max(this.#output.columns || 80, 1), 1_000);
  }

  get rows(): number {
    return Math.min(Math.max(this.#output.rows || 24, 1), 1_000);
  }

  /** Where it is in the file system; undefined where the system does not tell. */
  get file(): { path: string; device: number; inode: number } | undefined {
    try {
      const path = readlinkSync('/proc/self/fd/1');
      const { dev: device, ino: inode } = fstatSync(1);
      return { path, device, inode };
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

  /** Moves with every part of the queue that the terminal takes. */
  get #progress(): number {
    return this.#queued + (unwrittenBytes(this.#output) ?? 0);
  }

  /**
   * Every byte passes as it is, both ways, when the promise resolves. It takes another process, 3 ms
   * (docs/performance.md). Done once; later calls get the same promise.
   */
  makeRaw(): Promise<void> {
    this.#madeRaw ??= this.#makeRaw();
    return this.#madeRaw;
  }

  /** Resolves when nothing is under way that would make it raw. */
  async settled(): Promise<void> {
    await this.#madeRaw;
  }

  async #makeRaw(): Promise<void> {
    this.#raw = true;
    // At once, and with the settings of before remembered; output is processed still.
    this.#input.setRawMode(true);
    const child = spawn('stty', RAW, { stdio: ['inherit', 'ignore', 'ignore'] });
    this.#stty = child;
    // Without an stty, Node's raw mode is what there is.
    await new Promise<void>((resolve) => {
      child.once('error', () => resolve());
      child.once('exit', () => resolve());
    });
    this.#stty = undefined;
  }

  /** The user's settings, for as long as we are stopped. Synchronous. */
  suspend(): void {
    this.#input.setRawMode(false);
  }

  /** After SIGCONT the shell may have changed the settings. Synchronous. */
  makeRawAgain(): void {
    this.#input.setRawMode(true);
    // Where we were stopped without being told, Node takes it for raw still.
    spawnSync('stty', RAW, { stdio: ['inherit', 'ignore', 'ignore'] });
  }

  /** The settings of before. Synchronous: it must have happened when the process ends. */
  restore(): void {
    if (!this.#raw || this.#gone) return;
    this.#raw = false;
    // When we end in the middle of it, it must not come after us.
    this.#stty?.kill('SIGKILL');
    this.suspend();
  }

  /** Begins to read; each read is given to {@link onInput}. */
  listen(): void {
    this.#input.resume();
  }

  /** Lets the process end. */
  close(): void {
    this.#input.destroy();
    process.off('SIGWINCH', this.#onWindowChange);
    this.#output.removeAllListeners('resize');
  }

  /**
   * Straight to the terminal when nothing is queued: that is what an echoed key takes. Bytes that
   * it does not take are copied and follow; {@link queuedBytes} tells.
   */
  write(bytes: Uint8Array): void {
    if (this.#gone) return;
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
