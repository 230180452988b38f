/** Packs the cells of a line into two strings, for contents and attributes, and unpacks them. */
import { Cell } from '../emulator-internals.ts';

/** Control characters, which no cell contains, stand for contents other than one UTF-16 unit. */
const ERASED = 0;
const RIGHT_HALF = 1;
/** Followed by the content's upper and lower half. */
const OTHER = 2;
const FIRST_PLAIN = 0x20;
const ONE_COLUMN = 1 << Cell.widthShift;
/** Runs as [length, fg high, fg low, bg high, bg low] in UTF-16 units. */
const RUN_UNITS = 5;

export interface PackedCells {
  readonly chars: string;
  /** '' for a line without attributes. */
  readonly runs: string;
}

export function packCells(data: Uint32Array, length: number): PackedCells {
  const end = contentEnd(data, length);
  return { chars: packContents(data, end), runs: packAttributes(data, end) };
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

/** The end of the cells that differ from those of a blank line. */
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

export function unpackCells({ chars, runs }: PackedCells, length: number): Uint32Array {
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
  // Without eachRun, whose calls take longer than the work.
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

/** Calls back with the length and the two attribute words of each run. */
export function eachRun(runs: string, run: (length: number, fg: number, bg: number) => void): void {
  for (let i = 0; i < runs.length; i += RUN_UNITS)
    run(
      runs.charCodeAt(i),
      (runs.charCodeAt(i + 1) << 16) | runs.charCodeAt(i + 2),
      (runs.charCodeAt(i + 3) << 16) | runs.charCodeAt(i + 4),
    );
}
