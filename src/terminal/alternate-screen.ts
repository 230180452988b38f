/** Followed by `h` or `l`: how current programs enter and leave the alternate screen. */
const ALTERNATE = '\x1b[?1049';
const SET = 0x68;

/**
 * Whether a terminal shows its alternate screen after these bytes; `before`: whether it did before
 * them. An approximation for when no restore sequence is known: it misses a sequence that is split
 * across two reads.
 */
export function alternateAfter(bytes: Uint8Array, before: boolean): boolean {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const at = view.lastIndexOf(ALTERNATE);
  return at < 0 ? before : view[at + ALTERNATE.length] === SET;
}
