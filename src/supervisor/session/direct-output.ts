/**
 * A client's own terminal, written to directly: what a program says reaches the screen without the
 * detour through the client, as in tmux and screen, which have the terminal opened by their server.
 * Keys still come through the client: it finds its own among them, and a client that is stopped or
 * killed leaves the keyboard to its shell.
 *
 * What the terminal does not take is kept here, to the byte, so that it can be given back at any
 * time and the client goes on with the rest.
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
import { errorCode } from '../../platform/errors.ts';
import { alternateAfter } from '../../terminal/alternate-screen.ts';

/** `device` and `inode` as stat(2) has them: the same path may be another terminal elsewhere. */
export interface TerminalFile {
  readonly path: string;
  readonly device: number;
  readonly inode: number;
}

export interface DirectHandlers {
  /** All that was written has been taken, after some of it had to wait. */
  onDrain(): void;
  /** It cannot be written to any more. */
  onGone(): void;
  /** What is written next enters or leaves the alternate screen. */
  onAlternate(on: boolean): void;
}

/** Given to libuv when the terminal is full: its being taken says that there is room again. */
const PROBE_BYTES = 1024;

/** Small pieces that lie together are kept as one, up to about what a terminal takes at once. */
const KEPT_BYTES = 64 * 1024;

interface Behind {
  readonly fd: number;
  readonly writeQueueSize: number;
  setBlocking(blocking: boolean): void;
}

export class DirectTerminal {
  readonly #stream: WriteStream;
  readonly #handlers: DirectHandlers;
  /** Not taken by the terminal; the first may have been taken in part. */
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  /** The first of the queue is with libuv. */
  #probing = false;
  #begun = false;
  #alternate = false;

  /** @throws where it is not that terminal, or cannot be opened by us. */
  constructor(file: TerminalFile, handlers: DirectHandlers) {
    this.#handlers = handlers;
    const fd = openTerminal(file);
    this.#stream = new WriteStream(fd);
    // libuv opens a terminal once more for itself, to set it non-blocking for nobody else.
    if (this.#handle && this.#handle.fd !== fd) closeSync(fd);
    // Node makes terminals blocking: one that does not read would stop every session.
    this.#handle?.setBlocking(false);
    this.#stream.on('error', () => this.#onGone());
  }

  /** Bytes that the terminal has not taken. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Moves with every part of the queue that the terminal takes. */
  get progress(): number {
    return this.#queuedBytes + (this.#handle?.writeQueueSize ?? 0);
  }

  /** From now on it is ours; until then everything is queued. */
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
      this.#keep(bytes);
      return;
    }
    this.#noteScreen(bytes);
    const taken = this.#queue.length === 0 ? this.#some(bytes) : 0;
    if (taken === bytes.length) return;
    this.#keep(bytes.subarray(taken));
    this.#probe();
  }

  /** Gives it back; nothing is written any more. What it has not taken is for the client to write. */
  close(): Uint8Array[] {
    if (this.#probing) {
      const [first = new Uint8Array(0), ...rest] = this.#queue;
      const left = this.#handle?.writeQueueSize ?? 0;
      this.#queue = [first.subarray(first.length - left), ...rest];
    }
    this.#probing = false;
    this.#stream.destroy();
    return this.#queue.splice(0);
  }

  get #handle(): Behind | undefined {
    return (this.#stream as unknown as { _handle?: Behind | null })._handle ?? undefined;
  }

  #keep(bytes: Uint8Array): void {
    this.#queuedBytes += bytes.length;
    const last = this.#queue.length > (this.#probing ? 1 : 0) ? this.#queue.at(-1) : undefined;
    const both = last && joinAdjacent(last, bytes, KEPT_BYTES);
    if (both) this.#queue[this.#queue.length - 1] = both;
    else this.#queue.push(bytes);
  }

  /** How many of the bytes the terminal has taken. */
  #some(bytes: Uint8Array): number {
    const fd = this.#handle?.fd ?? -1;
    if (fd < 0) return 0;
    try {
      return writeSync(fd, bytes);
    } catch (error) {
      const code = errorCode(error);
      if (code !== 'EAGAIN' && code !== 'EINTR') this.#onGone();
      return 0;
    }
  }

  /** Waits for room, by means of a few bytes that are to be written anyway. */
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
      this.#goOn();
    });
  }

  #goOn(): void {
    for (let first = this.#queue[0]; first; first = this.#queue[0]) {
      const taken = this.#some(first);
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

  #noteScreen(bytes: Uint8Array): void {
    const alternate = alternateAfter(bytes, this.#alternate);
    if (alternate === this.#alternate) return;
    this.#alternate = alternate;
    this.#handlers.onAlternate(alternate);
  }

  /** Not within whatever has just tried to write. */
  #onGone(): void {
    setImmediate(() => this.#handlers.onGone());
  }
}

/**
 * Never as our controlling terminal, and only the very file that the client means: whatever else
 * lies there is not even opened, which for some devices does something.
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
