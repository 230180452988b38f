/** The private modes that a program has set or reset, with their present values. */
import {
  CLUSTERS,
  isKept,
  isListed,
  isMouse,
  SIDE_MARGINS,
  usualValue,
} from '../../terminal/private-modes.ts';

/**
 * Limits the modes that are kept although they are in no table: a program may try thousands of
 * numbers, but none uses this many. Further ones are passed on, and not undone.
 */
export const UNLISTED_MODES_MAX = 64;
/** The modes that DECSTR sets, as in xterm; the second list only if they were changed. */
const SOFT_RESET: readonly number[] = [7, 25, 45];

export class ChangedModes {
  readonly #values = new Map<number, boolean>();
  /** Saved by XTSAVE; undefined: not changed by then. */
  readonly #saved = new Map<number, boolean | undefined>();
  #unlisted = 0;

  get values(): ReadonlyMap<number, boolean> {
    return this.#values;
  }

  set(mode: number, on: boolean): void {
    if (!isKept(mode)) return;
    if (!this.#values.has(mode) && !isListed(mode)) {
      if (this.#unlisted >= UNLISTED_MODES_MAX) return;
      this.#unlisted++;
    }
    this.#values.set(mode, on);
  }

  /** XTSAVE; `on`: the value of a mode that is kept elsewhere. */
  save(mode: number, on = this.#values.get(mode)): void {
    if (this.#values.has(mode) || isListed(mode)) this.#saved.set(mode, on);
  }

  /** What XTRESTORE sets a mode to; undefined: it was not saved. */
  saved(mode: number): boolean | undefined {
    return this.#saved.has(mode) ? (this.#saved.get(mode) ?? usualValue(mode)) : undefined;
  }

  /**
   * The sequences that save the same values on a terminal where the program has changed nothing.
   */
  get saveSequence(): string {
    let out = '';
    for (const mode of this.#saved.keys()) if (mode !== CLUSTERS) out += this.#saveSequenceOf(mode);
    return out;
  }

  /** Saves and sets the mode that determines the widths of cells; before any cells are written. */
  get widthSequence(): string {
    const on = this.#values.get(CLUSTERS);
    const set = on === undefined ? '' : `\x1b[?${CLUSTERS}${on ? 'h' : 'l'}`;
    return this.#saveSequenceOf(CLUSTERS) + set;
  }

  #saveSequenceOf(mode: number): string {
    if (!this.#saved.has(mode)) return '';
    const on = this.#saved.get(mode);
    if (on === undefined) return `\x1b[?${mode}s`;
    // The present value follows, except for the mouse, for which the mode is only set.
    const off = isMouse(mode) ? `\x1b[?${mode}l` : '';
    return `\x1b[?${mode}${on ? 'h' : 'l'}\x1b[?${mode}s${off}`;
  }

  /** DECSTR. */
  softReset(): void {
    for (const mode of SOFT_RESET) this.set(mode, usualValue(mode));
    for (const mode of [1, SIDE_MARGINS]) if (this.#values.has(mode)) this.set(mode, false);
  }

  reset(): void {
    this.#values.clear();
    this.#saved.clear();
    this.#unlisted = 0;
  }
}
