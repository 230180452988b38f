/** A screen as a picture needs it: lines of runs, each of one look. */
import type xterm from '@xterm/headless';
import { type Colour, colourOf } from './svg-colours.ts';

export interface Look {
  readonly foreground: Colour;
  readonly background: Colour;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
}

export interface Run extends Look {
  text: string;
  /** From 0. */
  readonly column: number;
  /** A wide character has two. */
  columns: number;
}

/** @param cursor where to draw one, from 0 */
export function screenRuns(
  terminal: xterm.Terminal,
  cursor?: { readonly x: number; readonly y: number },
): Run[][] {
  return Array.from({ length: terminal.rows }, (_, row) =>
    runsOf(terminal, row, cursor?.y === row ? cursor.x : -1),
  );
}

function runsOf(terminal: xterm.Terminal, row: number, cursor: number): Run[] {
  const { active } = terminal.buffer;
  const line = active.getLine(active.baseY + row);
  const runs: Run[] = [];
  for (let column = 0; column < terminal.cols; column++) {
    const cell = line?.getCell(column);
    if (!cell || cell.getWidth() === 0) continue;
    const look = column === cursor ? underCursor(lookOf(cell)) : lookOf(cell);
    const text = cell.getChars() || ' ';
    const last = runs.at(-1);
    if (last && sameLook(last, look) && isPlain(last.text) === isPlain(text)) {
      last.text += text;
      last.columns += cell.getWidth();
    } else runs.push({ ...look, text, column, columns: cell.getWidth() });
  }
  return runs;
}

/** Other characters often come from another font, whose widths would move their neighbours. */
function isPlain(text: string): boolean {
  return /^[ -~]/.test(text);
}

function sameLook(a: Look, b: Look): boolean {
  return (
    a.foreground === b.foreground &&
    a.background === b.background &&
    a.bold === b.bold &&
    a.dim === b.dim &&
    a.italic === b.italic &&
    a.underline === b.underline
  );
}

function underCursor(look: Look): Look {
  return { ...look, foreground: 'paper', background: 'text', dim: false };
}

function lookOf(cell: xterm.IBufferCell): Look {
  const foreground = cell.isFgDefault()
    ? 'text'
    : colourOf(cell.getFgColor(), cell.isFgRGB() !== false);
  const background = cell.isBgDefault()
    ? 'paper'
    : colourOf(cell.getBgColor(), cell.isBgRGB() !== false);
  const inverse = Boolean(cell.isInverse());
  return {
    foreground: inverse ? background : foreground,
    background: inverse ? foreground : background,
    bold: Boolean(cell.isBold()),
    dim: Boolean(cell.isDim()),
    italic: Boolean(cell.isItalic()),
    underline: Boolean(cell.isUnderline()),
  };
}
