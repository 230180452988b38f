/** Columns and rows of a terminal. */
export interface Size {
  readonly cols: number;
  readonly rows: number;
}
