/** Followed by `h` or `l`: the alternate screen, as all programs of today enter it. */
const ALTERNATE = '\x1b[?1049';
const SET = 0x68;

/**
 * Whether a terminal shows its alternate screen after these bytes, as it did `before` them. Good
 * enough where no restore sequence is known: a sequence that is cut by a read is not seen.
 */
export function alternateAfter(bytes: Uint8Array, before: boolean): boolean {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const at = view.lastIndexOf(ALTERNATE);
  return at < 0 ? before : view[at + ALTERNATE.length] === SET;
}
