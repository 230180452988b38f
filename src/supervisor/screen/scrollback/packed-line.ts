/**
 * Lines above the screen in a tenth of the memory. The emulator uses twelve bytes per cell; a packed
 * line has a string of its characters and the runs of its attributes, and unpacks itself when the
 * emulator accesses its cells (a reflow, a recycled line), so that the emulator need not know about
 * it. Serializing reads it without unpacking it.
 */
import type { ExtendedAttributes, Line, LineList, ScreenBuffer } from '../emulator-internals.ts';
import { type LineClass, lineOnSlab } from './cell-slab.ts';
import { noteReleased } from './heap.ts';
import { eachRun, packCells, unpackCells } from './packed-cells.ts';

const NOTHING = {};

/** Inherits the methods of the emulator's lines once the first line is packed. */
class PackedLine {
  readonly chars: string;
  readonly runs: string;
  readonly length: number;
  isWrapped: boolean;
  cells: Uint32Array | undefined = undefined;
  _combined: Line['_combined'];
  _extendedAttrs: Record<number, ExtendedAttributes | undefined>;

  constructor(line: Line) {
    const { chars, runs } = packCells(line._data, line.length);
    this.chars = chars;
    this.runs = runs;
    this.length = line.length;
    this.isWrapped = line.isWrapped;
    this._combined = hasKeys(line._combined) ? line._combined : NOTHING;
    this._extendedAttrs = hasKeys(line._extendedAttrs) ? line._extendedAttrs : NOTHING;
  }

  /** The caller may write to it, so the line counts as unpacked from then on. */
  get _data(): Uint32Array {
    if (!this.cells) {
      this.cells = unpackCells(this, this.length);
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

function hasKeys(object: object): boolean {
  for (const _ in object) return true;
  return false;
}

/** Changes the cells of a line, which stays packed if it was. */
export function repacked(line: Line, change: (cells: Line) => void): Line {
  if (!isPacked(line)) {
    change(line);
    return line;
  }
  const cells = copyOf(line);
  change(cells);
  return new PackedLine(cells) as unknown as Line;
}

/** Characters of one column, no marks: Latin. */
const PLAIN_TEXT = /^[\x20-\x7e\xa0-\u02ff]*$/;

export interface PlainText {
  readonly chars: string;
  /** Calls back with the length and the two attribute words of each run. */
  eachRun(run: (length: number, fg: number, bg: number) => void): void;
}

/**
 * The text of a packed line without erased cells, wide characters, marks, links and underline styles.
 * Most lines are of this kind and need not be unpacked to be written; undefined for others.
 */
export function plainText(line: Line): PlainText | undefined {
  if (!isPacked(line)) return undefined;
  const { chars, runs } = line;
  if (line._extendedAttrs !== NOTHING || !PLAIN_TEXT.test(chars)) return undefined;
  return {
    chars,
    eachRun(run) {
      if (runs === '' && chars !== '') run(chars.length, 0, 0);
      else eachRun(runs, run);
    },
  };
}

/** A line whose cells can be read without unpacking the original. */
export function readable(line: Line): Line {
  return isPacked(line) ? copyOf(line) : line;
}

function copyOf(packed: PackedLine): Line {
  const Plain = lineClass as LineClass;
  // By the emulator's own constructor, so that V8's optimised code for its methods still applies.
  return Object.assign(new Plain(0), {
    _data: unpackCells(packed, packed.length),
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

/** Packed lines that the emulator recycles for the screen would be slower than its own. */
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
