/** A screen as lines of text, for users and scripts. */
import { DEFAULT_LOOK, lookOfCell, sameLook, sgr } from './attributes.ts';
import { charsOf } from './cells.ts';
import type { Emulator } from './emulator.ts';
import { Cell, type Line } from './emulator-internals.ts';
import { linesOf } from './serialize.ts';

export interface TextOptions {
  /** With colours and styles as SGR sequences; each line starts and ends without attributes. */
  ansi?: boolean;
  /** Number of lines above the screen to include. */
  scrollback?: number;
  /** With `ansi`: the number of columns from the left; default: all. */
  cols?: number;
}

export function textOf({ core }: Emulator, options: TextOptions = {}): string[] {
  const lines = linesOf(core.buffers.active, core.rows, options.scrollback ?? 0);
  return lines.map((line) => (options.ansi ? styledText(line, options.cols) : plainText(line)));
}

function plainText(line: Line): string {
  let text = '';
  for (let x = 0; x < line.length; x++) {
    if ((line._data[x * 3] as number) >>> Cell.widthShift > 0) text += charsOf(line, x) || ' ';
  }
  return text.replace(/ +$/, '');
}

function styledText(line: Line, cols = line.length): string {
  let text = '';
  let kept = 0;
  let look = DEFAULT_LOOK;
  for (let x = 0; x < Math.min(cols, line.length); x++) {
    const width = (line._data[x * 3] as number) >>> Cell.widthShift;
    if (width === 0) continue;
    if (x + width > cols) break;
    const next = { ...lookOfCell(line, x), link: 0 };
    if (!sameLook(next, look)) text += sgr(next);
    look = next;
    const chars = charsOf(line, x) || ' ';
    text += chars;
    if (chars !== ' ' || !sameLook(look, DEFAULT_LOOK)) kept = text.length;
  }
  text = text.slice(0, kept);
  return text.includes('\x1b') && !text.endsWith('\x1b[m') ? `${text}\x1b[m` : text;
}
