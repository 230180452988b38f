/** The bottom part of a screen, where things happen, for a preview. */
import type { Emulator } from './emulator.ts';
import type { Line } from './emulator-internals.ts';
import { modesOf } from './modes.ts';
import { isBlank, linesOf } from './serialize.ts';
import type { Size } from './size.ts';
import { styledText } from './text.ts';

/** As in the protocol. */
export interface Capture extends Size {
  readonly lines: readonly string[];
  readonly above: number;
  readonly cursor: { readonly x: number; readonly y: number } | null;
}

/**
 * UTF-16 units of all lines. A screen full of changing colours has far less; combining marks
 * without end have more.
 */
const MAX_UNITS = 512 * 1024;

/**
 * The last `rows` lines, beginning with one that is not empty, cut to `cols` columns. If there are
 * more above them, runs of empty lines are shortened to one, as there may be many between a
 * conversation and the prompt below it.
 */
export function captureOf(
  emulator: Emulator,
  { cols, rows }: Size,
  cursorVisible: boolean = modesOf(emulator).cursorVisible,
): Capture {
  const { core } = emulator;
  const { x, y } = core.buffers.active;
  const screen = linesOf(core.buffers.active, core.rows, 0);
  const first = Math.max(
    0,
    screen.findIndex((line) => !isBlank(line)),
  );
  const shown = shownLines(screen, first, { cols, rows });
  const cursorLine = shown.findIndex(({ row }) => row === y);
  return {
    cols: core.cols,
    rows: core.rows,
    lines: shown.map(({ text }) => text),
    above: Math.max(0, (shown[0]?.row ?? 0) - first),
    cursor: cursorVisible && x < cols && cursorLine >= 0 ? { x, y: cursorLine } : null,
  };
}

interface ShownLine {
  readonly row: number;
  readonly text: string;
}

function shownLines(
  screen: readonly Line[],
  first: number,
  { cols, rows }: Size,
): readonly ShownLine[] {
  const shown: ShownLine[] = [];
  let tooMany = 0;
  let room = MAX_UNITS;
  for (let row = screen.length - 1; row >= 0 && shown.length < rows; row--) {
    const text = styledText(screen[row] as Line, cols, false);
    room -= text.length;
    if (room < 0) break;
    if (text === '' && shown.length === 0) continue;
    if (shown.length === 0) tooMany = row + 1 - first - rows;
    if (text === '' && shown.at(-1)?.text === '' && tooMany > 0) tooMany -= 1;
    else shown.push({ row, text });
  }
  return shown.reverse();
}
