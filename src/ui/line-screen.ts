/** The lines that a terminal's screen shows; writes only what changes. */
import type { Position } from './line-editor.ts';

export class LineScreen {
  readonly #write: (text: string) => void;
  #drawn: readonly string[] = [];
  /** The sequence that placed the cursor; empty: it is hidden. */
  #placed = '';

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  /**
   * The screen is not as it was drawn: its size has changed, or something else was written to it.
   */
  forget(): void {
    this.#drawn = [];
  }

  /** One synchronized update; nothing if nothing has changed. */
  draw(lines: readonly string[], cursor?: Position): void {
    const whole = this.#drawn.length !== lines.length;
    const changed = lines
      .map((line, index) =>
        !whole && line === this.#drawn[index] ? '' : `\x1b[${index + 1};1H\x1b[2K${line}`,
      )
      .join('');
    const placed = cursor ? `\x1b[${cursor.row};${cursor.column}H\x1b[?25h` : '';
    if (changed === '' && placed === this.#placed) return;
    const hide = this.#placed === '' ? '' : '\x1b[?25l';
    this.#drawn = lines;
    this.#placed = placed;
    const clear = whole ? '\x1b[0m\x1b[2J' : '';
    this.#write(`\x1b[?2026h${hide}${clear}${changed}${placed}\x1b[?2026l`);
  }
}
