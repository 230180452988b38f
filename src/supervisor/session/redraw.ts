/**
 * What a client's terminal is sent when it comes, when it has lost its picture, and when it
 * leaves: always so that what was the user's stays the user's.
 */
import { CLIENT_KEYBOARD_POP } from '../../terminal/restore.ts';
import type { Screen } from '../screen/screen.ts';
import type { Client } from './client.ts';

/** For a screen that is ours to clear. */
const CLEAR = Buffer.from('\x1b[H\x1b[2J');

/** For a terminal that was shown pictures on its alternate screen; see ScaledView. */
export const LEAVE_SCALED = Buffer.from('\x1b[m\x1b[?25h\x1b[?1049l');

export class Redraw {
  readonly #screen: Screen;
  readonly #title: () => Uint8Array | undefined;

  constructor(screen: Screen, title: () => Uint8Array | undefined) {
    this.#screen = screen;
    this.#title = title;
  }

  /**
   * For a client that comes. What stands on the user's own screen is scrolled up, line by line as
   * far as it goes, never overwritten.
   */
  paint(client: Client): void {
    client.keyboardOverPops = this.#screen.keyboardOverPops;
    const whole = this.#paintsMain;
    if (whole) client.send(Buffer.from(`${'\r\n'.repeat(client.rows)}\x1b[H`));
    client.send(this.#screen.serialize({ main: whole }));
    this.#sendTitle(client);
  }

  /** From whatever the client's terminal shows of this session to the state of now. */
  repaint(client: Client): void {
    client.send(this.#screen.restoreSequence());
    const whole = this.#paintsMain;
    if (whole) client.send(CLEAR);
    client.send(this.#screen.serialize({ scrollback: 0, main: whole }));
    this.#sendTitle(client);
  }

  /**
   * What undoes the program's terminal modes for a client that leaves now. A program that draws on
   * the main screen leaves its lines there, and the cursor on the line after them.
   */
  restoreFor(client: Client, spoke: boolean): Uint8Array {
    if (client.isScaled) return Buffer.concat([LEAVE_SCALED, Buffer.from(CLIENT_KEYBOARD_POP)]);
    if (!spoke) return Buffer.from(CLIENT_KEYBOARD_POP);
    // Codex pops an entry more than it pushed, and what it takes then is the client's own.
    const popped = this.#screen.keyboardOverPops > client.keyboardOverPops;
    return Buffer.concat([this.restoreScreen(), Buffer.from(popped ? '' : CLIENT_KEYBOARD_POP)]);
  }

  /** Undoes the program's modes. Its lines on the main screen stay, with the cursor after them. */
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
    const title = this.#title();
    if (title) client.send(title);
  }
}
