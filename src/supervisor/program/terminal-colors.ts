/**
 * The colours that terminals have reported: one set for all sessions, also kept for the next
 * supervisor. With them the supervisor answers queries in place of a terminal.
 */
import type { Colors, DynamicColor } from '../../terminal/colors.ts';

/** Colours that are not known are missing. */
export type SomeColors = { readonly [which in DynamicColor]?: string | undefined };

/** A client asks its terminal for at most 150 ms; this leaves some time for a busy machine. */
const AWAITED_MS = 250;

export class TerminalColors {
  readonly known: Colors;
  readonly #onChanged: (known: Colors) => void;
  /** On the clock of `performance.now()`. */
  #awaitedUntil = 0;

  constructor(known: Colors = {}, onChanged: (known: Colors) => void = () => {}) {
    this.known = known;
    this.#onChanged = onChanged;
  }

  /**
   * A client is asking its terminal: until it reports the colours, replies to queries may wait a
   * little.
   */
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

  /** The colours have come, or will not come. */
  over(): void {
    this.#awaitedUntil = 0;
  }
}
