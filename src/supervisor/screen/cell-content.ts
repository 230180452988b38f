/**
 * Bounds what the cells of a screen contain beside a character and its colours: combining marks, links,
 * underline styles. The emulator keeps any amount: one letter with endless marks took 2 GB in 10 s and
 * crashed the supervisor within a minute. What is dropped here is missing only in the screen model; the
 * client's terminal has received it.
 */
import { Cell, type Core, type Line, type ScreenBuffer } from './emulator-internals.ts';
import { repacked } from './scrollback/index.ts';

/**
 * UTF-16 code units in one cell. The longest emoji of Unicode 17 (a flag of tags) takes 14; no script
 * has letters with more than four marks.
 */
const CELL_MAX_UNITS = 32;
/** Beyond this length V8 concatenates by a node that references both strings: 56 bytes per mark. */
const FLAT_MAX_UNITS = 12;
/** Average over screen and scrollback, as estimated by {@link extraBytes}. */
const LINE_MAX_BYTES = 4 * 1024;
/** Output between two checks of some lines: 2,000 lines per 256 KiB, which add 4 MB at most. */
const LOOK_AFTER_BYTES = 32 * 1024;
/** Lines per check: 0.5 ms if they are as full as allowed. */
const LINES_AT_ONCE = 256;
/** … or, if there are many lines, this fraction of them. */
const PARTS_MAX = 64;
/** About what V8 needs for a short string, for an attributes object, and for a reference to either. */
const STRING_BYTES = 24;
const ATTRIBUTES_BYTES = 64;
const SLOT_BYTES = 8;

let linesLimited = false;

/** Patches all lines of the process, once: they share a prototype. */
export function limitMarks(core: Core): void {
  if (linesLimited) return;
  linesLimited = true;
  const prototype = Object.getPrototypeOf(core.buffers.normal.lines.get(0)) as Line;
  const add = prototype.addCodepointToCell;
  prototype.addCodepointToCell = function (this: Line, index, codePoint, width) {
    const content = this._data[index * 3] as number;
    const chars = content & Cell.combined ? this._combined[index] : undefined;
    if (chars === undefined || chars.length < FLAT_MAX_UNITS) {
      add.call(this, index, codePoint, width);
      return;
    }
    const mark = String.fromCodePoint(codePoint);
    if (chars.length + mark.length > CELL_MAX_UNITS) return;
    // Not `+`: see FLAT_MAX_UNITS.
    this._combined[index] = [chars, mark].join('');
    if (width > 0) this._data[index * 3] = (content & ~Cell.width) | (width << Cell.widthShift);
  };
}

/** Removes marks, links and underline styles from the oldest lines if a screen has too many. */
export class ContentLimit {
  readonly #core: Core;
  #parsedBytes = 0;
  /** Lines checked in this round, newest first, and the bytes left for older ones. */
  #looked = 0;
  #leftBytes = 0;

  constructor(core: Core) {
    this.#core = core;
  }

  /** To be called after each piece of output. */
  parsed(bytes: number): void {
    this.#parsedBytes += bytes;
    if (this.#parsedBytes < LOOK_AFTER_BYTES) return;
    this.#parsedBytes = 0;
    // The alternate screen has no scrollback, so its content is bounded by its size.
    this.#look(this.#core.buffers.normal);
  }

  #look({ lines }: ScreenBuffer): void {
    const { length } = lines;
    if (this.#looked === 0) this.#leftBytes = length * LINE_MAX_BYTES;
    const end = Math.min(
      length,
      this.#looked + Math.max(LINES_AT_ONCE, Math.ceil(length / PARTS_MAX)),
    );
    for (let i = this.#looked; i < end; i++) {
      const line = lines.get(length - 1 - i) as Line;
      const bytes = extraBytes(line);
      this.#leftBytes -= bytes;
      if (this.#leftBytes < 0 && bytes > 0)
        lines.set(length - 1 - i, repacked(line, withoutExtras));
    }
    this.#looked = end === length ? 0 : end;
  }
}

function extraBytes({ _combined, _extendedAttrs }: Line): number {
  let bytes = 0;
  for (const x in _combined) bytes += SLOT_BYTES + STRING_BYTES + 2 * (_combined[x]?.length ?? 0);
  let last: unknown;
  for (const x in _extendedAttrs) {
    const attributes = _extendedAttrs[x];
    bytes += attributes === last ? SLOT_BYTES : SLOT_BYTES + ATTRIBUTES_BYTES;
    last = attributes;
  }
  return bytes;
}

function withoutExtras(line: Line): void {
  const { _data: data, _combined: combined } = line;
  for (let x = 0; x < line.length; x++) {
    const content = data[x * 3] as number;
    if (content & Cell.combined)
      data[x * 3] = (content & ~Cell.hasContent) | (combined[x]?.codePointAt(0) ?? 0);
    data[x * 3 + 2] = (data[x * 3 + 2] as number) & ~Cell.hasExtended;
  }
  line._combined = {};
  line._extendedAttrs = {};
}
