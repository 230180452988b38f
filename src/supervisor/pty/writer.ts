/**
 * Writes to a PTY's master without ever blocking. libuv writes to a master synchronously, as to any
 * terminal: a program that reads slowly would block the event loop, and with it every other session.
 * So the descriptor is written directly, and again later if the terminal is full.
 */
import { writeSync } from 'node:fs';
import { errorCode } from '../../platform/errors.ts';

/**
 * A program that reads makes room within some 40 µs, and there is no event for that. So for this
 * long after the last success, each turn of the event loop tries again (a paste of 16 MiB: 105
 * MB/s; 15 with timers alone).
 */
const EAGER_MS = 1;
const FIRST_RETRY_MS = 1;
/** For a program that does not read; one attempt takes some 20 µs. */
const LAST_RETRY_MS = 32;
/** One turn of the event loop writes at most this much to one terminal. */
const TURN_BYTES = 256 * 1024;

export class PtyWriter {
  readonly #fd: number;
  readonly #isClosed: () => boolean;
  readonly #onDrain: () => void;
  readonly #queue: Uint8Array[] = [];
  /** Bytes of the queue's head that the terminal has accepted. */
  #taken = 0;
  #queuedBytes = 0;
  #retryMs = FIRST_RETRY_MS;
  #takenAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #nextTurn: NodeJS.Immediate | undefined;

  constructor(fd: number, isClosed: () => boolean, onDrain: () => void) {
    this.#fd = fd;
    this.#isClosed = isClosed;
    this.#onDrain = onDrain;
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** When the PTY last accepted something that was queued, on the clock of performance.now(). */
  get takenAt(): number {
    return this.#takenAt;
  }

  /** The bytes must not change until they have been accepted. */
  write(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.#isClosed()) return;
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
    if (!this.#waiting) this.#flush(false);
  }

  /**
   * Writes without queueing.
   * @returns whether the PTY has accepted all of it; false: nothing is written
   */
  writeNow(bytes: Uint8Array): boolean {
    const count = this.#queuedBytes > 0 ? 0 : this.#writeSome(bytes, 0);
    if (!count) return false;
    // Half of a key's sequence would be another key.
    if (count < bytes.length) this.write(bytes.subarray(count));
    return true;
  }

  /** Removes and returns, as a copy, what the terminal has not accepted, for the successor. */
  takePending(): Uint8Array {
    const rest = this.#queue.map((bytes, i) => (i === 0 ? bytes.subarray(this.#taken) : bytes));
    const pending = Buffer.concat(rest);
    this.discard();
    return pending;
  }

  /**
   * Takes what the terminal has not accepted of these bytes out of the queue.
   * @param end what is to be written in its place, from the number of bytes accepted
   * @returns that number; undefined if none of them is queued any more
   */
  withdraw(bytes: Uint8Array, end: (taken: number) => Uint8Array): number | undefined {
    const index = this.#queue.indexOf(bytes);
    if (index < 0) return undefined;
    const taken = index === 0 ? this.#taken : 0;
    const rest = end(taken);
    this.#queue.splice(index, 1, ...(rest.length > 0 ? [rest] : []));
    if (index === 0) this.#taken = 0;
    this.#queuedBytes += rest.length - (bytes.length - taken);
    if (this.#queuedBytes === 0) {
      this.discard();
      this.#onDrain();
    }
    return taken;
  }

  /** The program has written something, so it may read again. */
  hint(): void {
    if (this.#timer !== undefined && this.#retryMs > FIRST_RETRY_MS) this.#retryNow();
  }

  /** Drops what the terminal has not accepted. */
  discard(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    clearImmediate(this.#nextTurn);
    this.#nextTurn = undefined;
    this.#queue.length = 0;
    this.#taken = 0;
    this.#queuedBytes = 0;
  }

  get #waiting(): boolean {
    return this.#timer !== undefined || this.#nextTurn !== undefined;
  }

  #retryNow(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flush(true);
  }

  #flush(hadToWait: boolean): void {
    let written = 0;
    while (this.#queuedBytes > 0 && written < TURN_BYTES) {
      const head = this.#queue[0];
      const count = head && this.#writeSome(head, this.#taken);
      if (count === undefined) this.discard();
      if (!count) break;
      written += count;
      this.#take(count);
    }
    if (written > 0) this.#retryMs = FIRST_RETRY_MS;
    if (this.#queuedBytes > 0) this.#continueLater();
    if (hadToWait && this.#queuedBytes === 0) this.#onDrain();
  }

  #continueLater(): void {
    if (performance.now() - this.#takenAt < EAGER_MS) this.#continueNextTurn();
    else this.#wait();
  }

  /** Bytes that the terminal accepted; 0 if it is full, undefined if it is gone. */
  #writeSome(bytes: Uint8Array, from: number): number | undefined {
    if (this.#isClosed()) return undefined;
    try {
      return writeSync(this.#fd, bytes, from, bytes.length - from, null);
    } catch (error) {
      const code = errorCode(error);
      return code === 'EAGAIN' || code === 'EINTR' ? 0 : undefined;
    }
  }

  #take(count: number): void {
    this.#takenAt = performance.now();
    this.#queuedBytes -= count;
    this.#taken += count;
    if (this.#taken < (this.#queue[0]?.length ?? 0)) return;
    this.#queue.shift();
    this.#taken = 0;
  }

  #continueNextTurn(): void {
    this.#nextTurn = setImmediate(() => {
      this.#nextTurn = undefined;
      this.#flush(true);
    });
  }

  #wait(): void {
    this.#timer = setTimeout(() => this.#retryNow(), this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS);
  }
}
