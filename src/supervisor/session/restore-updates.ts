/**
 * Sends clients their restore sequences whenever these change: clients cannot request them once this
 * process is killed, and only the screen model knows how deep the keyboard stacks are, which colours
 * were changed, and where the program's last line is.
 */

import type { Screen } from '../screen/screen.ts';
import type { Client } from './client.ts';
import type { Redraw } from './redraw.ts';

/** The age that a restore sequence may have: programs set modes mostly at their start and end. */
const TELL_AFTER_MS = 50;
/** … and during a steady stream, which may stay unparsed until then. */
const TELL_WITHIN_MS = 1_000;

export class RestoreUpdates {
  readonly #clients: ReadonlySet<Client>;
  readonly #screen: Screen;
  readonly #redraw: Redraw;
  #timer: NodeJS.Timeout | undefined;
  #awaited = false;

  constructor(clients: ReadonlySet<Client>, screen: Screen, redraw: Redraw) {
    this.#clients = clients;
    this.#screen = screen;
    this.#redraw = redraw;
  }

  /** To be called after output. */
  changed(): void {
    if (this.#timer || this.#awaited || this.#clients.size === 0) return;
    const since = performance.now();
    const look = () => {
      this.#timer = undefined;
      // Parsing the rest now would delay all sessions.
      if (this.#screen.unparsedBytes === 0) this.#tell();
      else if (performance.now() - since < TELL_WITHIN_MS)
        this.#timer = setTimeout(look, TELL_AFTER_MS);
      else this.#tellWhenParsed();
    };
    this.#timer = setTimeout(look, TELL_AFTER_MS);
  }

  /** For one client, for example one that has just attached. */
  tell(client: Client): void {
    client.updateRestore(
      this.#redraw.restoreFor(client),
      client.isScaled || this.#screen.modes.altScreen,
    );
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }

  #tellWhenParsed(): void {
    this.#awaited = true;
    this.#screen.whenParsed(() => {
      this.#awaited = false;
      // Sending parses all output that came since: later, if that is much.
      if (this.#screen.unsettled) this.changed();
      else this.#tell();
    });
  }

  #tell(): void {
    for (const client of this.#clients) this.tell(client);
  }
}
