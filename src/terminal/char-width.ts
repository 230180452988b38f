/**
 * How many columns a character takes. The emulator's own table is Unicode 6, in which an emoji is
 * one column wide; every terminal in use, and Codex, takes two, and text after an emoji would land
 * one column off in a picture that is given back.
 */

/** Ranges of East Asian Wide and Fullwidth (Unicode 16) that are not emoji; pairs, ends included. */
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

const FIRST_UNUSUAL = 0x300;
const CACHED_CODE_POINTS = 0x20000;
const UNKNOWN = 255;
const ZERO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}\u{1160}-\u{11ff}\u{d7b0}-\u{d7ff}\u{2028}\u{2029}]/u;
const EMOJI = /\p{Emoji_Presentation}/u;
const REGIONAL_INDICATOR = /[\u{1f1e6}-\u{1f1ff}]/u;

let cache: Uint8Array | undefined;

function look(codePoint: number): number {
  if (codePoint >= 0xd800 && codePoint <= 0xdfff) return 1;
  const text = String.fromCodePoint(codePoint);
  if (ZERO_WIDTH.test(text)) return 0;
  if (WIDE_RANGES.some(([first, last]) => codePoint >= first && codePoint <= last)) return 2;
  return EMOJI.test(text) && !REGIONAL_INDICATOR.test(text) ? 2 : 1;
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
