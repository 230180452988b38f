/**
 * Divides a screen into the list of sessions, the preview beside or below it, the open overlay, and
 * the foot.
 */
import { textColumns } from '../terminal/safe-text.ts';
import { cutMiddle } from './cut.ts';
import type { Region } from './overlays/overlay.ts';
import type { PreviewLayout } from './preview.ts';
import { DIM, paint } from './style.ts';

/** `col` and `row` of its first cell, from 1. */
export interface Pane extends Region {
  readonly col: number;
  readonly row: number;
}

export interface Panes {
  /** Not shown if it has no columns. */
  readonly list: Region;
  readonly preview: PreviewLayout | undefined;
  readonly opened: Pane | undefined;
}

/** On a smaller screen only the open overlay is shown. */
const ALONE_BELOW_COLUMNS = 60;
const ALONE_BELOW_ROWS = 16;
/** The most rows that an overlay takes from the list. */
const OPENED_PART_MAX = 0.7;
/** A preview with fewer rows is useless. */
const PREVIEW_MIN_ROWS = 5;
const BORDER = '│ ';
const RULE = '──';

/**
 * Makes room for an overlay at the bottom.
 * @param body the screen without its foot
 * @param wanted returns the rows that it can use at a width
 */
export function panesWith(
  body: Region,
  preview: PreviewLayout | undefined,
  wanted: (cols: number) => number,
): Panes {
  const { cols, rows } = body;
  if (cols < ALONE_BELOW_COLUMNS || rows < ALONE_BELOW_ROWS - 1)
    return {
      list: { cols: 0, rows: 0 },
      preview: undefined,
      opened: { cols, rows, col: 1, row: 1 },
    };
  const at = preview?.where === 'right' ? preview.box : { cols, rows, col: 1, row: 1 };
  const most = at.col > 1 ? rows : Math.floor(rows * OPENED_PART_MAX);
  const height = Math.min(most, wanted(insideOf(at).cols) + 1);
  const opened = { cols: at.cols, rows: height, col: at.col, row: rows - height + 1 };
  const left = preview ? preview.box.rows - height : 0;
  const above =
    preview && left >= PREVIEW_MIN_ROWS
      ? { ...preview, box: { ...preview.box, rows: left } }
      : undefined;
  if (at.col > 1) return { list: { cols: at.col - 1, rows }, preview: above, opened };
  const listRows = above ? above.list.rows : rows - height;
  return { list: { cols, rows: listRows }, preview: above, opened };
}

/** The room inside a pane, below its heading and within its border. */
export function insideOf({ cols, rows, col }: Pane): Region {
  return { cols: Math.max(1, col > 1 ? cols - BORDER.length : cols), rows: Math.max(1, rows - 1) };
}

/** A pane's lines: `── heading ─────`, then `lines`. `heading` is safe text. */
export function framed(
  { cols, rows, col }: Pane,
  heading: string,
  lines: readonly string[],
  color: boolean,
): readonly string[] {
  const shown = cutMiddle(heading, Math.max(1, cols - RULE.length - 2));
  const rest = '─'.repeat(Math.max(0, cols - RULE.length - 2 - textColumns(shown)));
  const head = `${paint(RULE, DIM, color)} ${shown} ${paint(rest, DIM, color)}`;
  const border = col > 1 ? paint(BORDER, DIM, color) : '';
  const inside = Array.from({ length: rows - 1 }, (_, index) => border + (lines[index] ?? ''));
  return [head, ...inside];
}

/** `rows` lines: those of the list, and of each pane at its place. */
export function composed(
  rows: number,
  list: readonly string[],
  panes: readonly { readonly pane: Pane; readonly lines: readonly string[] }[],
): readonly string[] {
  return Array.from({ length: rows }, (_, index) => {
    let line = list[index] ?? '';
    for (const { pane, lines } of panes) {
      const at = index + 1 - pane.row;
      if (at < 0 || at >= pane.rows) continue;
      line = pane.col > 1 ? `${line}\x1b[0m\x1b[${pane.col}G${lines[at] ?? ''}` : (lines[at] ?? '');
    }
    return line;
  });
}
