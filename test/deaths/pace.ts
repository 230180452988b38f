/**
 * When the next death comes. A successor that dies within 10 s, three times in a row, leaves off (as it
 * should), so that after two quick ones the third has to live longer.
 */
import type { Random } from '../support/screen/screen-streams.ts';

const QUICK_MS = 10_000;
/** Measured here from the answer, there from the take-over. */
const MARGIN_MS = 500;
const QUICK_IN_A_ROW_MAX = 2;
const PAUSE_MAX_MS = 1_000;
/** Of a hundred: as soon as the successor has a guard. */
const AT_ONCE_PERCENT = 25;

export class Pace {
  readonly #random: Random;
  #livesSince = performance.now();
  #quick = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** A successor has taken over. */
  lives(): void {
    this.#livesSince = performance.now();
  }

  /** Waits for a random moment. Everything must have recovered before. */
  async next(): Promise<void> {
    const pause = this.#random.chance(AT_ONCE_PERCENT) ? 0 : this.#random.int(PAUSE_MAX_MS);
    const old = this.#livesSince + QUICK_MS + MARGIN_MS - performance.now();
    const wait = this.#quick < QUICK_IN_A_ROW_MAX ? pause : Math.max(0, old) + pause;
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const age = performance.now() - this.#livesSince;
    this.#quick = age > QUICK_MS + MARGIN_MS ? 0 : this.#quick + 1;
  }
}
