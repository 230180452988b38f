/**
 * How many columns a character takes. The emulator's own table is Unicode 6, in which an emoji takes
 * one column; current terminals, and Codex, give it two, so the text after an emoji would be one
 * column off in a redraw.
 */

/** Inclusive ranges of East Asian Wide and Fullwidth (Unicode 16) that are not emoji. */
const WIDE_RANGES: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2329, 0x232a],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18dff],
  [0x1aff0, 0x1b2ff],
  [0x1d300, 0x1d376],
  [0x1f200, 0x1f265],
  [0x20000, 0x2fffd],
  [0x30000, 0x3fffd],
];

/** For a RegExp class: Hangul vowels and final consonants, which join the preceding syllable. */
export const JOINING_JAMO = '\\u1160-\\u11ff\\ud7b0-\\ud7ff';

const FIRST_UNUSUAL = 0x300;
const CACHED_CODE_POINTS = 0x20000;
const UNKNOWN = 255;

/** Created on first use: compiling them takes 1 ms, and most text needs neither. */
let classes: { readonly zeroWidth: RegExp; readonly emoji: RegExp } | undefined;
let cache: Uint8Array | undefined;

function look(codePoint: number): number {
  if (codePoint >= 0xd800 && codePoint <= 0xdfff) return 1;
  classes ??= {
    zeroWidth: new RegExp(`[\\p{Mn}\\p{Me}\\p{Cf}${JOINING_JAMO}\\u2028\\u2029]`, 'u'),
    emoji: /(?!\p{RI})\p{Emoji_Presentation}/u,
  };
  const text = String.fromCodePoint(codePoint);
  if (classes.zeroWidth.test(text)) return 0;
  if (WIDE_RANGES.some(([first, last]) => codePoint >= first && codePoint <= last)) return 2;
  return classes.emoji.test(text) ? 2 : 1;
}

/** Columns (0, 1 or 2) of a printable code point. */
export function charWidth(codePoint: number): 0 | 1 | 2 {
  if (codePoint < FIRST_UNUSUAL) return 1;
  if (codePoint >= CACHED_CODE_POINTS) return look(codePoint) as 0 | 1 | 2;
  cache ??= new Uint8Array(CACHED_CODE_POINTS).fill(UNKNOWN);
  let width = cache[codePoint] as number;
  if (width === UNKNOWN) {
    width = look(codePoint);
    cache[codePoint] = width;
  }
  return width as 0 | 1 | 2;
}
