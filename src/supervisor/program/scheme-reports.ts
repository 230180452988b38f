/**
 * Reports dark or light to a program that asked for it (DECSET 2031) when the attached terminal
 * differs from the one that the program last heard of. A terminal by itself reports only its own
 * changes.
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
  /** The report that says what the program believes. */
  #told: string | undefined;
  /** … and the one that is true of the attached terminal. */
  #actual: string | undefined;
  #terminal: object | undefined;
  readonly #ofTerminals = new WeakMap<object, string>();

  /** `write`: writes to the program's input. */
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

  /** The program gets a reply, from any terminal: a colour, or a report. */
  replied(reply: string): void {
    const color = colorIn(reply);
    if (color?.which === 11) this.#told = schemeReport(color.color);
    else if (SCHEME_REPORT.test(reply)) this.#told = reply;
  }

  /** As {@link replied}, from the attached terminal: also when its user changes its colours. */
  repliedByTerminal(reply: string): void {
    this.replied(reply);
    if (SCHEME_REPORT.test(reply)) this.#isActual(reply);
  }

  /** Of several terminals, the program is now shown on this one. */
  onTerminal(terminal: object): void {
    this.#terminal = terminal;
    this.#actual = this.#ofTerminals.get(terminal);
    this.#tell();
  }

  /**
   * The background of the terminal that is now attached. To be called when the screen is parsed.
   */
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

  /**
   * What the program draws for, if the terminal is of the other kind and the program cannot be
   * told.
   */
  get mismatch(): 'dark' | 'light' | undefined {
    if (!this.#told || !this.#actual || this.#told === this.#actual) return undefined;
    return this.#told === schemeReport() ? 'dark' : 'light';
  }
}
