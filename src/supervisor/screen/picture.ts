/** The bottom of a screen, where things happen, as a preview shows it. */
import type { Emulator } from './emulator.ts';
import { modesOf } from './modes.ts';
import { isBlank, linesOf } from './serialize.ts';
import { styledText } from './text.ts';

/** Columns and rows. */
export interface PictureSize {
  readonly cols: number;
  readonly rows: number;
}

/** As in the protocol. */
export interface Picture extends PictureSize {
  readonly lines: readonly string[];
  readonly above: number;
  readonly cursor: { readonly x: number; readonly y: number } | null;
}

/** UTF-16 units of all lines: a screen full of changing colours fits many times, marks without end do not. */
const MAX_UNITS = 512 * 1024;

/** The last `rows` lines that hold something, cut to `cols` columns. */
export function pictureOf(
  emulator: Emulator,
  { cols, rows }: PictureSize,
  cursorVisible: boolean = modesOf(emulator).cursorVisible,
): Picture {
  const { core } = emulator;
  const { x, y } = core.buffers.active;
  const screen = linesOf(core.buffers.active, core.rows, 0);
  const lines: string[] = [];
  let room = MAX_UNITS;
  let top = screen.length;
  while (top > 0 && lines.length < rows) {
    const text = styledText(screen[top - 1] as (typeof screen)[number], cols, false);
    room -= text.length;
    if (room < 0) break;
    top -= 1;
    if (text !== '' || lines.length > 0) lines.push(text);
  }
  const first = screen.findIndex((line) => !isBlank(line));
  const isIn = cursorVisible && x < cols && y >= top && y < top + lines.length;
  return {
    cols: core.cols,
    rows: core.rows,
    lines: lines.reverse(),
    above: Math.max(0, top - Math.max(0, first)),
    cursor: isIn ? { x, y: y - top } : null,
  };
}
