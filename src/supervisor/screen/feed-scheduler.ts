/**
 * Shares the time for parsing between all screens: one slice in a turn of the event loop, however
 * many sessions write, so that a keystroke never waits for more than one slice. No timer, and no
 * turn is asked for while nothing is queued.
 */

/** The longest time that one turn of the loop spends on parsing. Half a ms is felt by nobody. */
export const SLICE_MS = 0.5;
/** Up to this much may wait for the stream to pause; more is parsed between reads. */
export const QUIET_LIMIT_BYTES = 64 * 1024;

export interface Feedable {
  readonly backlogBytes: number;
  /** Parses a piece. It never throws, and always makes the backlog smaller. */
  parsePiece(): void;
  /** A little of what can wait until everything is parsed. Returns whether there is more of it. */
  tidy(): boolean;
}

export class FeedScheduler {
  readonly #waiting = new Set<Feedable>();
  readonly #untidy = new Set<Feedable>();
  #scheduled = false;
  #wroteSinceTurn = false;

  /** To be called after each write. */
  add(screen: Feedable): void {
    this.#wroteSinceTurn = true;
    this.#waiting.add(screen);
    this.#untidy.add(screen);
    this.#schedule();
  }

  /** Everything is parsed. */
  parsed(screen: Feedable): void {
    this.#waiting.delete(screen);
  }

  remove(screen: Feedable): void {
    this.#waiting.delete(screen);
    this.#untidy.delete(screen);
  }

  #schedule(): void {
    if (this.#scheduled || this.#waiting.size + this.#untidy.size === 0) return;
    this.#scheduled = true;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#scheduled = false;
    const busy = this.#wroteSinceTurn;
    this.#wroteSinceTurn = false;
    const end = performance.now() + SLICE_MS;
    for (const screen of this.#waiting) {
      if (busy && screen.backlogBytes <= QUIET_LIMIT_BYTES) continue;
      while (screen.backlogBytes > 0 && performance.now() < end) screen.parsePiece();
      this.#waiting.delete(screen);
      // Behind the others, so that each gets its turn.
      if (screen.backlogBytes > 0) this.#waiting.add(screen);
      if (performance.now() >= end) break;
    }
    if (!busy && this.#waiting.size === 0) this.#tidy(end);
    this.#schedule();
  }

  #tidy(end: number): void {
    for (const screen of this.#untidy) {
      while (performance.now() < end) {
        if (screen.tidy()) continue;
        this.#untidy.delete(screen);
        break;
      }
    }
  }
}

/** One for the process: the time is shared by all its screens. */
export const feedScheduler = new FeedScheduler();
