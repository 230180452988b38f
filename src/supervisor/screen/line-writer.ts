/**
 * Serializes lines of cells exactly: colours of erased cells, wrapped lines, wide characters that did
 * not fit, marks on blanks. It starts at the left of a blank row and need not know which row that is:
 * the terminal scrolls, and lines above the screen end up in its own scrollback.
 */

import {
  backgroundOf,
  DEFAULT_LOOK,
  hasBackground,
  type Look,
  lookOfCell,
  sgr,
} from './attributes.ts';
import { charsOf, codePoint, isErased, isMark } from './cells.ts';
import {
  hasBeneath,
  isBeneath,
  isDisputed,
  isErasedBeneath,
  isFlowed,
  isOfOtherMode,
  isOrdinary,
  wouldJoin,
} from './cluster-cells.ts';
import { Cell, type Line, type LinkData } from './emulator-internals.ts';
import { LookWriter } from './look-writer.ts';
import { type PlainText, plainText, readable } from './scrollback/index.ts';

/** The greatest content of a cell that cannot be a combining mark: one column, below U+0300. */
const LAST_PLAIN_CONTENT = (1 << Cell.widthShift) | 0x2ff;
/** Longer text, a few lines, is encoded before the next line. */
const TEXT_MAX_UNITS = 2 * 1024;
/** Any character of two columns. */
const WIDE_FILLER = '\u3000';

export class LineWriter extends LookWriter {
  readonly #cols: number;
  readonly #widens: boolean | undefined;
  /** Cursor column; `cols` while a wrap is pending. */
  #column = 0;
  /** A cluster was written since the last address: this terminal's column may differ. */
  #disputed = false;

  /** `widens`: mode 2027; undefined if the program has never changed it. */
  constructor(cols: number, links: (id: number) => LinkData | undefined, widens?: boolean) {
    super(links);
    this.#cols = cols;
    this.#widens = widens;
  }

  /**
   * Writes all lines; the cursor must be at the left of the first of `rows` blank rows. `fixed`:
   * these are the rows of the terminal, and the program has addressed each of them.
   */
  writeLines(lines: readonly Line[], rows: number, fixed = false): void {
    this.#startRow();
    let dirtyFirst = lines[0]?.isWrapped === true && rows > 1 && this.#beginWrapped();
    lines.forEach((line, index) => {
      if (this.out.length > TEXT_MAX_UNITS) this.encode();
      const next = lines[index + 1];
      const flows = dirtyFirst || this.#disputed || next?.isWrapped;
      const text = flows ? undefined : plainText(line);
      const cells = text ? line : readable(line);
      if (text) this.#writeText(text);
      else this.#writeCells(cells, dirtyFirst);
      dirtyFirst = false;
      if (!next) return;
      if (next.isWrapped) {
        dirtyFirst = this.#wrap(cells, readable(next));
        return;
      }
      if (hasBackground(this.look)) this.setLook(DEFAULT_LOOK);
      this.out += fixed && this.#disputed ? `\x1b[${index + 2}H` : '\r\n';
      this.#startRow();
    });
  }

  #startRow(): void {
    this.#column = 0;
    this.#disputed = false;
  }

  /**
   * Writes the cells from `first` up to `end` (exclusive) again; the cursor must be in column
   * `first`.
   */
  rewrite(line: Line, first: number, end: number): void {
    this.#column = first;
    this.#disputed = false;
    this.#writeRange(line, first, end);
    if (end < this.#cols) this.#moveTo(end, true);
  }

  #writeText({ chars, eachRun }: PlainText): void {
    let at = 0;
    eachRun((length, fg, bg) => {
      this.setLook(this.plainLook(fg, bg));
      this.out += chars.slice(at, at + length);
      at += length;
    });
    this.#column = chars.length;
  }

  /** Makes the first line a continuation of a dropped line, by deleting the line above it. */
  #beginWrapped(): boolean {
    this.out += `\x1b[${this.#cols}G  \x1b[A\x1b[M\r`;
    return true;
  }

  #writeCells(line: Line, dirtyFirst: boolean): void {
    const { _data: data } = line;
    if (dirtyFirst && !(((data[0] as number) & Cell.hasContent) > 0 && !isMark(line, 0))) {
      this.#blank(0, 1, backgroundOf(lookOfCell(line, 0)));
    }
    const isMarked = !this.#disputed && hasBeneath(line);
    if (isMarked) this.#writeBeneath(line);
    this.#writeRange(line, 0, this.#cols, isMarked);
  }

  /** Writes what was there before the clusters that may cover it; all of it is to their right. */
  #writeBeneath(line: Line): void {
    for (let x = this.#cols - 1; x >= 0; x--) {
      if (!isBeneath(line, x)) continue;
      const width = (line._data[x * 3] as number) >>> Cell.widthShift;
      if (width > 0) this.#writeRange(line, x, x + width);
    }
  }

  #writeRange(line: Line, first: number, end: number, skipsBeneath = false): void {
    const { _data: data } = line;
    for (let x = first; x < end; x++) {
      const content = data[x * 3] as number;
      if (content >>> Cell.widthShift === 0 || (skipsBeneath && isBeneath(line, x))) continue;
      if ((content & Cell.hasContent) === 0) x = this.#writeErased(line, x, end);
      else if (isMark(line, x)) this.#writeMark(line, x);
      else {
        this.#moveTo(x, isFlowed(line, x));
        x = this.#writeRun(line, x, end);
      }
    }
  }

  /** Writes characters of one look. Returns their last column. */
  #writeRun(line: Line, first: number, end: number): number {
    const { _data: data } = line;
    const fg = data[first * 3 + 1];
    const bg = data[first * 3 + 2] as number;
    const look = lookOfCell(line, first);
    this.setLook(look);
    // A control sequence separates it from the character before.
    if ((data[first * 3] as number) > LAST_PLAIN_CONTENT && wouldJoin(line, first))
      this.out += sgr(look);
    let x = first;
    let text = '';
    for (; x < end; x++) {
      const content = data[x * 3] as number;
      if (content >>> Cell.widthShift === 0 && x > first) continue;
      if (x > first && (data[x * 3 + 1] !== fg || data[x * 3 + 2] !== bg)) break;
      if ((content & Cell.hasContent) === 0 || (bg & Cell.hasExtended && x > first)) break;
      if (content > LAST_PLAIN_CONTENT && !isOrdinary(content)) {
        if (isMark(line, x) || (x > first && wouldJoin(line, x))) break;
        const chars = charsOf(line, x);
        text += this.#inItsMode(line, x, chars);
        if (!isDisputed(chars)) continue;
        this.#disputed = true;
        x += content >>> Cell.widthShift;
        break;
      }
      text += codePoint(content);
    }
    this.out += text;
    this.#column = x;
    return x - 1;
  }

  #inItsMode(line: Line, x: number, chars: string): string {
    const widens = this.#widens;
    if (widens === undefined || !isOfOtherMode(line, x, widens)) return chars;
    return `\x1b[?2027${widens ? 'l' : 'h'}${chars}\x1b[?2027${widens ? 'h' : 'l'}`;
  }

  /** Writes erased cells of one background. Returns their last column. */
  #writeErased(line: Line, first: number, end: number): number {
    const { _data: data } = line;
    const bg = data[first * 3 + 2] as number;
    let last = first;
    while (last + 1 < end && isErased(data, last + 1, bg)) last++;
    const look = lookOfCell(line, first);
    if (!hasBackground(look)) return last;
    const isLast = this.#disputed && last + 1 === this.#cols;
    if (isLast && this.#isBeneath(line, first, bg)) {
      // Erases from where the cluster ends, wherever that is, to the margin.
      this.setLook(backgroundOf(look));
      this.out += '\x1b[K';
    } else this.#blank(first, last - first + 1, backgroundOf(look));
    return last;
  }

  /**
   * Whether all cells from the cursor to `end` are erased cells beneath the cluster just written.
   */
  #isBeneath(line: Line, end: number, bg: number): boolean {
    let x = end;
    while (x > this.#column && isErasedBeneath(line, x - 1, bg)) x--;
    return x === this.#column;
  }

  #blank(at: number, count: number, look: Look): void {
    this.setLook(look);
    this.#moveTo(at);
    this.out += `\x1b[${count === 1 ? '' : count}X`;
  }

  /** Writes a mark on a blank cell: it joins the cell to the left of the cursor. */
  #writeMark(line: Line, x: number): void {
    if (x + 1 === this.#cols) {
      this.#rewriteLast(line);
      return;
    }
    const look = backgroundOf(lookOfCell(line, x));
    if (hasBackground(look)) this.#blank(x, 1, look);
    this.#moveTo(x + 1);
    this.out += charsOf(line, x);
  }

  /** `flowed`: moves by columns from where the cursor is, rather than by address. */
  #moveTo(x: number, flowed = false): void {
    // The first cell after a wrap is where the wrap puts it.
    if (x === this.#column && (flowed || !this.#disputed || x === 0)) return;
    if (flowed && this.#disputed && x === this.#column - 1) this.out += '\b';
    else if (this.#disputed && !(flowed && x > this.#column)) {
      this.out += `\x1b[${x + 1}G`;
      this.#disputed = false;
    } else if (x > this.#column) {
      const by = x - this.#column;
      this.out += `\x1b[${by === 1 ? '' : by}C`;
    } else this.out += x === 0 ? '\r' : `\x1b[${x + 1}G`;
    this.#column = x;
  }

  /** Wraps to the next row. Returns whether something is left in its first cell. */
  #wrap(line: Line, next: Line): boolean {
    const last = this.#cols - 1;
    const content = line._data[last * 3] as number;
    const begins = (next._data[0] as number) & Cell.hasContent && !isMark(next, 0);
    const firstLook = lookOfCell(next, 0);
    if (content & Cell.hasContent || content >>> Cell.widthShift === 0) {
      if (this.#column !== this.#cols) this.#rewriteLast(line);
      // What is written out of order needs the wrap before it.
      const inOrder = this.#disputed || !hasBeneath(next);
      if (begins && inOrder && !hasBackground(firstLook)) {
        this.#column = 0;
        return false;
      }
      // The new row takes the background of the character written, which must have none.
      this.setLook(DEFAULT_LOOK);
      this.out += ' ';
      this.#column = 1;
      return true;
    }
    return this.#wrapEarly(line, next, firstLook);
  }

  /** Wraps after an empty last cell, for which a wide character was too wide. */
  #wrapEarly(line: Line, next: Line, firstLook: Look): boolean {
    const look = lookOfCell(line, this.#cols - 1);
    this.#moveTo(this.#cols - 1, this.#disputed);
    const inOrder = this.#disputed || !hasBeneath(next);
    const wide = (next._data[0] as number) >>> Cell.widthShift === 2;
    if (wide && inOrder && !hasBackground(look) && !hasBackground(firstLook)) {
      this.#column = 0;
      return false;
    }
    this.setLook(look);
    this.out += WIDE_FILLER;
    this.setLook(DEFAULT_LOOK);
    this.out += `\r\x1b[${this.#cols}X`;
    this.#column = 0;
    return false;
  }

  #rewriteLast(line: Line): void {
    const last = this.#cols - 1;
    const x = (line._data[last * 3] as number) >>> Cell.widthShift === 0 ? last - 1 : last;
    this.#moveTo(x);
    const look = lookOfCell(line, x);
    this.setLook(look);
    // With a wrap pending, a combining mark joins a blank in the last cell, but not an erased cell.
    // It does not widen the blank if a control sequence is between them.
    const chars = charsOf(line, x);
    this.out += isMark(line, x) ? ` ${sgr(look)}${chars}` : chars || ' ';
    this.#column = this.#cols;
  }
}
