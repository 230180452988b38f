/**
 * The colours that terminals have reported; one set for all sessions, kept for the next supervisor. With
 * them the supervisor replies in the place of a terminal.
 */
import type { Colors, DynamicColor } from '../../terminal/colors.ts';

/** Some of them may not be known. */
export type SomeColors = { readonly [which in DynamicColor]?: string | undefined };

/** A client asks its terminal for 150 ms; some more for a busy machine. */
const AWAITED_MS = 250;

export class TerminalColors {
  readonly known: Colors;
  readonly #onChanged: (known: Colors) => void;
  /** As of `performance.now()`. */
  #awaitedUntil = 0;

  constructor(known: Colors = {}, onChanged: (known: Colors) => void = () => {}) {
    this.known = known;
    this.#onChanged = onChanged;
  }

  /** A client is asking its terminal: until it tells, replies to queries can wait a little. */
  await(): void {
    this.#awaitedUntil = performance.now() + AWAITED_MS;
  }

  get awaited(): boolean {
    return performance.now() < this.#awaitedUntil;
  }

  learn(colors: SomeColors): void {
    let changed = false;
    for (const which of [10, 11, 12] as const) {
      const color = colors[which];
      if (color === undefined || color === this.known[which]) continue;
      this.known[which] = color;
      changed = true;
    }
    if (changed) this.#onChanged(this.known);
  }

  /** What was awaited has come, or will not. */
  over(): void {
    this.#awaitedUntil = 0;
  }
}
