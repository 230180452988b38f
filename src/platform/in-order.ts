/**
 * The results of `work` on each item, in the order of the items; at most `limit` are worked on at a time,
 * the first ones first.
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
      // One that fails is reported in its turn.
      result.catch(() => {});
      begun.push(result);
    }
    next = Math.min(items.length, at + limit);
    yield await (begun.shift() as Promise<R>);
  }
}
