/**
 * Reports to a program that requested it (DECSET 1004) whether a terminal is attached, as a terminal
 * reports whether its window has the focus.
 */
import type { Screen } from '../screen/screen.ts';

const FOCUS_IN = Buffer.from('\x1b[I');
const FOCUS_OUT = Buffer.from('\x1b[O');

export class FocusReports {
  /** Whether a report was ever sent; until then the program assumes that a terminal is attached. */
  told = false;
  readonly #screen: Screen;
  readonly #write: (bytes: Uint8Array) => void;
  #ended = false;

  /** `write`: to the program's input. */
  constructor(screen: Screen, write: (bytes: Uint8Array) => void) {
    this.#screen = screen;
    this.#write = write;
  }

  tell(focused: boolean): void {
    this.#screen.whenParsed(() => this.#tellNow(focused));
  }

  /** Reports the absence once, to a program that was started without a client. */
  tellOfAbsence(hasTerminal: () => boolean): void {
    const isDue = () => !this.told && !hasTerminal();
    if (!isDue()) return;
    this.#screen.whenParsed(() => {
      if (isDue()) this.#tellNow(false);
    });
  }

  end(): void {
    this.#ended = true;
  }

  #tellNow(focused: boolean): void {
    if (this.#ended || !this.#screen.parsedState.modes.focus) return;
    this.told = true;
    this.#write(focused ? FOCUS_IN : FOCUS_OUT);
  }
}
