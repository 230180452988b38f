/**
 * The terminals that have shown a session and do not any more, with the lines that they have, for when
 * they are attached again.
 */
import type { Screen, ShownLines } from '../screen/screen.ts';
import { type ShownState, shownFrom, stateOf } from './shown-state.ts';

/** Those that left last. Each costs about 100 bytes a row of the screen. */
const KNOWN_MAX = 16;

export class KnownTerminals {
  readonly #screen: Screen;
  /** By identity; the one that left last is the last. */
  readonly #known = new Map<string, ShownLines>();

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  remember(identity: string, shown: ShownLines): void {
    this.#forget(identity);
    this.#known.set(identity, shown);
    const [oldest] = this.#known.keys();
    if (this.#known.size > KNOWN_MAX && oldest !== undefined) this.#forget(oldest);
  }

  /** Removes and returns it. */
  recall(identity: string): ShownLines | undefined {
    const shown = this.#known.get(identity);
    this.#known.delete(identity);
    return shown;
  }

  /** For a successor. */
  dump(): Record<string, ShownState> {
    const states = [...this.#known].map(([id, shown]) => [id, stateOf(shown, this.#screen)]);
    return Object.fromEntries(states);
  }

  /** From a callback of `whenParsed`. */
  restore(states: Readonly<Record<string, ShownState>>): void {
    for (const [id, state] of Object.entries(states))
      this.#known.set(id, shownFrom(state, this.#screen));
  }

  #forget(identity: string): void {
    const shown = this.recall(identity);
    if (shown) this.#screen.release(shown);
  }
}
