/**
 * Makes a program draw its whole screen: one row less, until it has drawn for that, then its size again. One
 * that is told of both at once may see only the second, which is the size that it has drawn for already.
 */
import type { Pty } from '../pty/pty.ts';
import type { Size } from './program-terminal.ts';

/** Codex 0.171 draws within 10 ms; what comes sooner than this may have been under way. */
const DRAWN_AFTER_MS = 100;
/** On a loaded machine it takes longer; a program that draws nothing for it does not care. */
const DRAWN_LIMIT_MS = 1_000;

export class WholeRedraw {
  readonly #pty: Pick<Pty, 'resize'>;
  readonly #size: () => Size;
  #begunAt: number | undefined;
  #limit: NodeJS.Timeout | undefined;

  constructor(pty: Pick<Pty, 'resize'>, size: () => Size) {
    this.#pty = pty;
    this.#size = size;
  }

  /** The program's terminal has a row less. */
  get begun(): boolean {
    return this.#begunAt !== undefined;
  }

  begin(): void {
    const { cols, rows } = this.#size();
    this.#pty.resize(cols, rows > 1 ? rows - 1 : rows + 1);
    this.#begunAt = performance.now();
    clearTimeout(this.#limit);
    this.#limit = setTimeout(() => this.#back(), DRAWN_LIMIT_MS);
  }

  /** To be called after output. */
  drawn(): void {
    if (this.#begunAt === undefined) return;
    if (performance.now() - this.#begunAt >= DRAWN_AFTER_MS) this.#back();
    else {
      clearTimeout(this.#limit);
      this.#limit = setTimeout(() => this.#back(), DRAWN_AFTER_MS);
    }
  }

  /** The program has ended. */
  end(): void {
    this.#begunAt = undefined;
    clearTimeout(this.#limit);
  }

  #back(): void {
    this.end();
    const { cols, rows } = this.#size();
    this.#pty.resize(cols, rows);
  }
}
