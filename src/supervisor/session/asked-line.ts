/**
 * What a session asks in one line, for lists: read from the screen while it waits for a person, and at no
 * other time.
 */
import { safeText } from '../../terminal/safe-text.ts';
import type { ProgramTerminal } from '../program/program-terminal.ts';

/** Mostly it is drawn in the same moment as it is reported. */
const FIRST_LOOK_AFTER_MS = 20;
/** While it asks it draws seldom: its title blinks, which is not looked at. */
const LOOK_AFTER_MS = 100;
const LINE_MAX_COLUMNS = 300;

export class AskedLine {
  /** Called when it has become another. */
  onChange: (() => void) | undefined;
  readonly #terminal: Pick<ProgramTerminal, 'program' | 'screen' | 'ended' | 'drew'>;
  readonly #isDue: () => boolean;
  #line: string | null = null;
  #timer: NodeJS.Timeout | undefined;

  /** `isDue`: whether the program waits for a person. */
  constructor(
    terminal: Pick<ProgramTerminal, 'program' | 'screen' | 'ended' | 'drew'>,
    isDue: () => boolean,
  ) {
    this.#terminal = terminal;
    this.#isDue = isDue;
  }

  /** Null: it asks nothing, or that was not read yet. */
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
    if (this.#timer === undefined && this.#terminal.drew && this.#isDue())
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
    // Between two pictures it may be gone for a moment.
    if (line === '' || line === this.#line) return;
    this.#line = line;
    this.onChange?.();
  }
}
