/**
 * Bounds what the cells of a screen hold beside one character and its colours: combining marks, links,
 * underline styles. The emulator keeps any amount of them: one letter with endless marks took 2 GB in
 * 10 s and ended the supervisor within a minute. What is dropped here is dropped from the screen model
 * only; the client's terminal has received it.
 */
import { Cell, type Core, type Line, type ScreenBuffer } from './emulator-internals.ts';
import { repacked } from './scrollback/index.ts';

/**
 * UTF-16 code units in one cell. The longest emoji of Unicode 17 takes 14 in the one cell that it gets
 * (a flag made of tags); letters with more than four marks are in no script.
 */
const CELL_MAX_UNITS = 32;
/** From this length on V8 concatenates by a node that keeps both strings: 56 bytes for each mark. */
const FLAT_MAX_UNITS = 12;
/** The average over a screen and its scrollback, by the estimate of {@link extraBytes}. */
const LINE_MAX_BYTES = 4 * 1024;
/** Some lines are checked after so many bytes of output: 2,000 after 256 KiB, which add 4 MB at most. */
const LOOK_AFTER_BYTES = 32 * 1024;
/** 0.5 ms, where there is as much in them as may be. */
const LINES_AT_ONCE = 256;
/** … or such a part of all, where these are many. */
const PARTS_MAX = 64;
/** Roughly what V8 takes for a short string, for an attributes object, and for a reference to either. */
const STRING_BYTES = 24;
const ATTRIBUTES_BYTES = 64;
const SLOT_BYTES = 8;

let linesLimited = false;

/** For all lines of the process, once: they share a prototype. */
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

/** Removes marks, links and underline styles from the oldest lines when a screen has too many. */
export class ContentLimit {
  readonly #core: Core;
  #parsedBytes = 0;
  /** Lines checked in this round, from the newest on, and the bytes left for the older ones. */
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
