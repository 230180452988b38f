/**
 * Most of what programs write, straight into the emulator's cells: text of one column a character,
 * control characters, and control sequences with nothing but numbers. The emulator decodes all bytes
 * into an array of code points first and takes each through its tables, which takes twice as long.
 */
import { charWidth } from '../../../terminal/char-width.ts';
import { Cell, type Core, type InputHandler, type Line } from '../emulator-internals.ts';
import { Scroller } from './scroller.ts';

const ESC = 0x1b;
const DEL = 0x7f;
const ONE_COLUMN = 1 << Cell.widthShift;
/** What the parser keeps of the last character for the next one: its columns, by their shift. */
const JOIN_STATE_ONE_COLUMN = 1 << 1;
/** Below are C1 controls. */
const FIRST_PRINTABLE_ABOVE_ASCII = 0xa0;
const NO_CODE_POINT = -1;

export class FastPath {
  readonly #core: Core;
  readonly #input: InputHandler;
  readonly #scroller: Scroller;

  constructor(core: Core) {
    this.#core = core;
    this.#input = core._inputHandler;
    this.#scroller = new Scroller(core);
  }

  /** Takes what it can of `data` from there on; only when {@link isAtRest}. Returns where it stopped. */
  advance(data: Uint8Array, from: number): number {
    let at = from;
    while (at < data.length) {
      const byte = data[at] as number;
      if (byte < 0x20 && byte !== ESC) {
        this.#execute(byte);
        at++;
        continue;
      }
      const next = byte === ESC ? this.#sequence(data, at) : this.#print(data, at);
      if (next === at) break;
      at = next;
    }
    return at;
  }

  #execute(byte: number): void {
    const { _parser: parser, _activeBuffer: buffer } = this.#input;
    if (byte === 0x0d) buffer.x = 0;
    else if (byte === 0x0a && !this.#core.optionsService.rawOptions.convertEol) this.#lineFeed();
    else parser._executeHandlers[byte]?.();
    parser.precedingJoinState = 0;
  }

  #lineFeed(): void {
    const buffer = this.#input._activeBuffer;
    const { cols, rows } = this.#core._bufferService;
    buffer.y++;
    if (buffer.y === buffer.scrollBottom + 1) {
      buffer.y--;
      this.#scroller.scroll(false);
    } else if (buffer.y >= rows) buffer.y = rows - 1;
    else (buffer.lines.get(buffer.ybase + buffer.y) as Line).isWrapped = false;
    if (buffer.x >= cols) buffer.x--;
  }

  /** Text up to the margin. */
  #print(data: Uint8Array, from: number): number {
    const { _charsetService, coreService } = this.#core;
    if (_charsetService.charset !== undefined || coreService.modes.insertMode) return from;
    if ((data[from] as number) >= DEL && narrowCodePoint(data, from) === NO_CODE_POINT) return from;
    const input = this.#input;
    const buffer = input._activeBuffer;
    const pen = input._curAttrData;
    const line = this.#lineToPrintOn();
    const cells = line._data;
    const { fg, bg } = pen;
    const begin = buffer.x;
    const { cols } = this.#core._bufferService;
    const end = cols * 3;
    let at = from;
    let cell = begin * 3;
    let limit = Math.min(data.length, from + cols - begin);
    for (;;) {
      while (at < limit) {
        const byte = data[at] as number;
        if (byte < 0x20 || byte >= DEL) break;
        cells[cell] = byte | ONE_COLUMN;
        cells[cell + 1] = fg;
        cells[cell + 2] = bg;
        cell += 3;
        at++;
      }
      if (cell >= end || at >= data.length || (data[at] as number) < DEL) break;
      const code = narrowCodePoint(data, at);
      if (code === NO_CODE_POINT) break;
      cells[cell] = code | ONE_COLUMN;
      cells[cell + 1] = fg;
      cells[cell + 2] = bg;
      cell += 3;
      at += code < 0x800 ? 2 : 3;
      limit = Math.min(data.length, at + cols - cell / 3);
    }
    const x = cell / 3;
    if (bg & Cell.hasExtended)
      for (let i = begin; i < x; i++) line._extendedAttrs[i] = pen.extended;
    buffer.x = x;
    input._parser.precedingJoinState = JOIN_STATE_ONE_COLUMN;
    // The right half of a wide character that has lost its left one.
    if (x < cols && cells[cell] === 0) line.setCellFromCodepoint(x, 0, 1, pen);
    return at;
  }

  /** The line of the cursor, which has then a column that can be written to. */
  #lineToPrintOn(): Line {
    const buffer = this.#input._activeBuffer;
    const line = buffer.lines.get(buffer.ybase + buffer.y) as Line;
    // The left half of a wide character whose right one is about to be written over.
    if (buffer.x > 0 && line.getWidth(buffer.x - 1) === 2)
      line.setCellFromCodepoint(buffer.x - 1, 0, 1, this.#input._curAttrData);
    const { cols, rows } = this.#core._bufferService;
    if (buffer.x < cols) return line;
    if (!this.#core.coreService.decPrivateModes.wraparound) {
      buffer.x = cols - 1;
      return line;
    }
    buffer.x = 0;
    buffer.y++;
    if (buffer.y === buffer.scrollBottom + 1) {
      buffer.y--;
      this.#scroller.scroll(true);
    } else {
      if (buffer.y >= rows) buffer.y = rows - 1;
      (buffer.lines.get(buffer.ybase + buffer.y) as Line).isWrapped = true;
    }
    return buffer.lines.get(buffer.ybase + buffer.y) as Line;
  }

  /** CSI, at most one of `<=>?`, numbers, final: done by the emulator's own handlers. */
  #sequence(data: Uint8Array, from: number): number {
    if (data[from + 1] !== 0x5b) return from;
    const begin = from + 2;
    const prefix = data[begin] as number;
    const hasPrefix = prefix >= 0x3c && prefix <= 0x3f;
    const first = hasPrefix ? begin + 1 : begin;
    let at = first;
    let byte = data[at] as number;
    while (byte === 0x3b || (byte >= 0x30 && byte <= 0x39)) byte = data[++at] as number;
    // Cut, or something else is in it: a colon, an intermediate, a control character.
    if (!(byte >= 0x40 && byte < DEL)) return from;
    const { _parser: parser } = this.#input;
    const params = parser._params;
    params.reset();
    params.addParam(0);
    for (let i = first; i < at; i++) {
      const digit = data[i] as number;
      if (digit === 0x3b) params.addParam(0);
      else params.addDigit(digit - 0x30);
    }
    const handlers = parser._csiHandlers[hasPrefix ? (prefix << 8) | byte : byte];
    for (let i = (handlers?.length ?? 0) - 1; i >= 0; i--)
      if (handlers?.[i]?.(params) === true) break;
    parser.precedingJoinState = 0;
    return at + 1;
  }
}

/**
 * The character that begins at a byte above ASCII, where it is well formed, whole and takes one
 * column.
 */
function narrowCodePoint(data: Uint8Array, at: number): number {
  const lead = data[at] as number;
  const second = (data[at + 1] ?? 0) ^ 0x80;
  if (lead < 0xc2 || second > 0x3f) return NO_CODE_POINT;
  let code: number;
  if (lead < 0xe0) {
    code = ((lead & 0x1f) << 6) | second;
    if (code < FIRST_PRINTABLE_ABOVE_ASCII) return NO_CODE_POINT;
  } else {
    const third = (data[at + 2] ?? 0) ^ 0x80;
    if (lead > 0xef || third > 0x3f) return NO_CODE_POINT;
    code = ((lead & 0x0f) << 12) | (second << 6) | third;
    // Too long a form, surrogates, and the mark that the decoder drops.
    if (code < 0x800 || (code >= 0xd800 && code <= 0xdfff) || code === 0xfeff) return NO_CODE_POINT;
  }
  return charWidth(code) === 1 ? code : NO_CODE_POINT;
}
