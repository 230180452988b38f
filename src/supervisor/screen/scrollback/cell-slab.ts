/**
 * Allocates the cells of many lines in one buffer. The emulator itself allocates one buffer for each
 * line; freeing thousands of these around the few that remain leaves holes that are not returned to
 * the system. Slabs are large enough to be returned whole: lines are packed in the order in which
 * they were allocated, and those left on the screen are then moved out.
 */
import type { Core, Line, ScreenBuffer } from '../emulator-internals.ts';

/** From this size on the C library maps each buffer separately (M_MMAP_THRESHOLD). */
const SLAB_BYTES = 128 * 1024;
/** A longer line has a buffer of its own. */
const LINE_MAX_BYTES = SLAB_BYTES / 16;

let slab = new ArrayBuffer(0);
let used = 0;

/** Cells with arbitrary content. */
function takeCells(words: number): Uint32Array {
  const bytes = words * Uint32Array.BYTES_PER_ELEMENT;
  if (bytes > LINE_MAX_BYTES) return new Uint32Array(words);
  if (used + bytes > slab.byteLength) {
    slab = new ArrayBuffer(SLAB_BYTES);
    used = 0;
  }
  const cells = new Uint32Array(slab, used, words);
  used += bytes;
  return cells;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
export type LineClass = new (cols: number) => Line;

/** A line whose content is about to be overwritten. */
export function lineOnSlab(Class: LineClass, length: number): Writable<Line> {
  const line: Writable<Line> = new Class(0);
  line._data = takeCells(length * 3);
  line.length = length;
  return line;
}

let cloned: LineClass | undefined;

/** Patches all lines of the process, once: each line that scrolls in is a clone of a blank one. */
export function useSlabs(core: Core): void {
  if (cloned) return;
  const Class = (core.buffers.normal.lines.get(0) as Line).constructor as LineClass;
  cloned = Class;
  const prototype = Class.prototype as {
    clone(this: Line): Line;
    resize(this: Line, cols: number, fill: unknown): boolean;
  };
  const resize = prototype.resize;
  // The emulator's own method assumes that the whole buffer is the line's.
  prototype.resize = function (this: Line, cols, fill) {
    leaveSlab(this);
    return resize.call(this, cols, fill);
  };
  prototype.clone = function (this: Line) {
    const line = lineOnSlab(Class, this.length);
    line._data.set(this._data);
    for (const x in this._combined) line._combined[x] = this._combined[x];
    for (const x in this._extendedAttrs) line._extendedAttrs[x] = this._extendedAttrs[x];
    line.isWrapped = this.isWrapped;
    return line;
  };
}

/** Moves the lines of the screen out of the slabs, once those above it are packed. */
export function leaveSlabs(buffer: ScreenBuffer): void {
  for (let y = buffer.ybase; y < buffer.lines.length; y++) {
    const line = buffer.lines.get(y);
    if (line) leaveSlab(line);
  }
}

function leaveSlab(line: Writable<Line>): void {
  if (line._data.buffer.byteLength === SLAB_BYTES) line._data = line._data.slice();
}
