/**
 * Terminals that have shown a session and have left it, with the lines that each has, in case they
 * are attached again.
 */
import type { Screen, ShownLines } from '../screen/screen.ts';
import type { Client } from './client.ts';
import { type ShownState, shownFrom, stateOf } from './shown-state.ts';

/** The terminals that left last. Each takes about 200 bytes, and 10 for each row of the screen. */
const KNOWN_MAX = 16;

export class KnownTerminals {
  readonly #screen: Screen;
  /** By identity, in the order in which they left. */
  readonly #known = new Map<string, ShownLines>();

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  /** For a client that leaves. */
  remember(client: Client): void {
    // The output that the client was skipped from may not be parsed yet.
    if (client.isSkipping) this.#screen.flush();
    const { identity, held, shows, modes } = client;
    if (held) this.#set(identity, held.shown);
    else if (shows && identity !== undefined)
      this.#screen.whenParsed(() => {
        const shown = this.#screen.shown.asParsed(modes.own);
        if (shown) this.#set(identity, shown);
      });
  }

  /** For a client that attaches. */
  recall(client: Client): void {
    // It may have left just now.
    this.#screen.flush();
    const shown = client.identity === undefined ? undefined : this.#take(client.identity);
    if (shown) client.held = { shown, undo: '', moved: true };
  }

  /** For a successor. */
  dump(): Record<string, ShownState> {
    const states = [...this.#known].map(([id, shown]) => [id, stateOf(shown, this.#screen)]);
    return Object.fromEntries(states);
  }

  /** To be called from a callback of `whenParsed`. */
  restore(states: Readonly<Record<string, ShownState>>): void {
    for (const [id, state] of Object.entries(states))
      this.#known.set(id, shownFrom(state, this.#screen));
  }

  #set(identity: string | undefined, shown: ShownLines): void {
    if (identity === undefined) {
      this.#screen.shown.release(shown);
      return;
    }
    this.#drop(identity);
    this.#known.set(identity, shown);
    const [oldest] = this.#known.keys();
    if (this.#known.size > KNOWN_MAX && oldest !== undefined) this.#drop(oldest);
  }

  #take(identity: string): ShownLines | undefined {
    const shown = this.#known.get(identity);
    this.#known.delete(identity);
    return shown;
  }

  #drop(identity: string): void {
    const shown = this.#take(identity);
    if (shown) this.#screen.shown.release(shown);
  }
}
