/** Rows of a screen, and where the pane at the bottom begins. */

/** A row that shows nothing. A blank other than U+0020 was written by a person or a model. */
export function isBlank(row: string): boolean {
  for (let at = 0; at < row.length; at++) if (row.charCodeAt(at) !== SPACE) return false;
  return true;
}

const SPACE = 32;

/** Number of U+0020 at the beginning of a row. */
export function indentOf(row: string): number {
  let at = 0;
  while (at < row.length && row.charCodeAt(at) === SPACE) at++;
  return at;
}

/** Without any U+0020, so that it does not matter where the terminal's width has wrapped it. */
export function squeezed(text: string): string {
  return text.replaceAll(' ', '');
}

/** The rows of one paragraph as one line. */
export function joined(rows: readonly string[]): string {
  return rows.map((row) => row.trim()).join(' ');
}

/** The rows without blank ones at both ends. */
export function trimmed(rows: readonly string[]): string[] {
  let from = 0;
  let to = rows.length;
  while (from < to && isBlank(rows[from] as string)) from++;
  while (to > from && isBlank(rows[to - 1] as string)) to--;
  return rows.slice(from, to);
}

/** Paragraphs, which are separated by blank rows, each with the index of its first row. */
export function paragraphs(rows: readonly string[]): { at: number; rows: string[] }[] {
  const found: { at: number; rows: string[] }[] = [];
  for (const [at, row] of rows.entries()) {
    if (isBlank(row)) continue;
    const last = found.at(-1);
    if (last && last.at + last.rows.length === at) last.rows.push(row);
    else found.push({ at, rows: [row] });
  }
  return found;
}

/**
 * Where the pane that ends before row `end` begins. Codex draws a pane indented by two columns,
 * with at least two blank rows between it and the transcript, whose entries begin in the first
 * column. So the pane begins after the first two blank rows below the last entry. Undefined if the
 * screen's first row is in the middle of something unknown.
 */
export function paneStart(rows: readonly string[], end: number): number | undefined {
  let entry = end - 1;
  while (entry >= 0 && !beginsEntry(rows[entry] as string)) entry--;
  let at = entry + 1;
  if (entry < 0) {
    if (!isBlank(rows[0] ?? '')) return undefined;
  } else {
    while (at + 1 < end && !(isBlank(rows[at] as string) && isBlank(rows[at + 1] as string))) at++;
  }
  while (at < end && isBlank(rows[at] as string)) at++;
  return at;
}

/** Where the transcript's last entry begins, if that is on the screen. */
export function entryBefore(rows: readonly string[], start: number): number {
  let entry = start - 1;
  while (entry >= 0 && !beginsEntry(rows[entry] as string)) entry--;
  return entry < 0 ? start : entry;
}

function beginsEntry(row: string): boolean {
  return !isBlank(row) && indentOf(row) < 2;
}
