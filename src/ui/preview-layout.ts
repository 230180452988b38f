/** Decides where a preview fits beside a list. */

/** Columns and rows. */
export interface Area {
  readonly cols: number;
  readonly rows: number;
}

export interface PreviewLayout {
  readonly where: 'none' | 'right' | 'below';
  /** The left or the top of the terminal: heading, rows and hints. */
  readonly list: Area;
  /** The rest; first column and row are counted from 1. Empty if there is no room. */
  readonly box: Area & { readonly col: number; readonly row: number };
}

/** A smaller terminal has only the list. */
const FROM_COLUMNS = 100;
const FROM_ROWS = 20;
/** From this width on the preview is to the right of the list. */
const RIGHT_FROM_COLUMNS = 130;
/** The minimum width of a list, and the width beyond which it does not improve. */
const LIST_MIN_COLUMNS = 64;
const LIST_MAX_COLUMNS = 90;
/** If the preview is below, a list takes as many rows as it needs, but at most half of them. */
const LIST_MIN_ROWS = 6;

/** `listRows`: the rows of the list, including what is around it. */
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
