/**
 * Tells the clients what would give their terminals back, whenever that has changed: if this
 * process is killed, they cannot ask any more, and nobody but the screen model knows how deep the
 * keyboard stacks are, which colours were changed, and where the program's last line is.
 */

import type { Screen } from '../screen/screen.ts';
import type { Client } from './client.ts';
import type { Redraw } from './redraw.ts';

/** A program that draws sets modes at its start and end; this old the way back may be. */
const TELL_AFTER_MS = 50;
/** … and so old while a stream goes on that need not be parsed: so often it is, up to there. */
const TELL_WITHIN_MS = 1_000;

export class RestoreUpdates {
  readonly #clients: ReadonlySet<Client>;
  readonly #screen: Screen;
  readonly #redraw: Redraw;
  readonly #spoke: () => boolean;
  #timer: NodeJS.Timeout | undefined;
  #awaited = false;

  constructor(clients: ReadonlySet<Client>, screen: Screen, picture: Redraw, spoke: () => boolean) {
    this.#clients = clients;
    this.#screen = screen;
    this.#redraw = picture;
    this.#spoke = spoke;
  }

  /** Output has come. */
  changed(): void {
    if (this.#timer || this.#awaited || this.#clients.size === 0) return;
    const since = performance.now();
    const look = () => {
      this.#timer = undefined;
      // Parsing what waits would take its time from all sessions.
      if (this.#screen.backlogBytes === 0) this.#tell();
      else if (performance.now() - since < TELL_WITHIN_MS)
        this.#timer = setTimeout(look, TELL_AFTER_MS);
      else this.#tellWhenParsed();
    };
    this.#timer = setTimeout(look, TELL_AFTER_MS);
  }

  /** For a client that has come. */
  tell(client: Client): void {
    client.updateRestore(
      this.#redraw.restoreFor(client, this.#spoke()),
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
      // It has everything parsed that has come since: what is too much for that goes on.
      if (this.#screen.unsettled) this.changed();
      else this.#tell();
    });
  }

  #tell(): void {
    for (const client of this.#clients) this.tell(client);
  }
}
