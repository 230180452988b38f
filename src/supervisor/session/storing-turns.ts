/**
 * Lets the sessions store their screens in turns: however many come to rest again and again,
 * storing takes only a share of the time, and the rest is left for what users wait for.
 */

/** The share of the time that storing may take: a tenth. */
const PACE = 10;
/** The longest pause after a turn: one that took longer was interrupted, as on a loaded machine. */
const PAUSE_MAX_MS = 500;

export class StoringTurns {
  readonly #waiting = new Map<object, () => void>();
  #timer: NodeJS.Timeout | undefined;
  /** On the clock of `performance.now()`, in ms. */
  #notBefore = 0;

  /**
   * Calls `store` at once, or when it is its turn. `of`: whose turn it is; it has one turn, however
   * often it asks.
   */
  ask(of: object, store: () => void): void {
    if (this.#waiting.size > 0 || performance.now() < this.#notBefore) {
      this.#waiting.set(of, store);
      this.#wait();
    } else this.#run(store);
  }

  forget(of: object): void {
    this.#waiting.delete(of);
  }

  #run(store: () => void): void {
    const begun = performance.now();
    try {
      store();
    } finally {
      const now = performance.now();
      this.#notBefore = now + Math.min(PACE * (now - begun), PAUSE_MAX_MS);
    }
  }

  #wait(): void {
    this.#timer ??= setTimeout(
      () => this.#next(),
      Math.max(1, this.#notBefore - performance.now()),
    );
  }

  #next(): void {
    this.#timer = undefined;
    const [next] = this.#waiting;
    if (!next) return;
    const [of, store] = next;
    this.#waiting.delete(of);
    try {
      this.#run(store);
    } finally {
      if (this.#waiting.size > 0) this.#wait();
    }
  }
}

/** Shared by all sessions of this supervisor. */
export const storingTurns = new StoringTurns();
