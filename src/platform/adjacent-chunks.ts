/**
 * Echoed keys come as chunks of a byte or two, cut one after the other from the same slab: where
 * they are queued, they become one again.
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
