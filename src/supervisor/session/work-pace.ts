/** Lets some work take only a share of the time: after it has been done it rests in proportion. */

/**
 * The longest rest. Work that took longer was interrupted, as on a loaded machine; in proportion to that, 30 ms
 * would put off the storing of a screen by 3 s.
 */
const REST_MAX_MS = 500;

export class WorkPace {
  readonly #share: number;
  /** On the clock of `performance.now()`, in ms. */
  #notBefore = 0;

  /** The work may take a `share`th of the time. */
  constructor(share: number) {
    this.#share = share;
  }

  /** Milliseconds until it may be done again; 0 or less: now. */
  get leftMs(): number {
    return this.#notBefore - performance.now();
  }

  /** It was `begun` at this time of `performance.now()`, and has just been done. */
  took(begun: number): void {
    const now = performance.now();
    this.#notBefore = now + Math.min(this.#share * (now - begun), REST_MAX_MS);
  }
}
