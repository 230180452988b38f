/**
 * COLUMNS and LINES, by which a program without a terminal, such as an editor, tells how large a new
 * session will be shown. Source: POSIX.1-2017, XBD 8.3.
 */
const MAX = 1_000;

/** Undefined unless both are sizes that a terminal can have. */
export function sizeVariables({
  COLUMNS,
  LINES,
}: NodeJS.ProcessEnv): { cols: number; rows: number } | undefined {
  const [cols, rows] = [sizeIn(COLUMNS), sizeIn(LINES)];
  return cols !== undefined && rows !== undefined ? { cols, rows } : undefined;
}

function sizeIn(text = ''): number | undefined {
  const size = /^[1-9]\d{0,3}$/.test(text) ? Number(text) : 0;
  return size >= 1 && size <= MAX ? size : undefined;
}
