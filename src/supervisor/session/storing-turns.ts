/**
 * Lets the sessions store their screens in turns: however many come to rest again and again,
 * storing takes only a share of the time, and the rest is left for what users wait for.
 */
import { WorkPace } from './work-pace.ts';

/** Storing may take a tenth of the time. */
const SHARE = 10;

export class StoringTurns {
  readonly #waiting = new Map<object, () => void>();
  #timer: NodeJS.Timeout | undefined;
  readonly #pace = new WorkPace(SHARE);

  /**
   * Calls `store` at once, or when it is its turn. `of`: whose turn it is; it has one turn, however
   * often it asks.
   */
  ask(of: object, store: () => void): void {
    if (this.#waiting.size > 0 || this.#pace.leftMs > 0) {
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
      this.#pace.took(begun);
    }
  }

  #wait(): void {
    this.#timer ??= setTimeout(() => this.#next(), Math.max(1, this.#pace.leftMs));
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
