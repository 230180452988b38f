/** The keys that a terminal reports by the kitty keyboard protocol, whatever the keyboard's layout. */

/** Code points up to here are in ASCII. */
const ASCII_MAX = 0x7f;

/**
 * The code points that a key stands for, from the first field of its sequence:
 * `code[:shifted[:base]]`, where `base` is of the same key on a US keyboard.
 *
 * The base counts only where the key itself is not in ASCII (Cyrillic, Greek, Hebrew …), as it is
 * another key elsewhere: Ctrl and the minus of a French keyboard is `45::54`, the place of Ctrl-6.
 */
export function codesOf(field: string, shift: boolean): number[] {
  const [code = 0, shifted, base] = field.split(':').map(Number);
  const codes = [code];
  if (shift && shifted) codes.push(shifted);
  if (base && code > ASCII_MAX) codes.push(base);
  return codes;
}
