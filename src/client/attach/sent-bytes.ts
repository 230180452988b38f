/**
 * Keeps the last bytes that were sent to the program, by their offset in all that was sent. After a
 * supervisor's death its successor says how many of them were read, and the rest is sent again.
 */

/** A supervisor reads everything in its sockets, some 200 KiB, within a millisecond. */
const KEPT_MAX_BYTES = 1024 * 1024;
const FIRST_BYTES = 4 * 1024;
/** If nothing has counted the bytes, those sent this long before the end count as doubtful. */
const DOUBTFUL_MS = 1_000;

export class SentBytes {
  /** A ring: the byte at an offset is at that offset modulo the length. */
  #ring = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #total = 0;
  /** How many bytes had been sent between one and two {@link DOUBTFUL_MS} ago. */
  #before = 0;
  #lately = { at: 0, total: 0 };

  /** Number of bytes sent, kept or not. */
  get total(): number {
    return this.#total;
  }

  /** `now` in ms, from any origin. */
  push(bytes: Uint8Array, now: number): void {
    if (now - this.#lately.at > DOUBTFUL_MS) {
      const isRecent = now - this.#lately.at <= 2 * DOUBTFUL_MS;
      this.#before = isRecent ? this.#lately.total : this.#total;
      this.#lately = { at: now, total: this.#total };
    }
    const end = this.#total + bytes.length;
    if (end > this.#ring.length && this.#ring.length < KEPT_MAX_BYTES) this.#grow(end);
    const size = this.#ring.length;
    const from = Math.max(this.#total, end - size);
    const last = bytes.subarray(from - this.#total);
    const at = from % size;
    const first = Math.min(last.length, size - at);
    this.#ring.set(first === last.length ? last : last.subarray(0, first), at);
    if (first < last.length) this.#ring.set(last.subarray(first), 0);
    this.#total = end;
  }

  /** A copy of the bytes between two offsets; undefined if not all of them are kept any more. */
  slice(from: number, to: number): Buffer | undefined {
    const size = this.#ring.length;
    if (from < this.#total - size || to > this.#total || from > to) return undefined;
    const at = from % size;
    const first = this.#ring.subarray(at, Math.min(size, at + to - from));
    return Buffer.concat([first, this.#ring.subarray(0, to - from - first.length)]);
  }

  /** Offset of the first byte that was sent within about the last second. */
  lately(now: number): number {
    const { at, total } = this.#lately;
    if (now - at > 2 * DOUBTFUL_MS) return this.#total;
    return now - at > DOUBTFUL_MS ? total : this.#before;
  }

  /** Forgets what was sent after `offset`, as it will be sent again. */
  rewind(offset: number): void {
    this.#total = Math.min(this.#total, offset);
    this.#before = Math.min(this.#before, this.#total);
    this.#lately = { at: this.#lately.at, total: Math.min(this.#lately.total, this.#total) };
  }

  #grow(wanted: number): void {
    const size = Math.min(KEPT_MAX_BYTES, Math.max(2 * this.#ring.length, wanted));
    const ring = Buffer.allocUnsafeSlow(size);
    // Nothing is overwritten yet, so an offset is also the place in the ring.
    this.#ring.copy(ring, 0, 0, this.#total);
    this.#ring = ring;
  }
}
