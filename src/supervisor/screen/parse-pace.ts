/**
 * How much is parsed at once, and when the program has to wait for it: by how long pieces take. A
 * sequence of 13 bytes, to scroll by 2147483647 lines, can take 1 ms.
 */

/** The session stops reading from the program above this: about 12 ms of parsing. */
export const UNPARSED_HIGH_BYTES = 1024 * 1024;
/** … and goes on below this, so that reading and parsing alternate without a gap. */
export const UNPARSED_LOW_BYTES = 256 * 1024;
/** The same two while pieces take long: a reader of the screen has to wait for all of it. */
const COSTLY_HIGH_BYTES = 64 * 1024;
const COSTLY_LOW_BYTES = 16 * 1024;
/** Parsed between two looks at the clock: 0.012 ms, more for wide characters. */
export const PIECE_BYTES = 1024;
/** … and so little of what takes long. */
const PIECE_MIN_BYTES = 16;
/** A piece that took longer was too large. */
const PIECE_MS = 0.5;
/** So much is parsed at once where it is waited for; more, a slice in each turn. */
const AT_ONCE_BYTES = 16 * 1024;

export class ParsePace {
  /** Called once when the unparsed output falls below the low mark after it was above the high one. */
  onLow: (() => void) | undefined;
  #pieceBytes = PIECE_BYTES;
  #behind = false;

  get pieceBytes(): number {
    return this.#pieceBytes;
  }

  /** The program should wait, until `onLow`. */
  get behind(): boolean {
    return this.#behind;
  }

  /** The last pieces took long. */
  get costly(): boolean {
    return this.#pieceBytes < PIECE_BYTES / 4;
  }

  get atOnceBytes(): number {
    return this.costly ? PIECE_MIN_BYTES : AT_ONCE_BYTES;
  }

  /** A piece took so many milliseconds. */
  took(ms: number): void {
    if (ms > PIECE_MS) this.#pieceBytes = PIECE_MIN_BYTES;
    else this.#pieceBytes = Math.min(PIECE_BYTES, this.#pieceBytes * 2);
  }

  /** There is more unparsed output: so many bytes. */
  grown(bytes: number): void {
    if (bytes > (this.costly ? COSTLY_HIGH_BYTES : UNPARSED_HIGH_BYTES)) this.#behind = true;
  }

  /** There is less of it. */
  shrunk(bytes: number): void {
    const low = this.costly ? COSTLY_LOW_BYTES : UNPARSED_LOW_BYTES;
    if (!this.#behind || bytes >= low) return;
    this.#behind = false;
    this.onLow?.();
  }
}
