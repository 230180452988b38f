/**
 * Lines above the screen in a tenth of their memory. The emulator keeps twelve bytes for every
 * cell; a packed line keeps a string of its characters and the runs of its attributes, and turns
 * itself back when the emulator touches its cells (a reflow, a line that is used again), so that
 * nothing but this file knows about it. Reading for a snapshot does not turn it back.
 */

import {
  Cell,
  type ExtendedAttributes,
  type Line,
  type LineList,
  type ScreenBuffer,
} from '../emulator-internals.ts';
import { type LineClass, lineOnSlab } from './cell-slab.ts';
import { noteReleased } from './heap.ts';

/** Cell contents that are no single UTF-16 unit, by control characters, which no cell contains. */
const ERASED = 0;
const RIGHT_HALF = 1;
/** Followed by the content's upper and lower half. */
const OTHER = 2;
const FIRST_PLAIN = 0x20;
const ONE_COLUMN = 1 << Cell.widthShift;
/** Runs as [length, fg high, fg low, bg high, bg low] in UTF-16 units. */
const RUN_UNITS = 5;

const NOTHING = {};

/** Gets the emulator's own methods for lines when the first one is packed. */
class PackedLine {
  readonly chars: string;
  readonly runs: string;
  readonly length: number;
  isWrapped: boolean;
  cells: Uint32Array | undefined = undefined;
  _combined: Line['_combined'];
  _extendedAttrs: Record<number, ExtendedAttributes | undefined>;

  constructor(line: Line) {
    const { _data: data, length } = line;
    const end = contentEnd(data, length);
    this.chars = packContents(data, end);
    this.runs = packAttributes(data, end);
    this.length = length;
    this.isWrapped = line.isWrapped;
    this._combined = hasKeys(line._combined) ? line._combined : NOTHING;
    this._extendedAttrs = hasKeys(line._extendedAttrs) ? line._extendedAttrs : NOTHING;
  }

  /** Whoever asks may write into it, so it is a line like others from then on. */
  get _data(): Uint32Array {
    if (!this.cells) {
      this.cells = unpack(this);
      if (this._combined === NOTHING) this._combined = {};
      if (this._extendedAttrs === NOTHING) this._extendedAttrs = {};
    }
    return this.cells;
  }

  set _data(cells: Uint32Array) {
    this.cells = cells;
  }
}

let lineClass: LineClass | undefined;

function pack(line: Line): Line {
  if (!lineClass) {
    lineClass = line.constructor as LineClass;
    Object.setPrototypeOf(PackedLine.prototype, lineClass.prototype as object);
  }
  noteReleased(line._data.byteLength);
  return new PackedLine(line) as unknown as Line;
}

function isPacked(line: object): line is PackedLine {
  return line instanceof PackedLine && line.cells === undefined;
}

function packContents(data: Uint32Array, end: number): string {
  const units: number[] = [];
  for (let x = 0; x < end; x++) {
    const content = data[x * 3] as number;
    const code = content & 0xffff;
    if (content === ONE_COLUMN) units.push(ERASED);
    else if (content === 0) units.push(RIGHT_HALF);
    else if (content === (ONE_COLUMN | code) && code >= FIRST_PLAIN) units.push(code);
    else units.push(OTHER, content >>> 16, code);
  }
  return String.fromCharCode(...units);
}

/** '' for a line without any attribute. */
function packAttributes(data: Uint32Array, end: number): string {
  const units: number[] = [];
  let start = 0;
  let any = false;
  for (let x = 0; x < end; x++) {
    const [fg, bg] = [data[x * 3 + 1] as number, data[x * 3 + 2] as number];
    if (fg !== 0 || bg !== 0) any = true;
    if (x + 1 < end && data[x * 3 + 4] === fg && data[x * 3 + 5] === bg) continue;
    units.push(x + 1 - start, fg >>> 16, fg & 0xffff, bg >>> 16, bg & 0xffff);
    start = x + 1;
  }
  return any ? String.fromCharCode(...units) : '';
}

function hasKeys(object: object): boolean {
  for (const _ in object) return true;
  return false;
}

/** Up to where cells differ from those of a blank line. */
function contentEnd(data: Uint32Array, length: number): number {
  let end = length;
  while (
    end > 0 &&
    data[end * 3 - 3] === ONE_COLUMN &&
    data[end * 3 - 2] === 0 &&
    data[end * 3 - 1] === 0
  ) {
    end--;
  }
  return end;
}

function unpack({ chars, runs, length }: PackedLine): Uint32Array {
  const data = new Uint32Array(length * 3);
  let x = 0;
  for (let i = 0; i < chars.length; i++, x++) {
    const unit = chars.charCodeAt(i);
    if (unit >= FIRST_PLAIN) data[x * 3] = ONE_COLUMN | unit;
    else if (unit === ERASED) data[x * 3] = ONE_COLUMN;
    else if (unit === OTHER) {
      data[x * 3] = (chars.charCodeAt(i + 1) << 16) | chars.charCodeAt(i + 2);
      i += 2;
    }
  }
  for (; x < length; x++) data[x * 3] = ONE_COLUMN;
  let at = 0;
  for (let i = 0; i < runs.length; i += RUN_UNITS) {
    const fg = (runs.charCodeAt(i + 1) << 16) | runs.charCodeAt(i + 2);
    const bg = (runs.charCodeAt(i + 3) << 16) | runs.charCodeAt(i + 4);
    for (let n = runs.charCodeAt(i); n > 0; n--, at++) {
      data[at * 3 + 1] = fg;
      data[at * 3 + 2] = bg;
    }
  }
  return data;
}

/** The line after a change of its cells, packed where it was. */
export function repacked(line: Line, change: (cells: Line) => void): Line {
  if (!isPacked(line)) {
    change(line);
    return line;
  }
  const cells = copyOf(line);
  change(cells);
  return new PackedLine(cells) as unknown as Line;
}

/** One column each, and no marks: Latin. */
const PLAIN_TEXT = /^[\x20-\x7e\xa0-\u02ff]*$/;

export interface PlainText {
  readonly chars: string;
  /** Calls back with the length and the two attribute words of each run. */
  eachRun(run: (length: number, fg: number, bg: number) => void): void;
}

/**
 * A packed line as text, for those that are nothing else: no erased cells, no wide characters, no
 * marks, links or underline styles. Most are such, and need not be unpacked to be written.
 */
export function plainText(line: Line): PlainText | undefined {
  if (!isPacked(line)) return undefined;
  const { chars, runs } = line;
  if (line._extendedAttrs !== NOTHING || !PLAIN_TEXT.test(chars)) return undefined;
  return {
    chars,
    eachRun(run) {
      if (runs === '' && chars !== '') run(chars.length, 0, 0);
      for (let i = 0; i < runs.length; i += RUN_UNITS)
        run(
          runs.charCodeAt(i),
          (runs.charCodeAt(i + 1) << 16) | runs.charCodeAt(i + 2),
          (runs.charCodeAt(i + 3) << 16) | runs.charCodeAt(i + 4),
        );
    },
  };
}

/** A line whose cells can be read without unpacking it for good. */
export function readable(line: Line): Line {
  return isPacked(line) ? copyOf(line) : line;
}

function copyOf(packed: PackedLine): Line {
  const Plain = lineClass as LineClass;
  // Made by the emulator's own constructor, so that its methods stay fast on it.
  return Object.assign(new Plain(0), {
    _data: unpack(packed),
    _combined: packed._combined,
    _extendedAttrs: packed._extendedAttrs,
    length: packed.length,
    isWrapped: packed.isWrapped,
  });
}

/**
 * Packs at most `limit` of the lines above the screen, the oldest first. Returns whether there may
 * be more.
 */
export function packScrollback(buffer: ScreenBuffer, limit: number): boolean {
  const { lines } = buffer;
  let first = buffer.ybase;
  while (first > 0 && !isPacked(lines.get(first - 1) as Line)) first--;
  if (first < buffer.ybase) keepRecycledPlain(lines);
  const end = Math.min(buffer.ybase, first + limit);
  for (let i = first; i < end; i++) lines.set(i, pack(lines.get(i) as Line));
  return end < buffer.ybase;
}

const patched = new WeakSet<LineList>();

/** A packed line that the emulator takes for the screen again would be slower than its own. */
function keepRecycledPlain(lines: LineList): void {
  if (patched.has(lines)) return;
  patched.add(lines);
  const recycle = lines.recycle.bind(lines);
  lines.recycle = () => {
    const line = recycle();
    if (!(line instanceof PackedLine)) return line;
    // Its content is about to be overwritten.
    const plain = lineOnSlab(lineClass as LineClass, line.length);
    lines.set(lines.length - 1, plain);
    return plain;
  };
}
