/**
 * Joins chunks that are adjacent in memory, such as echoed keys of a byte or two each, so that a queue
 * holds one view instead of many.
 *
 * @returns one view of both, of at most `max` bytes; undefined if they are not adjacent or too long
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
