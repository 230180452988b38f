/**
 * Prints runs of ASCII, most of what programs write, in one loop: the emulator's own printing, which looks
 * up width, charset, link and joining of each character, takes half of all parsing.
 */
import { Cell, type Core } from './emulator-internals.ts';

const ONE_COLUMN = 1 << Cell.widthShift;
/** What the emulator's parser remembers of a character of one column that joins nothing. */
const JOIN_STATE = 2;

/**
 * Prints printable ASCII from `from` on, to the end of the row at most, where nothing else is to be
 * considered. Returns the index of the first character that it has not printed.
 */
export function printAscii(core: Core, data: Uint32Array, from: number, end: number): number {
  const input = core._inputHandler;
  const buffer = input._activeBuffer;
  const { fg, bg } = input._curAttrData;
  const { x } = buffer;
  const last = Math.min(end, from + core.cols - x);
  const isSpecial =
    core._charsetService.charset !== undefined ||
    core.coreService.modes.insertMode ||
    (bg & Cell.hasExtended) !== 0;
  if (isSpecial || !isAscii(data[from] as number) || last <= from) return from;
  const line = buffer.lines.get(buffer.ybase + buffer.y);
  if (!line) return from;
  if (x > 0 && line.getWidth(x - 1) === 2)
    line.setCellFromCodepoint(x - 1, 0, 1, input._curAttrData);
  const cells = line._data;
  let at = from;
  for (let cell = x * 3; at < last; at++) {
    const code = data[at] as number;
    if (code < 0x20 || code > 0x7e) break;
    cells[cell++] = code | ONE_COLUMN;
    cells[cell++] = fg;
    cells[cell++] = bg;
  }
  buffer.x = x + at - from;
  if (
    buffer.x < core.cols &&
    line.getWidth(buffer.x) === 0 &&
    (cells[buffer.x * 3] as number) === 0
  )
    line.setCellFromCodepoint(buffer.x, 0, 1, input._curAttrData);
  input._parser.precedingJoinState = JOIN_STATE;
  return at;
}

export function isAscii(code: number): boolean {
  return code >= 0x20 && code <= 0x7e;
}
