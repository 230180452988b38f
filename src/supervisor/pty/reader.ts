/**
 * Reads a PTY's master to its very end. libuv reports the end of file as soon as a hang-up coincides
 * with a short read, with data still in the kernel; so libuv only reports that there is data (and
 * reads the first piece), and the rest is read here until the kernel itself reports the end.
 */
import { readSync } from 'node:fs';
import type { OnReadOpts, SocketConstructorOpts } from 'node:net';
import { ReadStream } from 'node:tty';
import { errorCode } from '../../platform/errors.ts';
import { isTyping } from './typing-activity.ts';

/**
 * One turn of the event loop reads at most this much from one terminal, so that a flood cannot starve
 * the others; also the most that one write to a client's socket carries.
 */
const SLAB_BYTES = 64 * 1024;

/** A Linux PTY returns about 4 KB per read, so a slab with less room is not worth a batch. */
const WORTHWHILE_BYTES = 8 * 1024;

/**
 * A read shorter than this has most likely emptied the terminal. Another one would throw EAGAIN, which
 * takes longer than a turn of the event loop, so data that came since is left to the next turn.
 */
const LIKELY_EMPTY_BYTES = 2 * 1024;

/**
 * Reading until empty stops at this size: the program writes faster than anyone could look at it.
 */
const EMPTY_MAX_BYTES = 256 * 1024;

/** While a user types, reading stops above this; mostly after what libuv has read. */
const TYPING_BYTES = LIKELY_EMPTY_BYTES;

/**
 * Where libuv reads to. One for all terminals, as it is copied in the same callback; as large as a
 * slab, so that a read never fills it, as libuv would then read up to 32 times.
 */
const landing = Buffer.allocUnsafeSlow(SLAB_BYTES);

/**
 * Chunks are cut from the front of a slab, and no part of a slab is used twice: receivers may keep them
 * without copying. Shared by all terminals, as a keystroke's echo takes a few bytes.
 */
let slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
let used = 0;

export interface ReaderHandlers {
  /**
   * Called before more than one piece is read, which takes some 100 µs; onData follows, unless
   * nothing comes.
   */
  onReading?(): void;
  onData(chunk: Uint8Array): void;
  /** Called once, when no process has the terminal open and onData has got all of its output. */
  onEnd(): void;
}

/**
 * Node closes a stream that it cannot read any more. Closing a master sends SIGHUP to a program that
 * may be about to exit: head(1), sort(1) and others first close the terminal.
 */
class Master extends ReadStream {
  onReadError: (() => void) | undefined;

  override destroy(error?: Error): this {
    if (error === undefined || !this.onReadError) return super.destroy(error);
    this.onReadError();
    return this;
  }
}

export class PtyReader {
  readonly #fd: number;
  readonly #handlers: ReaderHandlers;
  readonly #stream: Master;
  #paused = false;
  /** Not read until its turn comes. */
  #deferred = false;
  /** libuv has reported the end: the rest is read by us. */
  #hungUp = false;
  #ended = false;

  constructor(fd: number, handlers: ReaderHandlers) {
    this.#fd = fd;
    this.#handlers = handlers;
    // Passed on to net.Socket; ReadStream's option type lacks some.
    const options: SocketConstructorOpts & { onread: OnReadOpts } = {
      // Otherwise the end of reading closes the descriptor before the rest is read.
      allowHalfOpen: true,
      onread: { buffer: landing, callback: (length) => this.#onReadable(length) },
    };
    this.#stream = new Master(fd, options);
    this.#stream.on('end', () => this.#onHangUp());
    // EIO is the kernel's end of file: libuv has read everything before.
    this.#stream.onReadError = () => this.#finish();
    // Otherwise reading would start in the next tick even if paused before that.
    this.#stream.read(0);
    this.#stream.resume();
  }

  /** Nothing may be read or written any more: the descriptor may be closed, and its number reused. */
  get ended(): boolean {
    return this.#ended;
  }

  get paused(): boolean {
    return this.#paused;
  }

  pause(): void {
    this.#paused = true;
    if (!this.#ended && !this.#hungUp && !this.#deferred) this.#stream.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    if (!this.#deferred) this.#goOn();
  }

  takeTurn(): void {
    this.#deferred = false;
    if (!this.#paused) this.#goOn();
  }

  /**
   * Reads everything that the program has written so far, at once.
   * @returns how many bytes that were; undefined if not everything can be read now
   */
  readEmpty(): number | undefined {
    if (this.#paused || this.#ended || this.#hungUp) return undefined;
    let bytes = 0;
    while (bytes <= EMPTY_MAX_BYTES) {
      if (SLAB_BYTES - used < WORTHWHILE_BYTES) newSlab();
      const from = used;
      const first = readSome(this.#fd);
      if (first === 0) return bytes;
      this.#readBatch(first);
      bytes += used - from;
      // A receiver may have paused it.
      if (this.#paused || this.#ended) return undefined;
    }
    return undefined;
  }

  /** Reads what there is and closes the master, which hangs up on processes with the terminal open. */
  close(): void {
    if (this.#stream.destroyed) return;
    // Bounded, as a flood never ends.
    for (let batches = 0; batches < 16; batches++) if (!this.#readBatch(0)) break;
    this.#stream.destroy();
    this.#finish();
  }

  #onReadable(length: number): boolean {
    if (this.#ended) return false;
    if (SLAB_BYTES - used < Math.max(length, WORTHWHILE_BYTES)) newSlab();
    slab.set(landing.subarray(0, length), used);
    this.#readBatch(length);
    if (length >= LIKELY_EMPTY_BYTES && isTyping()) this.#defer();
    return true;
  }

  #defer(): void {
    if (this.#paused || this.#deferred) return;
    this.#deferred = true;
    this.#stream.pause();
    turns.push(this);
    if (turns.length === 1) setImmediate(nextTurn);
  }

  #goOn(): void {
    if (this.#ended) return;
    if (this.#hungUp) this.#onHangUp();
    else this.#stream.resume();
  }

  /**
   * Reads until the terminal is empty or enough is read, and passes all of it on as one chunk.
   * @param already bytes at the front that libuv has read.
   * @returns false if there is nothing more at the moment.
   */
  #readBatch(already: number): boolean {
    if (already === 0 && SLAB_BYTES - used < WORTHWHILE_BYTES) newSlab();
    if (already === 0 || already >= LIKELY_EMPTY_BYTES) this.#handlers.onReading?.();
    const from = used;
    used += already;
    let last = already === 0 ? LIKELY_EMPTY_BYTES : already;
    const least = already === 0 ? 1 : LIKELY_EMPTY_BYTES;
    const end = isTyping() ? Math.min(SLAB_BYTES, from + TYPING_BYTES) : SLAB_BYTES;
    while (used < end && last >= least) {
      last = readSome(this.#fd);
      used += last;
    }
    if (used > from) this.#handlers.onData(slab.subarray(from, used));
    return last > 0;
  }

  #onHangUp(): void {
    this.#hungUp = true;
    while (!this.#paused && !this.#ended) {
      if (!this.#readBatch(0)) this.#finish();
    }
  }

  #finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#handlers.onEnd();
  }
}

/**
 * While a user types, each turn of the event loop reads only one of the terminals with much output:
 * eight of them take 0.3 ms a turn, which delays a key on its way in and its echo on the way out.
 */
const turns: PtyReader[] = [];

function nextTurn(): void {
  const next = turns.shift();
  // First, as takeTurn may throw.
  if (turns.length > 0) setImmediate(nextTurn);
  next?.takeTurn();
}

function newSlab(): void {
  slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  used = 0;
}

/** Bytes read into the slab; 0 if there are none now, or at the end. */
function readSome(fd: number): number {
  for (;;) {
    try {
      return readSync(fd, slab, used, SLAB_BYTES - used, null);
    } catch (error) {
      if (errorCode(error) !== 'EINTR') return 0;
    }
  }
}
