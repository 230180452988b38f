/** Cuts safe text that is too wide where it matters least. Widths are terminal columns. */
import { charactersOf, textColumns } from '../terminal/safe-text.ts';

/** A narrower path has no room for its beginning. */
const BEGINNING_FROM_COLUMNS = 24;

/** For paths: keeps where it begins, after a slash, and more of its end, which matters more. */
export function cutPath(path: string, columns: number): string {
  if (textColumns(path) <= columns) return path;
  if (columns < BEGINNING_FROM_COLUMNS) return cutLeft(path, columns);
  const begins = beginningOf(path, Math.floor(columns / 3));
  const head = begins.slice(0, begins.lastIndexOf('/') + 1);
  return `${head}…${endOf(path, columns - 1 - textColumns(head))}`;
}

/** Keeps the end. */
export function cutLeft(text: string, columns: number): string {
  if (textColumns(text) <= columns) return text;
  return `…${endOf(text, columns - 1)}`;
}

/** For names: long ones often have the same beginning. */
export function cutMiddle(text: string, columns: number): string {
  if (textColumns(text) <= columns) return text;
  const end = endOf(text, Math.floor((columns - 1) / 2));
  return `${beginningOf(text, columns - 1 - textColumns(end))}…${end}`;
}

/**
 * Cuts paths as {@link cutPath}; those that would then look the same are cut after the last directory in which
 * they differ instead.
 */
export function cutPaths(paths: readonly string[], columns: number): readonly string[] {
  const alike = new Map<string, string[]>();
  for (const path of new Set(paths)) {
    const cut = cutPath(path, columns);
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

/** @param same number of last parts in common with other paths */
function cutAfter(path: string, same: number, columns: number): string {
  if (same === 0) return cutMiddle(path, columns);
  const head = cutLeft(path.split('/').slice(0, -same).join('/'), columns - 2);
  return `${head}/…${endOf(path, columns - 2 - textColumns(head))}`;
}

/**
 * How many last parts a path has in common with the path that shares the fewest. Parts are in reverse
 * order.
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

/** The longest end that fits. */
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
