/** The last line of a screen: the keys that it takes, as many as fit, or a note. */
import { safeText, textColumns } from '../terminal/safe-text.ts';
import { DIM, paint } from './style.ts';

export type Hint = readonly [key: string, does: string];

const BETWEEN = '   ';

/** @param hints the most useful first; those that do not fit are left out */
export function footer(
  hints: readonly Hint[],
  {
    cols,
    color,
    note = '',
  }: { readonly cols: number; readonly color: boolean; readonly note?: string },
): string {
  const room = Math.max(1, cols - 2);
  const noted = safeText(note, room);
  const shown = fitting(hints, noted === '' ? room : room - textColumns(noted) - BETWEEN.length);
  const keys = shown.map(([key, does]) => `${key} ${paint(does, DIM, color)}`).join(BETWEEN);
  return ` ${[noted, keys].filter(Boolean).join(BETWEEN)}`;
}

/** If the only one does not fit, the terminal's edge cuts it: better than nothing. */
function fitting(hints: readonly Hint[], room: number): readonly Hint[] {
  const kept: Hint[] = [];
  let left = room;
  for (const hint of hints) {
    left -= textColumns(hint.join(' ')) + (kept.length > 0 ? BETWEEN.length : 0);
    if (left < 0) break;
    kept.push(hint);
  }
  return kept;
}
