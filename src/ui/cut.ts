/** Safe text that is too wide, cut where it says least. Widths are terminal columns. */
import { charactersOf, textColumns } from '../terminal/safe-text.ts';

/** The end of a path says more than its beginning. */
export function cutLeft(text: string, columns: number): string {
  if (textColumns(text) <= columns) return text;
  return `…${endOf(text, columns - 1)}`;
}

/** Long names often begin alike. */
export function cutMiddle(text: string, columns: number): string {
  if (textColumns(text) <= columns) return text;
  const end = endOf(text, Math.floor((columns - 1) / 2));
  return `${beginningOf(text, columns - 1 - textColumns(end))}…${end}`;
}

/**
 * Paths without their beginnings; those that would look the same then go without what follows the
 * last directory in which they differ.
 */
export function cutPaths(paths: readonly string[], columns: number): readonly string[] {
  const alike = new Map<string, string[]>();
  for (const path of new Set(paths)) {
    const cut = cutLeft(path, columns);
    const group = alike.get(cut);
    if (group) group.push(path);
    else alike.set(cut, [path]);
  }
  const shown = new Map<string, string>();
  for (const [cut, group] of alike) {
    const parts = group.map((path) => path.split('/').reverse());
    for (const [index, path] of group.entries())
      shown.set(path, group.length === 1 ? cut : cutAfter(path, commonEnd(parts, index), columns));
  }
  return paths.map((path) => shown.get(path) ?? '');
}

/** @param same how many of the last parts it has in common with others */
function cutAfter(path: string, same: number, columns: number): string {
  if (same === 0) return cutMiddle(path, columns);
  const head = cutLeft(path.split('/').slice(0, -same).join('/'), columns - 2);
  return `${head}/…${endOf(path, columns - 2 - textColumns(head))}`;
}

/**
 * How many parts one has in common with the one that is least like it. Parts stand in reverse: the
 * last comes first.
 */
function commonEnd(all: readonly (readonly string[])[], index: number): number {
  const own = all[index] ?? [];
  const common = (other: readonly string[]) =>
    own.findIndex((part, place) => part !== other[place]);
  return Math.min(
    ...all
      .filter((other) => other !== own)
      .map(common)
      .map((n) => (n < 0 ? own.length - 1 : n)),
  );
}

function beginningOf(text: string, columns: number): string {
  let kept = '';
  let room = columns;
  for (const char of charactersOf(text)) {
    room -= textColumns(char);
    if (room < 0) return kept;
    kept += char;
  }
  return kept;
}

/** As much of the end as has room. */
export function endOf(text: string, columns: number): string {
  let kept = '';
  let room = columns;
  for (const char of [...charactersOf(text)].reverse()) {
    room -= textColumns(char);
    if (room < 0) return kept;
    kept = char + kept;
  }
  return kept;
}
