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

/**
 * How a code point changes the grapheme cluster (UAX #29) before it, if terminals disagree on the
 * width of the result; `none` for all others, such as combining marks.
 */
export const Role = {
  none: 0,
  /** Joins a ZWJ that follows a pictograph. */
  pictograph: 1,
  /** A skin tone: joins a pictograph. */
  modifier: 2,
  /** Two of them are a flag. */
  regional: 3,
  /** A mark that takes a column by itself, as in Hindi; also Thai and Lao AM. */
  spacing: 4,
  zwj: 5,
  /** Emoji style and text style. */
  variation: 6,
  /**
   * Takes no column, or one: format characters; viramas, after which some terminals join a
   * consonant.
   */
  format: 7,
} as const;

/** The first code point that has a role, or whose width is not 1. */
export const FIRST_UNUSUAL = 0x300;
const CACHED_CODE_POINTS = 0x20000;
const UNKNOWN = 255;
/** Of {@link charProperties}. */
export const CHAR_WIDTH = 3;
export const ROLE_SHIFT = 2;

/** Created on first use: compiling them takes 1 ms, and most text needs none of them. */
let classes:
  | Record<'zeroWidth' | 'emoji' | 'format' | 'spacing' | 'pictograph', RegExp>
  | undefined;
let cache: Uint8Array | undefined;

function look(codePoint: number): number {
  if (codePoint >= 0xd800 && codePoint <= 0xdfff) return 1;
  classes ??= {
    zeroWidth: new RegExp(`[\\p{Mn}\\p{Me}\\p{Cf}${JOINING_JAMO}\\u2028\\u2029]`, 'u'),
    emoji: /(?!\p{RI})\p{Emoji_Presentation}/u,
    format: /(?![\u{e0020}-\u{e007f}])[\p{Cf}\u094d\u09cd\u0acd\u0b4d\u0c4d\u0d4d]/u,
    spacing: /[\p{Mc}\u0e33\u0eb3]/u,
    pictograph: /\p{Extended_Pictographic}/u,
  };
  const text = String.fromCodePoint(codePoint);
  return widthOf(codePoint, text, classes) | (roleOf(codePoint, text, classes) << ROLE_SHIFT);
}

function widthOf(codePoint: number, text: string, is: NonNullable<typeof classes>): number {
  if (is.zeroWidth.test(text)) return 0;
  if (WIDE_RANGES.some(([first, last]) => codePoint >= first && codePoint <= last)) return 2;
  return is.emoji.test(text) ? 2 : 1;
}

function roleOf(codePoint: number, text: string, is: NonNullable<typeof classes>): number {
  if (codePoint === 0x200d) return Role.zwj;
  if (codePoint === 0xfe0e || codePoint === 0xfe0f) return Role.variation;
  if (codePoint >= 0x1f1e6 && codePoint <= 0x1f1ff) return Role.regional;
  if (codePoint >= 0x1f3fb && codePoint <= 0x1f3ff) return Role.modifier;
  if (is.pictograph.test(text)) return Role.pictograph;
  if (is.spacing.test(text)) return Role.spacing;
  return is.format.test(text) ? Role.format : Role.none;
}

/** Width and role in one number. */
export function charProperties(codePoint: number): number {
  if (codePoint < FIRST_UNUSUAL) return 1;
  if (codePoint >= CACHED_CODE_POINTS) return look(codePoint);
  cache ??= new Uint8Array(CACHED_CODE_POINTS).fill(UNKNOWN);
  let known = cache[codePoint] as number;
  if (known === UNKNOWN) {
    known = look(codePoint);
    cache[codePoint] = known;
  }
  return known;
}

/** Columns (0, 1 or 2) of a printable code point. */
export function charWidth(codePoint: number): 0 | 1 | 2 {
  return (charProperties(codePoint) & CHAR_WIDTH) as 0 | 1 | 2;
}

/** One of {@link Role}. */
export function clusterRole(codePoint: number): number {
  return charProperties(codePoint) >> ROLE_SHIFT;
}
