/**
 * Writes to a client's terminal directly, not through the client, as in tmux and screen, whose servers
 * open the terminal too. Keys still come through the client: it looks for its own keys, and a client
 * that is stopped or killed leaves the keyboard to its shell.
 *
 * Knows exactly which bytes the terminal has not accepted, so that direct output can stop at any time
 * and the client can write the rest.
 */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  type Stats,
  writeSync,
} from 'node:fs';
import { isatty, WriteStream } from 'node:tty';
import { joinAdjacent } from '../../platform/adjacent-chunks.ts';
import { descriptorOf, neverBlock, unwrittenBytes } from '../../platform/descriptor.ts';
import { errorCode } from '../../platform/errors.ts';
import { alternateAfter } from '../../terminal/alternate-screen.ts';

/** `device` and `inode` from stat(2): in another container the path may be another terminal. */
export interface TerminalFile {
  readonly path: string;
  readonly device: number;
  readonly inode: number;
}

export interface DirectOutputHandlers {
  /** The terminal has accepted everything, after some of it had to wait. */
  onDrain(): void;
  /** The terminal can no longer be written to. */
  onGone(): void;
  /** The bytes about to be written enter or leave the alternate screen. */
  onAlternate(on: boolean): void;
}

/** Passed to libuv when the terminal is full: once they are written, there is room again. */
const PROBE_BYTES = 1024;

/** Chunks adjacent in memory are queued as one, up to about what a terminal accepts at once. */
const JOINED_MAX_BYTES = 64 * 1024;

export class DirectOutput {
  readonly #stream: WriteStream;
  readonly #handlers: DirectOutputHandlers;
  /** Not accepted by the terminal; part of the first may be accepted while libuv writes it. */
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  /** libuv is writing the first of the queue. */
  #probing = false;
  #begun = false;
  #alternate = false;

  /** @throws Error if `file` is not that terminal, or we may not open it. */
  constructor(file: TerminalFile, handlers: DirectOutputHandlers) {
    this.#handlers = handlers;
    const fd = openTerminal(file);
    this.#stream = new WriteStream(fd);
    // libuv reopens a terminal, so that it is not non-blocking for other processes.
    if (descriptorOf(this.#stream) !== fd) closeSync(fd);
    neverBlock(this.#stream);
    this.#stream.on('error', () => this.#onGone());
  }

  /** Bytes that the terminal has not accepted. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Changes with every part of the queue that the terminal accepts. */
  get progress(): number {
    return this.#queuedBytes + (unwrittenBytes(this.#stream) ?? 0);
  }

  /** The client has finished writing: from now on output is written, not only queued. */
  begin(alternate: boolean): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#alternate = alternate;
    const queue = this.#queue;
    const waited = this.#queuedBytes > 0;
    this.#queue = [];
    this.#queuedBytes = 0;
    for (const bytes of queue) this.write(bytes);
    if (waited && this.#queuedBytes === 0) this.#handlers.onDrain();
  }

  /** The bytes must not change afterwards. */
  write(bytes: Uint8Array): void {
    if (!this.#begun) {
      this.#enqueue(bytes);
      return;
    }
    this.#noteAlternate(bytes);
    const taken = this.#queue.length === 0 ? this.#writeSome(bytes) : 0;
    if (taken === bytes.length) return;
    this.#enqueue(bytes.subarray(taken));
    this.#probe();
  }

  /** Stops writing. @returns what the terminal has not accepted. */
  close(): Uint8Array[] {
    if (this.#probing) {
      const [first = new Uint8Array(0), ...rest] = this.#queue;
      const left = unwrittenBytes(this.#stream) ?? 0;
      this.#queue = [first.subarray(first.length - left), ...rest];
    }
    this.#probing = false;
    this.#stream.destroy();
    return this.#queue.splice(0);
  }

  #enqueue(bytes: Uint8Array): void {
    this.#queuedBytes += bytes.length;
    const last = this.#queue.length > (this.#probing ? 1 : 0) ? this.#queue.at(-1) : undefined;
    const both = last && joinAdjacent(last, bytes, JOINED_MAX_BYTES);
    if (both) this.#queue[this.#queue.length - 1] = both;
    else this.#queue.push(bytes);
  }

  /** @returns how many of the bytes the terminal has accepted. */
  #writeSome(bytes: Uint8Array): number {
    const fd = descriptorOf(this.#stream);
    if (fd === undefined) return 0;
    try {
      return writeSync(fd, bytes);
    } catch (error) {
      const code = errorCode(error);
      if (code !== 'EAGAIN' && code !== 'EINTR') this.#onGone();
      return 0;
    }
  }

  /** Waits for room by having libuv write the first bytes of the queue. */
  #probe(): void {
    const [first] = this.#queue;
    if (this.#probing || !first) return;
    const probe = first.subarray(0, PROBE_BYTES);
    this.#queue.splice(
      0,
      1,
      probe,
      ...(first.length > probe.length ? [first.subarray(probe.length)] : []),
    );
    this.#probing = true;
    this.#stream.write(probe, (error) => {
      if (error || !this.#probing) return;
      this.#probing = false;
      this.#queue.shift();
      this.#queuedBytes -= probe.length;
      this.#flush();
    });
  }

  #flush(): void {
    for (let first = this.#queue[0]; first; first = this.#queue[0]) {
      const taken = this.#writeSome(first);
      this.#queuedBytes -= taken;
      if (taken < first.length) {
        this.#queue[0] = first.subarray(taken);
        this.#probe();
        return;
      }
      this.#queue.shift();
    }
    this.#handlers.onDrain();
  }

  #noteAlternate(bytes: Uint8Array): void {
    const alternate = alternateAfter(bytes, this.#alternate);
    if (alternate === this.#alternate) return;
    this.#alternate = alternate;
    this.#handlers.onAlternate(alternate);
  }

  /** Deferred, so that it is not called from within a write. */
  #onGone(): void {
    setImmediate(() => this.#handlers.onGone());
  }
}

/**
 * Not as our controlling terminal, and only exactly the file that the client means: even opening
 * another device may have an effect.
 */
function openTerminal({ path, device, inode }: TerminalFile): number {
  const isMeant = (stat: Stats) =>
    stat.isCharacterDevice() && stat.dev === device && stat.ino === inode;
  if (!isMeant(lstatSync(path))) throw new Error(`${path} is not the client's terminal`);
  const { O_WRONLY, O_NOCTTY, O_NONBLOCK, O_NOFOLLOW } = constants;
  const fd = openSync(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW);
  try {
    if (isMeant(fstatSync(fd)) && isatty(fd)) return fd;
    throw new Error(`${path} is not the client's terminal`);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}
