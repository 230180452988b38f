/**
 * What a client's terminal is sent when it attaches, when it needs a redraw, and when it leaves: the
 * user's own screen contents are preserved.
 */
import { CLIENT_KEYBOARD_POP } from '../../terminal/restore.ts';
import type { ProgramTerminal } from '../program/program-terminal.ts';
import type { Client } from './client.ts';

/** Only for a screen without the user's own contents. */
const CLEAR = Buffer.from('\x1b[H\x1b[2J');

/** For a terminal that shows the scaled view, on its alternate screen. */
export const LEAVE_SCALED = Buffer.from('\x1b[m\x1b[?25h\x1b[?1049l');

export class Redraw {
  readonly #terminal: ProgramTerminal;

  constructor(terminal: ProgramTerminal) {
    this.#terminal = terminal;
  }

  get #screen() {
    return this.#terminal.screen;
  }

  /** For a client that attaches. The user's own screen is scrolled up, never overwritten. */
  paint(client: Client): void {
    client.keyboardOverPops = this.#screen.keyboardOverPops;
    const whole = this.#paintsMain;
    if (whole) client.send(Buffer.from(`${'\r\n'.repeat(client.rows)}\x1b[H`));
    client.send(this.#screen.serialize({ main: whole }));
    this.#sendTitle(client);
  }

  /** For a client whose terminal shows an outdated or damaged state of this session. */
  repaint(client: Client): void {
    client.send(this.#screen.restoreSequence(client.modes.own));
    const whole = this.#paintsMain;
    if (whole) client.send(CLEAR);
    client.send(this.#screen.serialize({ scrollback: 0, main: whole }));
    this.#sendTitle(client);
  }

  /** The restore sequence for a client if it leaves now. */
  restoreFor(client: Client): Uint8Array {
    if (client.isScaled) return Buffer.concat([LEAVE_SCALED, Buffer.from(CLIENT_KEYBOARD_POP)]);
    if (!this.#terminal.spoke) return Buffer.from(CLIENT_KEYBOARD_POP);
    // Codex pops one entry more than it pushed: then the client's own is gone already.
    const popped = this.#screen.keyboardOverPops > client.keyboardOverPops;
    return Buffer.concat([
      this.restoreScreen(client),
      Buffer.from(popped ? '' : CLIENT_KEYBOARD_POP),
    ]);
  }

  /**
   * Undoes the program's modes in the client's terminal. If the program draws on the main screen, its lines stay and the cursor
   * moves to the line after them.
   */
  restoreScreen(client: Client): Uint8Array {
    const restore = this.#screen.restoreSequence(client.modes.own);
    if (this.#screen.modes.altScreen) return restore;
    const last = this.#screen.text().findLastIndex((line) => line !== '');
    const { x, y } = this.#screen.cursor;
    const down = Math.max(0, last - y);
    if (down === 0 && x === 0) return restore;
    return Buffer.concat([restore, Buffer.from(`${down > 0 ? `\x1b[${down}B` : ''}\r\n`)]);
  }

  /** Whether the program has drawn on the main screen, so that the client's must show it. */
  get #paintsMain(): boolean {
    return !this.#screen.modes.altScreen || !this.#screen.mainIsBlank;
  }

  #sendTitle(client: Client): void {
    const { title } = this.#terminal;
    if (title) client.send(title);
  }
}
