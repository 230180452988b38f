/**
 * Reports to a program that requested it (DECSET 2031) that its terminal is dark or light, where another
 * terminal is attached than the one that it was told of. A terminal itself reports only its own changes.
 * https://github.com/contour-terminal/contour/blob/master/docs/vt-extensions/color-palette-update-notifications.md
 */
import { colorIn } from '../../terminal/colors.ts';
import type { Screen } from '../screen/screen.ts';
import { schemeReport } from './query-replies.ts';

const SCHEME_REPORTS = 2031;
const SCHEME_REPORT = /^\x1b\[\?997;\d+n$/;

export class SchemeReports {
  readonly #screen: Screen;
  readonly #write: (report: string) => void;
  /** The report that says what the program knows. */
  #told: string | undefined;
  /** … and what is true of the terminal that is attached. */
  #actual: string | undefined;
  #terminal: object | undefined;
  readonly #ofTerminals = new WeakMap<object, string>();

  /** `write`: to the program's input. */
  constructor(screen: Screen, write: (report: string) => void) {
    this.#screen = screen;
    this.#write = write;
  }

  /** For a hand-over. */
  get told(): string | undefined {
    return this.#told;
  }

  set told(report: string | undefined) {
    this.#told = report;
  }

  /** A reply that the program gets, from whomever: a colour, or a report. */
  replied(reply: string): void {
    const color = colorIn(reply);
    if (color?.which === 11) this.#told = schemeReport(color.color);
    else if (SCHEME_REPORT.test(reply)) this.#told = reply;
  }

  /** As {@link replied}, by the terminal that is attached: also when its user changes its colours. */
  repliedByTerminal(reply: string): void {
    this.replied(reply);
    if (SCHEME_REPORT.test(reply)) this.#isActual(reply);
  }

  /** From now on this is the terminal that the program is shown on, of several. */
  onTerminal(terminal: object): void {
    this.#terminal = terminal;
    this.#actual = this.#ofTerminals.get(terminal);
    this.#tell();
  }

  /** The background of the terminal that is attached now. To be called when the screen is parsed. */
  tell(background: string): void {
    this.#isActual(schemeReport(background));
    this.#tell();
  }

  #isActual(report: string): void {
    this.#actual = report;
    if (this.#terminal) this.#ofTerminals.set(this.#terminal, report);
  }

  #tell(): void {
    if (this.#actual === undefined || this.#actual === this.#told) return;
    if (this.#screen.parsedState.modes.other.get(SCHEME_REPORTS) !== true) return;
    this.#told = this.#actual;
    this.#write(this.#actual);
  }

  /** What the program draws for, if the terminal is of the other kind and it cannot be told. */
  get mismatch(): 'dark' | 'light' | undefined {
    if (!this.#told || !this.#actual || this.#told === this.#actual) return undefined;
    return this.#told === schemeReport() ? 'dark' : 'light';
  }
}
