/**
 * COLUMNS and LINES, by which a program without a terminal, such as an editor, tells how large a new
 * session will be shown. Source: POSIX.1-2017, XBD 8.3.
 */
import { COLUMNS_MAX, ROWS_MAX } from '../../protocol/limits.ts';

/** Undefined unless both are sizes that a terminal can have. */
export function sizeVariables({
  COLUMNS,
  LINES,
}: NodeJS.ProcessEnv): { cols: number; rows: number } | undefined {
  const [cols, rows] = [countIn(COLUMNS, COLUMNS_MAX), countIn(LINES, ROWS_MAX)];
  return cols !== undefined && rows !== undefined ? { cols, rows } : undefined;
}

function countIn(text: string | undefined, max: number): number | undefined {
  return text !== undefined && /^[1-9]\d*$/.test(text) && Number(text) <= max
    ? Number(text)
    : undefined;
}
