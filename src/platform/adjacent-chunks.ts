/**
 * Joins chunks that lie one after the other in memory, as echoed keys do, which come a byte or two at a
 * time: a queue holds one view instead of many.
 *
 * @returns both as one view of at most `max` bytes; undefined where they do not lie together.
 */
export function joinAdjacent(
  first: Uint8Array,
  second: Uint8Array,
  max: number,
): Uint8Array | undefined {
  const length = first.length + second.length;
  if (length > max || first.buffer !== second.buffer) return undefined;
  if (first.byteOffset + first.length !== second.byteOffset) return undefined;
  return new Uint8Array(first.buffer, first.byteOffset, length);
}
