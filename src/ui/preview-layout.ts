/** Where a preview has room beside a list. */

/** Columns and rows. */
export interface Area {
  readonly cols: number;
  readonly rows: number;
}

export interface PreviewLayout {
  readonly where: 'none' | 'right' | 'below';
  /** The left or the top of the terminal: heading, rows and hints. */
  readonly list: Area;
  /** The rest, its first column and row counted from 1. Empty if there is no room. */
  readonly box: Area & { readonly col: number; readonly row: number };
}

/** On a smaller terminal there is the list alone. */
const FROM_COLUMNS = 100;
const FROM_ROWS = 20;
/** From here on the preview is to the right of the list. */
const RIGHT_FROM_COLUMNS = 130;
/** What a list needs for its columns, and what more does not improve. */
const LIST_MIN_COLUMNS = 64;
const LIST_MAX_COLUMNS = 90;
/** A longer list below which a preview is leaves that half of the rows; a shorter one all that it can. */
const LIST_MIN_ROWS = 6;

/** `listRows`: how many rows the list has with all around it. */
export function layoutPreview({ cols, rows }: Area, listRows: number): PreviewLayout {
  if (cols < FROM_COLUMNS || rows < FROM_ROWS)
    return { where: 'none', list: { cols, rows }, box: { col: 1, row: 1, cols: 0, rows: 0 } };
  if (cols >= RIGHT_FROM_COLUMNS) {
    const left = between(LIST_MIN_COLUMNS, Math.floor(cols * 0.4), LIST_MAX_COLUMNS);
    return {
      where: 'right',
      list: { cols: left, rows },
      box: { col: left + 1, row: 1, cols: cols - left, rows },
    };
  }
  const top = between(LIST_MIN_ROWS, listRows, Math.floor(rows / 2));
  return {
    where: 'below',
    list: { cols, rows: top },
    box: { col: 1, row: top + 1, cols, rows: rows - top },
  };
}

function between(least: number, value: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
