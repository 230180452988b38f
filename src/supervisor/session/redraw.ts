/**
 * What a client's terminal is sent when it attaches, when it has lost what it showed, and when it
 * leaves: always so that what was the user's stays the user's.
 */
import { CLIENT_KEYBOARD_POP } from '../../terminal/restore.ts';
import type { ProgramTerminal } from '../program/program-terminal.ts';
import type { Client } from './client.ts';

/** For a screen that is ours to clear. */
const CLEAR = Buffer.from('\x1b[H\x1b[2J');

/** For a terminal that was shown the scaled view, on its alternate screen. */
export const LEAVE_SCALED = Buffer.from('\x1b[m\x1b[?25h\x1b[?1049l');

export class Redraw {
  readonly #terminal: ProgramTerminal;

  constructor(terminal: ProgramTerminal) {
    this.#terminal = terminal;
  }

  get #screen() {
    return this.#terminal.screen;
  }

  /**
   * For a client that attaches. What stands on the user's own screen is scrolled up, line by line
   * as far as it goes, never overwritten.
   */
  paint(client: Client): void {
    client.keyboardOverPops = this.#screen.keyboardOverPops;
    const whole = this.#paintsMain;
    if (whole) client.send(Buffer.from(`${'\r\n'.repeat(client.rows)}\x1b[H`));
    client.send(this.#screen.serialize({ main: whole }));
    this.#sendTitle(client);
  }

  /** From whatever the client's terminal shows of this session to the current state. */
  repaint(client: Client): void {
    client.send(this.#screen.restoreSequence());
    const whole = this.#paintsMain;
    if (whole) client.send(CLEAR);
    client.send(this.#screen.serialize({ scrollback: 0, main: whole }));
    this.#sendTitle(client);
  }

  /** The restore sequence of a client that leaves now. */
  restoreFor(client: Client): Uint8Array {
    if (client.isScaled) return Buffer.concat([LEAVE_SCALED, Buffer.from(CLIENT_KEYBOARD_POP)]);
    if (!this.#terminal.spoke) return Buffer.from(CLIENT_KEYBOARD_POP);
    // Codex pops an entry more than it pushed: then the client's own entry is gone already.
    const popped = this.#screen.keyboardOverPops > client.keyboardOverPops;
    return Buffer.concat([this.restoreScreen(), Buffer.from(popped ? '' : CLIENT_KEYBOARD_POP)]);
  }

  /**
   * Undoes the program's modes. Where it draws on the main screen, its lines stay there, and the
   * cursor goes to the line after them.
   */
  restoreScreen(): Uint8Array {
    const restore = this.#screen.restoreSequence();
    if (this.#screen.modes.altScreen) return restore;
    const last = this.#screen.text().findLastIndex((line) => line !== '');
    const { x, y } = this.#screen.cursor;
    const down = Math.max(0, last - y);
    if (down === 0 && x === 0) return restore;
    return Buffer.concat([restore, Buffer.from(`${down > 0 ? `\x1b[${down}B` : ''}\r\n`)]);
  }

  /** The program has drawn on the main screen: the client's has to show it too. */
  get #paintsMain(): boolean {
    return !this.#screen.modes.altScreen || !this.#screen.mainIsBlank;
  }

  #sendTitle(client: Client): void {
    const { title } = this.#terminal;
    if (title) client.send(title);
  }
}
