/**
 * Reads a PTY's master to its very end. libuv reports the end of file as soon as a hang-up meets a
 * short read, with data still in the kernel; so libuv only tells that there is something (and reads
 * the first piece), and the rest is read here until the kernel itself reports the end.
 */
import { readSync } from 'node:fs';
import type { OnReadOpts, SocketConstructorOpts } from 'node:net';
import { ReadStream } from 'node:tty';
import { errorCode } from '../../platform/errors.ts';
import { isTyping } from './typing-activity.ts';

/**
 * One turn of the event loop takes at most this much from one terminal, so that one that floods
 * cannot starve the others; it is also what one write to a client's socket carries.
 */
const SLAB_BYTES = 64 * 1024;

/** A Linux PTY hands out about 4 KB a read, so a slab with less room is not worth a batch. */
const WORTHWHILE_BYTES = 8 * 1024;

/**
 * A read shorter than this has most likely emptied the terminal. Another one would throw EAGAIN, which
 * takes longer than a turn of the event loop, so what has come since is left to the next turn.
 */
const LIKELY_EMPTY_BYTES = 2 * 1024;

/** While a user types, a terminal is not read further above this: what libuv has read is all of a turn. */
const TYPING_BYTES = LIKELY_EMPTY_BYTES;

/**
 * Where libuv reads to. One for all terminals, as it is copied within the same callback; as large as a
 * slab, so that a read never fills it, which would make libuv read up to 32 times.
 */
const landing = Buffer.allocUnsafeSlow(SLAB_BYTES);

/**
 * Chunks are cut from the front of a slab, and no part of a slab is used twice: receivers may keep them
 * without copying. Shared by all terminals, as a keystroke's echo takes a few bytes.
 */
let slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
let used = 0;

export interface ReaderHandlers {
  onData(chunk: Uint8Array): void;
  /** No process has the terminal open any more, and onData has got all of its output. Called once. */
  onEnd(): void;
}

/**
 * Node closes what it cannot read any more. Closing a master sends SIGHUP to a program that may be about
 * to end by itself: head(1), sort(1) and others close the terminal first, and then exit.
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
  /** Not read until its turn has come. */
  #deferred = false;
  /** libuv has said "end": the rest is read by us alone. */
  #hungUp = false;
  #ended = false;

  constructor(fd: number, handlers: ReaderHandlers) {
    this.#fd = fd;
    this.#handlers = handlers;
    // Passed on to net.Socket; the type of ReadStream's options lacks some of them.
    const options: SocketConstructorOpts & { onread: OnReadOpts } = {
      // Otherwise the end of reading closes the descriptor before the rest is read.
      allowHalfOpen: true,
      onread: { buffer: landing, callback: (length) => this.#onReadable(length) },
    };
    this.#stream = new Master(fd, options);
    this.#stream.on('end', () => this.#onHangUp());
    // EIO: the kernel's own end of file. libuv has read everything before.
    this.#stream.onReadError = () => this.#finish();
    // A stream that was never asked to read starts in the next tick, paused in between or not.
    this.#stream.read(0);
    this.#stream.resume();
  }

  /** Nothing is to be read or written any more; the descriptor may be closed, and its number reused. */
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

  /** Its turn has come. */
  takeTurn(): void {
    this.#deferred = false;
    if (!this.#paused) this.#goOn();
  }

  /** Reads what is there and closes the master, which hangs up on processes that have the terminal open. */
  close(): void {
    if (this.#stream.destroyed) return;
    // A program that floods would never let it run dry.
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
   * Reads until the terminal is empty or enough is read, and hands all of it on as one chunk.
   * @param already bytes at the front that libuv has read.
   * @returns false when nothing more is there now.
   */
  #readBatch(already: number): boolean {
    if (already === 0 && SLAB_BYTES - used < WORTHWHILE_BYTES) newSlab();
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
 * While a user types, only one terminal with more to come is read in each turn of the event loop: eight
 * that write a lot at once take 0.3 ms a turn, which a key waits for on its way in and on its way out.
 */
const turns: PtyReader[] = [];

function nextTurn(): void {
  const next = turns.shift();
  // First, as what follows may throw.
  if (turns.length > 0) setImmediate(nextTurn);
  next?.takeTurn();
}

function newSlab(): void {
  slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  used = 0;
}

/** Bytes read into the slab; 0 when there are none now, or none any more. */
function readSome(fd: number): number {
  for (;;) {
    try {
      return readSync(fd, slab, used, SLAB_BYTES - used, null);
    } catch (error) {
      if (errorCode(error) !== 'EINTR') return 0;
    }
  }
}
