/**
 * What clients are shown whose terminals differ in size from the session. The program's output is for
 * the session's size and would be garbled there, so they get frames of the screen model, cut to their
 * size, on their alternate screen; none while there is no output. A client that types becomes the
 * leader, and gets the output itself again.
 */

import type { Screen } from '../screen/screen.ts';
import type { Size } from '../screen/size.ts';
import type { Client } from './client.ts';
import { LEAVE_SCALED, type Redraw } from './redraw.ts';

/** Twenty frames a second look fluent. */
const FRAME_MS = 50;
/** With more than this queued, a client gets its next frame later. */
const QUEUED_MAX_BYTES = 64 * 1024;

const ENTER = Buffer.from('\x1b[?1049h\x1b[m\x1b[r\x1b[H\x1b[2J');

export class ScaledView {
  readonly #clients: ReadonlySet<Client>;
  readonly #screen: Screen;
  readonly #redraw: Redraw;
  #timer: NodeJS.Timeout | undefined;
  /** A frame follows as soon as the output so far is parsed. */
  #awaited = false;

  constructor(clients: ReadonlySet<Client>, screen: Screen, redraw: Redraw) {
    this.#clients = clients;
    this.#screen = screen;
    this.#redraw = redraw;
  }

  /** To be called when the size of the session or of a client has changed. */
  sync(): void {
    for (const client of this.#clients) {
      const differs = this.differs(client);
      if (differs && !client.isScaled) this.#enter(client);
      else if (!differs && client.isScaled) this.#leave(client);
    }
    this.changed();
  }

  /** Whether a client's size differs from `session`, the session's. */
  differs({ cols, rows }: Size, session: Size = this.#screen): boolean {
    // The screen model is never narrower than two columns.
    return Math.max(2, cols) !== Math.max(2, session.cols) || rows !== session.rows;
  }

  /** For a client that attaches, before anything is sent to it. @returns whether it is scaled. */
  admit(client: Client): boolean {
    if (!this.differs(client)) return false;
    client.keyboardOverPops = this.#screen.keyboardOverPops;
    this.#enter(client);
    this.changed();
    return true;
  }

  /** For a client whose terminal needs a redraw. */
  repaint(client: Client): void {
    client.send(ENTER);
    this.changed();
  }

  /** To be called after output or a change of size. */
  changed(): void {
    if (this.#timer || this.#awaited || ![...this.#clients].some((client) => client.isScaled))
      return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      // Parsed in slices, so that a steady stream does not delay other sessions.
      this.#awaited = true;
      this.#screen.whenParsed(() => {
        this.#awaited = false;
        // A frame parses all output that came since: later, if that is much.
        if (this.#screen.unsettled) this.changed();
        else this.#show();
      });
    }, FRAME_MS);
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }

  /** The main screen is left as it is, to be used again later. */
  #enter(client: Client): void {
    this.#redraw.hold(client);
    client.scale();
    if (client.held) this.#redraw.undoModes(client, client.held);
    client.send(ENTER);
  }

  #leave(client: Client): void {
    client.unscale();
    client.send(LEAVE_SCALED);
    if (!client.isSkipping) this.#redraw.repaint(client);
  }

  #show(): void {
    let late = false;
    for (const client of this.#clients) {
      if (!client.isScaled) continue;
      if (client.queuedBytes > QUEUED_MAX_BYTES) late = true;
      else client.send(this.#frame(client));
    }
    if (late) this.changed();
  }

  /**
   * If the screen is taller than the client: the lines that end with the cursor's. A hidden cursor
   * may be anywhere; then they end with the last line that is not empty, where Codex asks its
   * questions.
   */
  #frame({ cols, rows }: Size): Uint8Array {
    const { cursor, modes } = this.#screen;
    const all = this.#screen.text({ ansi: true, cols });
    const last = modes.cursorVisible ? cursor.y : all.findLastIndex((line) => line !== '');
    const top = Math.max(0, Math.min(last - rows + 1, this.#screen.rows - rows));
    const lines = all.slice(top, top + rows);
    let out = '\x1b[?2026h\x1b[?25l';
    for (let y = 0; y < rows; y++) out += `\x1b[${y + 1};1H\x1b[m${lines[y] ?? ''}\x1b[m\x1b[K`;
    if (modes.cursorVisible && cursor.x < cols)
      out += `\x1b[${cursor.y - top + 1};${cursor.x + 1}H\x1b[?25h`;
    return Buffer.from(`${out}\x1b[?2026l`);
  }
}
