/**
 * The question that a session asks, as one line for lists. It is read from the screen only while
 * the session waits for a person.
 */
import { safeText } from '../../terminal/safe-text.ts';
import type { ProgramTerminal } from '../program/program-terminal.ts';

/** Mostly the question is drawn at the moment it is reported. */
const FIRST_LOOK_AFTER_MS = 20;
/** While it asks, a program seldom draws: its title blinks, which is ignored here. */
const LOOK_AFTER_MS = 100;
const LINE_MAX_COLUMNS = 300;

export class AskedLine {
  /** Called when the line has changed. */
  onChange: (() => void) | undefined;
  readonly #terminal: Pick<ProgramTerminal, 'program' | 'screen' | 'ended' | 'output'>;
  readonly #isDue: () => boolean;
  #line: string | null = null;
  #timer: NodeJS.Timeout | undefined;

  /** `isDue`: whether the program waits for a person. */
  constructor(
    terminal: Pick<ProgramTerminal, 'program' | 'screen' | 'ended' | 'output'>,
    isDue: () => boolean,
  ) {
    this.#terminal = terminal;
    this.#isDue = isDue;
  }

  /** Null if it asks nothing, or if the question has not been read yet. */
  get line(): string | null {
    return this.#isDue() ? this.#line : null;
  }

  /** To be called when the program's status has changed. */
  onStatus(): void {
    if (!this.#isDue()) this.#line = null;
    else this.#lookIn(FIRST_LOOK_AFTER_MS);
  }

  /** To be called after output. */
  onOutput(): void {
    if (this.#timer === undefined && this.#terminal.output.drew && this.#isDue())
      this.#lookIn(LOOK_AFTER_MS);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.onChange = undefined;
  }

  #lookIn(ms: number): void {
    this.#timer ??= setTimeout(() => this.#look(), ms);
  }

  #look(): void {
    this.#timer = undefined;
    const { screen, program, ended } = this.#terminal;
    if (ended || !this.#isDue()) return;
    if (screen.unsettled || screen.modes.syncOutput) {
      this.#lookIn(LOOK_AFTER_MS);
      return;
    }
    const question = program.readQuestion(screen.text());
    const line = question ? safeText(question.command ?? question.title, LINE_MAX_COLUMNS) : '';
    // Between two frames the question may be missing for a moment.
    if (line === '' || line === this.#line) return;
    this.#line = line;
    this.onChange?.();
  }
}
