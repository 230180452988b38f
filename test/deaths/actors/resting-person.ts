/** Sits in front of a Codex that rests, and types a letter now and then. */
import type { Terminal } from '../../support/terminal/terminal.ts';
import { toldOn } from '../told.ts';

/** Of the composer's line, which has a hint in it as long as nothing is typed. */
const COMPOSER = /^› .*$/m;
const LETTER = 'x';

export class RestingPerson {
  readonly #terminal: Terminal;
  #around = '';
  #modes = '';
  #letters = 0;

  private constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Once Codex has drawn itself. */
  static async sit(terminal: Terminal): Promise<RestingPerson> {
    const person = new RestingPerson(terminal);
    await person.type();
    await person.#shown();
    person.#around = person.#withoutComposer();
    person.#modes = JSON.stringify(terminal.modes());
    return person;
  }

  type(): void {
    this.#letters++;
    this.#terminal.type(LETTER);
  }

  /** Until the picture is what it was, each letter there once, and the terminal in the same modes. */
  async check(): Promise<void> {
    await this.#shown();
    await this.#terminal.waitFor(() => this.#withoutComposer() === this.#around, {
      what: `the picture of before, which was\n${this.#around}\n`,
    });
    await this.#terminal.waitFor(() => JSON.stringify(this.#terminal.modes()) === this.#modes, {
      what: `the modes of before, which were ${this.#modes}`,
    });
  }

  async #shown(): Promise<void> {
    const expected = `› ${LETTER.repeat(this.#letters)}`;
    const shown = (text: string) => COMPOSER.exec(text)?.[0].trimEnd() === expected;
    const what = `${this.#letters} letters in the composer`;
    await this.#terminal.waitFor(shown, { what }).catch((error: Error) => {
      throw new Error(`${error.message}\n--- told: ${JSON.stringify(toldOn(this.#terminal))}`);
    });
  }

  #withoutComposer(): string {
    return this.#terminal.text().replace(COMPOSER, '› …');
  }
}
