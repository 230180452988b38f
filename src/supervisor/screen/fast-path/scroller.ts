/** Scrolls the whole screen, as the emulator does, without an allocation for each line. */
import { Cell, type Core } from '../emulator-internals.ts';

const ONE_COLUMN = 1 << Cell.widthShift;

export class Scroller {
  readonly #core: Core;
  /** The cells of a blank line, for the background in `#blankBg`. */
  #blank = new Uint32Array(0);
  #blankBg = 0;

  constructor(core: Core) {
    this.#core = core;
  }

  /** @param wrapped the new line continues the one above */
  scroll(wrapped: boolean): void {
    const input = this.#core._inputHandler;
    const { lines, scrollTop, scrollBottom, ybase } = input._activeBuffer;
    const erased = input._eraseAttrData();
    if (scrollTop !== 0 || !lines.isFull || ybase + scrollBottom !== lines.length - 1) {
      this.#core._bufferService.scroll(erased, wrapped);
      return;
    }
    const line = lines.recycle();
    const blank = this.#blankCells(erased.bg);
    if (line._data.length === blank.length) line._data.set(blank);
    else line._data = blank.slice();
    line.length = this.#core._bufferService.cols;
    line.isWrapped = wrapped;
    // Not for each line: new objects would live as long as the scrollback, and be copied by the collector.
    if (!isEmpty(line._combined)) line._combined = {};
    if (!isEmpty(line._extendedAttrs)) line._extendedAttrs = {};
  }

  #blankCells(bg: number): Uint32Array {
    const size = this.#core._bufferService.cols * 3;
    if (this.#blank.length === size && this.#blankBg === bg) return this.#blank;
    this.#blank = new Uint32Array(size);
    this.#blankBg = bg;
    for (let i = 0; i < size; i += 3) {
      this.#blank[i] = ONE_COLUMN;
      this.#blank[i + 2] = bg;
    }
    return this.#blank;
  }
}

function isEmpty(object: object): boolean {
  for (const _ in object) return false;
  return true;
}
