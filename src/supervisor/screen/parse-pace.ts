/**
 * How much is parsed at once, and when the program has to wait, depending on how long pieces take. A
 * sequence of 13 bytes (scroll by 2147483647 lines) can take 1 ms.
 */

/** Above this the session stops reading from the program: 10 to 27 ms of parsing. */
export const UNPARSED_HIGH_BYTES = 1024 * 1024;
/** … and continues below this, so that reading and parsing overlap without a gap. */
export const UNPARSED_LOW_BYTES = 256 * 1024;
/** The same while pieces take long: a reader of the screen has to wait for all of it. */
const COSTLY_HIGH_BYTES = 64 * 1024;
const COSTLY_LOW_BYTES = 16 * 1024;
/** Parsed between two checks of the clock: 0.02 to 0.03 ms. */
export const PIECE_BYTES = 1024;
/** … and if pieces take long. */
const PIECE_MIN_BYTES = 16;
/** A piece that took longer was too large. */
const PIECE_MS = 0.5;
/** Up to this much is parsed at once if it is waited for; more, one slice per turn. */
const AT_ONCE_BYTES = 16 * 1024;

export class ParsePace {
  /** Called once when the unparsed output, after exceeding the high mark, falls below the low mark. */
  onLow: (() => void) | undefined;
  #pieceBytes = PIECE_BYTES;
  #behind = false;

  get pieceBytes(): number {
    return this.#pieceBytes;
  }

  /** The program should wait until `onLow`. */
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

  /** To be called with the time that a piece took. */
  took(ms: number): void {
    if (ms > PIECE_MS) this.#pieceBytes = PIECE_MIN_BYTES;
    else this.#pieceBytes = Math.min(PIECE_BYTES, this.#pieceBytes * 2);
  }

  /** The unparsed output has grown to `bytes`. */
  grown(bytes: number): void {
    if (bytes > (this.costly ? COSTLY_HIGH_BYTES : UNPARSED_HIGH_BYTES)) this.#behind = true;
  }

  /** The unparsed output has shrunk to `bytes`. */
  shrunk(bytes: number): void {
    const low = this.costly ? COSTLY_LOW_BYTES : UNPARSED_LOW_BYTES;
    if (!this.#behind || bytes >= low) return;
    this.#behind = false;
    this.onLow?.();
  }
}
