/**
 * Makes a program redraw its whole screen: takes away a row until it has drawn for that, then gives
 * the row back. A program that is told of both at once may see only the second, which is the size
 * that it has already drawn for.
 */
import type { Pty } from '../pty/pty.ts';
import type { Size } from '../screen/size.ts';

/**
 * Codex 0.171 draws within 10 ms; output that comes sooner than this may have been on its way
 * already.
 */
const DRAWN_AFTER_MS = 100;
/** On a loaded machine drawing takes longer; a program that ignores the size draws nothing. */
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

  /** The program's terminal has one row less. */
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
