/**
 * Shows one line of our own on the terminal's bottom row, over the program's screen, until that is
 * drawn again.
 */
import { END_SEQUENCE } from './restore-terminal.ts';
import type { UserTerminal } from './user-terminal.ts';

/**
 * Saves the cursor and what belongs to it. Origin mode would count rows from the program's margin.
 */
const BEGIN = `${END_SEQUENCE}\x1b7\x1b[?2026l\x1b[?6l`;
/** Plain letters, in reverse video. */
const LOOK = '\x1b(B\x0f\x1b[7m';
const END = '\x1b[m\x1b8';

export class StatusLine {
  readonly #terminal: UserTerminal;
  #text: string | undefined;

  constructor(terminal: UserTerminal) {
    this.#terminal = terminal;
  }

  /** Printable ASCII; what does not fit is left out. */
  show(text: string): void {
    this.#text = text;
    this.again();
  }

  /** To be called after something else was drawn, or the terminal's size has changed. */
  again(): void {
    if (this.#text === undefined) return;
    // A character in the last column might scroll the screen.
    const text = ` ${this.#text} `.slice(0, this.#terminal.cols - 1);
    this.#write(LOOK + text);
  }

  /** It has been drawn over, or will be. */
  forget(): void {
    this.#text = undefined;
  }

  /** Leaves a blank row. */
  clear(): void {
    if (this.#text === undefined) return;
    this.forget();
    this.#write('');
  }

  #write(text: string): void {
    const row = `\x1b[${this.#terminal.rows};1H\x1b[m\x1b[2K`;
    this.#terminal.write(Buffer.from(BEGIN + row + text + END));
  }
}
