/** Shows some of the lines if not all fit, and says how many are missing. */
import type { Action } from '../keys.ts';
import { DIM, paint } from '../style.ts';

export class Scroll {
  #top = 0;
  #page = 1;
  #last = 0;

  /** Back to the first line. */
  reset(): void {
    this.#top = 0;
  }

  /** Whether lines are missing. */
  get isNeeded(): boolean {
    return this.#last > 0;
  }

  /** At most `rows` of them; if others are missing, the last row says so. */
  shown(lines: readonly string[], rows: number, color: boolean): readonly string[] {
    if (lines.length <= rows) {
      this.#last = 0;
      this.#top = 0;
      return lines;
    }
    const page = Math.max(1, rows - 1);
    this.#page = page;
    this.#last = lines.length - page;
    this.#top = Math.min(this.#top, this.#last);
    const below = this.#last - this.#top;
    const hint =
      below > 0 ? `↓ ${below} more ${below === 1 ? 'line' : 'lines'}` : `↑ ${this.#top} above`;
    return [...lines.slice(this.#top, this.#top + page), ` ${paint(hint, DIM, color)}`].slice(
      0,
      rows,
    );
  }

  /** False: the key does not scroll. */
  take(action: Action): boolean {
    const step = {
      up: -1,
      down: 1,
      'page-up': -this.#page,
      'page-down': this.#page,
      first: -this.#last,
      last: this.#last,
    }[action as string];
    if (step === undefined) return false;
    this.#top = Math.min(this.#last, Math.max(0, this.#top + step));
    return true;
  }
}
