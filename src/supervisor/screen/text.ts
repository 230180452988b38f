/** A screen as lines of text, for users and scripts. */
import { DEFAULT_LOOK, lookOfCell, sameLook, sgr } from './attributes.ts';
import { charsOf } from './cells.ts';
import { isCovered, isDisputed, isFlowed } from './cluster-cells.ts';
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
    if ((line._data[x * 3] as number) >>> Cell.widthShift === 0 || isCovered(line, x)) continue;
    text += charsOf(line, x) || ' ';
  }
  return text.replace(/ +$/, '');
}

/**
 * `width`: for the left part of a terminal with that many columns. `addressed`: with sequences that
 * put what follows a cluster into its column.
 */
export function styledText(line: Line, width?: number, addressed = width !== undefined): string {
  const cols = width ?? line.length;
  let text = '';
  let kept = 0;
  let look = DEFAULT_LOOK;
  let disputed = false;
  let styled = false;
  for (let x = 0; x < Math.min(cols, line.length); x++) {
    const columns = (line._data[x * 3] as number) >>> Cell.widthShift;
    if (columns === 0 || isCovered(line, x)) continue;
    if (x + columns > cols) break;
    const next = { ...lookOfCell(line, x), link: 0 };
    if (!sameLook(next, look)) {
      text += sgr(next);
      styled = true;
    }
    look = next;
    const chars = charsOf(line, x) || ' ';
    // What was addressed is addressed again, as the column after a cluster differs between
    // terminals.
    if (disputed && !isFlowed(line, x)) text += `\x1b[${x + 1}G`;
    disputed = addressed && (isDisputed(chars) || (disputed && isFlowed(line, x)));
    text += chars;
    if (chars !== ' ' || !sameLook(look, DEFAULT_LOOK)) kept = text.length;
  }
  text = text.slice(0, kept);
  return styled && !text.endsWith('\x1b[m') ? `${text}\x1b[m` : text;
}
