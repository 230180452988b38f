/** Ends a script's input of which a program has taken only a part. */

const ESC = 0x1b;
const PASTE_START = Buffer.from('\x1b[200~');
const PASTE_END = Buffer.from('\x1b[201~');
/** No key's sequence is longer. */
const SEQUENCE_MAX_BYTES = 32;

/**
 * What must still follow the first `taken` of these bytes, so that later input is read for itself: the
 * rest of a character or of a key, and the end of a paste, but nothing that submits it.
 */
export function endOfCut(input: Uint8Array, taken: number): Uint8Array {
  const bytes = Buffer.from(input.buffer, input.byteOffset, input.length);
  if (taken === 0) return bytes.subarray(0, 0);
  if (!bytes.subarray(0, PASTE_START.length).equals(PASTE_START)) {
    const isKey = bytes[0] === ESC && bytes.length <= SEQUENCE_MAX_BYTES;
    return isKey ? bytes.subarray(taken) : bytes.subarray(taken, endOfCharacter(bytes, taken));
  }
  const pasteEnd = bytes.indexOf(PASTE_END);
  const end = pasteEnd + PASTE_END.length;
  // Of the key that submits it the program has a part, and would take the next input for the rest.
  if (pasteEnd < 0 || taken > end) return bytes.subarray(taken);
  if (taken >= pasteEnd) return bytes.subarray(taken, end);
  const from = Math.max(PASTE_START.length, endOfCharacter(bytes, taken));
  return Buffer.concat([bytes.subarray(taken, from), PASTE_END]);
}

function endOfCharacter(bytes: Uint8Array, at: number): number {
  let end = at;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end++;
  return end;
}
