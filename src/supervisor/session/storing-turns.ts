/**
 * All sessions' screens are stored in turns, so that hundreds that come to rest again and again take a
 * share of the time, and leave the rest to what users wait for.
 */

/** Storing may take a part of the time: a tenth. */
const PACE = 10;

export class StoringTurns {
  readonly #waiting = new Map<object, () => void>();
  #timer: NodeJS.Timeout | undefined;
  /** Milliseconds of `performance.now()`. */
  #notBefore = 0;

  /** Calls `store` at once, or when it is its turn; `of`: who has one turn, however often it asks. */
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
      this.#notBefore = now + PACE * (now - begun);
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

/** Of this supervisor. */
export const storingTurns = new StoringTurns();
