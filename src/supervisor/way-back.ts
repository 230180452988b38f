/**
 * Tells the clients what would give their terminals back, whenever that has changed: if this
 * process is killed, they cannot ask any more, and nobody but the screen model knows how deep the
 * keyboard stacks are, which colours were changed, and where the program's last line is.
 */
import type { Attachment } from './attachment.ts';
import type { Picture } from './picture.ts';
import type { Screen } from './screen.ts';

/** A program that draws sets modes at its start and end; this old the way back may be. */
const TELL_AFTER_MS = 50;

export class WayBack {
  readonly #clients: ReadonlySet<Attachment>;
  readonly #screen: Screen;
  readonly #picture: Picture;
  readonly #spoke: () => boolean;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    clients: ReadonlySet<Attachment>,
    screen: Screen,
    picture: Picture,
    spoke: () => boolean,
  ) {
    this.#clients = clients;
    this.#screen = screen;
    this.#picture = picture;
    this.#spoke = spoke;
  }

  /** Output has come. */
  changed(): void {
    if (this.#timer || this.#clients.size === 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      // Parsing what waits would take its time from all sessions.
      if (this.#screen.backlogBytes > 0) this.changed();
      else this.#tell();
    }, TELL_AFTER_MS);
  }

  /** For a client that has come. */
  tell(client: Attachment): void {
    client.tellWayBack(
      this.#picture.farewell(client, this.#spoke()),
      client.mirrored || this.#screen.modes.altScreen,
    );
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }

  #tell(): void {
    for (const client of this.#clients) this.tell(client);
  }
}
