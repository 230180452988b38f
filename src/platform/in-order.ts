/**
 * Runs `work` on each item and returns the results in the order of the items. At most `limit` run
 * at a time, the first items first.
 */
export async function* inOrder<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const begun: Promise<R>[] = [];
  let next = 0;
  for (let at = 0; at < items.length; at++) {
    for (const item of items.slice(next, at + limit)) {
      const result = work(item);
      // An error is thrown when it is its item's turn.
      result.catch(() => {});
      begun.push(result);
    }
    next = Math.min(items.length, at + limit);
    yield await (begun.shift() as Promise<R>);
  }
}
