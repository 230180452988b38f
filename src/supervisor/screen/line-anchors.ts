/**
 * Anchors at lines of the main screen or its scrollback. They stay at their line when lines are
 * added or dropped, and when all lines are wrapped anew at another width.
 */
import type { Core, Line, ScreenBuffer } from './emulator-internals.ts';

/**
 * An anchor at a row, stored as a position in the unwrapped line, as only that survives a change of
 * the width.
 */
export interface LineAnchor {
  readonly buffer: ScreenBuffer;
  /** The line's first row, counted from the oldest; negative once it is dropped. */
  line: number;
  /** Number of the line's cells before the row. */
  readonly into: number;
}

export class LineAnchors {
  readonly #core: Core;
  /** Anchors whose row still exists; without any, there is no subscription. */
  readonly #followed = new Set<LineAnchor>();
  #buffer: ScreenBuffer | undefined;
  #subscriptions: { dispose(): void }[] = [];
  #resizing = false;

  constructor(core: Core) {
    this.#core = core;
  }

  /** Anchors a row of the main screen's buffer; rows are counted from the oldest. */
  add(row: number): LineAnchor {
    const buffer = this.#core.buffers.normal;
    let line = row;
    while (line > 0 && buffer.lines.get(line)?.isWrapped) line--;
    const anchor: LineAnchor = { buffer, line, into: (row - line) * this.#core.cols };
    this.#subscribe(buffer);
    this.#followed.add(anchor);
    return anchor;
  }

  /** 0 if the row, or its buffer, has been dropped: all present rows have come since. */
  rowOf({ buffer, line, into }: LineAnchor): number {
    if (buffer !== this.#core.buffers.normal) return 0;
    return Math.max(0, line + Math.floor(into / this.#core.cols));
  }

  /** Where a column of the anchored row is now; a negative row has been dropped. */
  cellOf({ line, into }: LineAnchor, column: number): { x: number; row: number } {
    const { cols, buffers } = this.#core;
    let [x, row] = [into + column, line];
    while (x >= cols && buffers.normal.lines.get(row + 1)?.isWrapped) {
      x -= cols;
      row++;
    }
    return { x: Math.min(x, cols - 1), row };
  }

  remove(anchor: LineAnchor): void {
    if (this.#followed.delete(anchor) && this.#followed.size === 0) this.#unsubscribe();
  }

  /**
   * To be called around a change of the size. If lines are dropped during it, the emulator's events
   * have wrong counts; but the object of a line's first row stays the same.
   */
  follow(resize: () => void): void {
    const { lines, ybase, y } = this.#core.buffers.normal;
    const starts = [...this.#followed].map((anchor) => lines.get(anchor.line));
    this.#resizing = true;
    try {
      resize();
    } finally {
      this.#resizing = false;
    }
    if (starts.length === 0) return;
    const rows = new Map<Line | undefined, number>();
    for (let row = 0; row < lines.length; row++) rows.set(lines.get(row), row);
    [...this.#followed].forEach((anchor, i) => {
      // Blank rows below the cursor are dropped from the end, all others from the beginning.
      const dropped = anchor.line > ybase + y ? lines.length - 1 : Number.NEGATIVE_INFINITY;
      anchor.line = rows.get(starts[i]) ?? dropped;
      if (anchor.line < 0) this.remove(anchor);
    });
  }

  #subscribe(buffer: ScreenBuffer): void {
    if (this.#buffer === buffer) return;
    // A reset has replaced the buffer.
    this.#unsubscribe();
    this.#followed.clear();
    this.#buffer = buffer;
    const { lines } = buffer;
    this.#subscriptions = [
      lines.onTrim((amount) => this.#onTrim(amount)),
      lines.onInsert(({ index, amount }) => {
        if (this.#resizing) return;
        for (const anchor of this.#followed) if (anchor.line > index) anchor.line += amount;
      }),
      lines.onDelete(({ index, amount }) => {
        if (this.#resizing) return;
        for (const anchor of this.#followed)
          if (anchor.line > index) anchor.line = Math.max(index, anchor.line - amount);
      }),
    ];
  }

  #unsubscribe(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#subscriptions = [];
    this.#buffer = undefined;
  }

  #onTrim(amount: number): void {
    if (this.#resizing) return;
    for (const anchor of this.#followed) {
      anchor.line -= amount;
      if (anchor.line < -anchor.into) this.remove(anchor);
    }
  }
}
