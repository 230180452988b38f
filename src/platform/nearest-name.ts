/** Finds the name that was meant by one with a typing error. */

/**
 * Letters that may be wrong, missing, extra or exchanged, by length: in a short name each of them
 * counts more.
 */
const SLIPS_MAX = (length: number) => (length < 3 ? 0 : length < 6 ? 1 : 2);

/**
 * Index of the nearest of `names`, or of the only one that begins with `typed`; -1 if none is near.
 */
export function nearestName(typed: string, names: readonly string[]): number {
  const wanted = typed.toLowerCase();
  const own = names.map((name) => name.toLowerCase());
  const slips = own.map((name) => slipsBetween(wanted, name));
  const least = Math.min(...slips);
  if (least <= SLIPS_MAX(wanted.length)) return slips.indexOf(least);
  const longer = own.filter((name) => name.startsWith(wanted));
  return longer.length === 1 ? own.indexOf(longer[0] ?? '') : -1;
}

/** Optimal string alignment distance. */
function slipsBetween(a: string, b: string): number {
  let [before, last]: [number[], number[]] = [
    [],
    Array.from({ length: b.length + 1 }, (_, j) => j),
  ];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + Number(a[i - 1] !== b[j - 1]),
        swapped ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [before, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
