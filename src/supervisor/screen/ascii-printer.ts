/**
 * Prints runs of ASCII, which are most of what programs write, in one loop. The emulator's own
 * printing, which looks up the width, charset, link and joining of each character, takes half of
 * all parsing.
 */
import { type Clusters, DISPUTED, NARROW } from './clusters.ts';
import { Cell, type Core } from './emulator-internals.ts';

const ONE_COLUMN = 1 << Cell.widthShift;

/** Whether only widths and joining matter for what is printed now. */
export function printsPlainly({ _charsetService, coreService, _inputHandler }: Core): boolean {
  return (
    _charsetService.charset === undefined &&
    !coreService.modes.insertMode &&
    (_inputHandler._curAttrData.bg & Cell.hasExtended) === 0
  );
}

/**
 * Prints the characters from `from` up to `end` (exclusive); those that may belong to a cluster by
 * the emulator.
 */
export function printRuns(
  core: Core,
  clusters: Clusters,
  data: Uint32Array,
  from: number,
  end: number,
): void {
  for (let at = from; at < end; ) {
    if (clusters.mayFlow) {
      core._inputHandler.print(data, at, end);
      return;
    }
    at = printAscii(core, data, at, end);
    const other = at;
    if (at < end) at++;
    while (at < end && !isAscii(data[at] as number)) at++;
    if (other < at) core._inputHandler.print(data, other, at);
  }
}

/**
 * Prints ASCII from `from` on, at most to the end of the row. Returns the index of the first
 * character that it has not printed.
 */
function printAscii(core: Core, data: Uint32Array, from: number, end: number): number {
  const { _activeBuffer: buffer, _curAttrData: pen, _parser: parser } = core._inputHandler;
  const { x } = buffer;
  const last = Math.min(end, from + core.cols - x);
  const line = buffer.lines.get(buffer.ybase + buffer.y);
  const joins = parser.precedingJoinState >= DISPUTED;
  if (!line || joins || last <= from || !isAscii(data[from] as number)) return from;
  if (x > 0 && line.getWidth(x - 1) === 2) line.setCellFromCodepoint(x - 1, 0, 1, pen);
  const cells = line._data;
  const { fg, bg } = pen;
  let at = from;
  for (let cell = x * 3; at < last; at++) {
    const code = data[at] as number;
    if (!isAscii(code)) break;
    cells[cell++] = code | ONE_COLUMN;
    cells[cell++] = fg;
    cells[cell++] = bg;
  }
  buffer.x = x + at - from;
  // The other half of a wide character that was there.
  if (buffer.x < core.cols && cells[buffer.x * 3] === 0)
    line.setCellFromCodepoint(buffer.x, 0, 1, pen);
  parser.precedingJoinState = NARROW;
  return at;
}

function isAscii(code: number): boolean {
  return code >= 0x20 && code <= 0x7e;
}
