/** Looks on while a program writes thousands of lines a second. */
import { existsSync, readFileSync } from 'node:fs';
import type { Terminal } from '../../support/terminal/terminal.ts';

export interface FloodFiles {
  /** The last number that the program has written. */
  readonly reached: string;
  /** What went wrong in it. */
  readonly errors: string;
}

export class FloodWatcher {
  readonly #terminal: Terminal;
  readonly #files: FloodFiles;

  constructor(terminal: Terminal, files: FloodFiles) {
    this.#terminal = terminal;
    this.#files = files;
  }

  /** Until the screen shows what is written from now on, without a gap. @throws Error for an error of the program's. */
  async check(): Promise<void> {
    const reached = Number(readFileSync(this.#files.reached, 'utf8') || 0);
    await this.#terminal.waitFor((text) => wholeScreen(text, reached), {
      what: `consecutive numbers above ${reached}`,
    });
    if (existsSync(this.#files.errors))
      throw new Error(`the flood failed: ${readFileSync(this.#files.errors, 'utf8')}`);
  }
}

function wholeScreen(text: string, above: number): boolean {
  const numbers = [...text.matchAll(/^n(\d+)$/gm)].map((match) => Number(match[1]));
  const [first] = numbers;
  if (first === undefined || first <= above) return false;
  // The last row may be empty, or half written.
  const rows = text.split('\n').length;
  return numbers.length >= rows - 2 && numbers.every((n, index) => n === first + index);
}
