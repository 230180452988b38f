/** Decodes which keys a terminal reports by the kitty keyboard protocol, on any keyboard layout. */

/** Code points below this are ASCII. */
const ASCII_MAX = 0x7f;

/**
 * The code points that a key stands for, from the first field of its sequence:
 * `code[:shifted[:base]]`, where `base` is the same key on a US keyboard. The base counts only if
 * the key itself is not ASCII (Cyrillic, Greek, Hebrew …), as otherwise it is another key: Ctrl and
 * the minus of a French keyboard is `45::54`, where a US keyboard has the 6.
 */
export function codesOf(field: string, shift: boolean): number[] {
  const [code = 0, shifted, base] = field.split(':').map(Number);
  const codes = [code];
  if (shift && shifted) codes.push(shifted);
  if (base && code > ASCII_MAX) codes.push(base);
  return codes;
}
