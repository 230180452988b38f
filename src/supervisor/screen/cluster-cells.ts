/**
 * Reads what {@link Clusters} has marked in cells, and where terminals may disagree on their
 * characters.
 */
import {
  CHAR_WIDTH,
  charProperties,
  charWidth,
  clusterRole,
  Role,
} from '../../terminal/char-width.ts';
import { charsOf } from './cells.ts';
import { Cell, type Line } from './emulator-internals.ts';

/** Bit of the extended attributes (a part of xterm's underline variant, which only its renderer uses). */
export const BENEATH = 1 << 29;
const EMOJI_STYLE = '\ufe0f';

export function isFlowed(line: Line, x: number): boolean {
  return ((line._data[x * 3 + 2] as number) & Cell.flowed) !== 0;
}

export function isBeneath(line: Line, x: number): boolean {
  const extended = (line._data[x * 3 + 2] as number) & Cell.hasExtended;
  return extended !== 0 && ((line._extendedAttrs[x]?._ext ?? 0) & BENEATH) !== 0;
}

/** An erased cell beneath a cluster, with a background. */
export function isErasedBeneath(line: Line, x: number, bg: number): boolean {
  const { _data: data } = line;
  return (
    isBeneath(line, x) &&
    ((data[x * 3] as number) & Cell.hasContent) === 0 &&
    data[x * 3 + 1] === 0 &&
    data[x * 3 + 2] === (bg | Cell.hasExtended) >>> 0
  );
}

export function hasBeneath(line: Line): boolean {
  for (const x in line._extendedAttrs)
    if (Number(x) < line.length && isBeneath(line, Number(x))) return true;
  return false;
}

/** Whether terminals may disagree on how many columns the characters of one cell take. */
export function isDisputed(chars: string): boolean {
  let first = true;
  for (const char of chars) {
    const role = clusterRole(char.codePointAt(0) as number);
    if (role !== Role.none && !(first && role === Role.pictograph)) return true;
    first = false;
  }
  return false;
}

/**
 * Whether a cell's width differs from what its characters get with (`widens`) or without mode 2027,
 * as the program changed the mode after printing them.
 */
export function isOfOtherMode(line: Line, x: number, widens: boolean): boolean {
  const content = line._data[x * 3] as number;
  if (!(content & Cell.combined)) return false;
  const chars = charsOf(line, x);
  if (!chars.includes(EMOJI_STYLE) || charWidth(chars.codePointAt(0) as number) !== 1) return false;
  return content >>> Cell.widthShift === 2 ? !widens : widens;
}

/**
 * Whether the characters of a cell would join those to its left if they were written right after
 * them.
 */
export function wouldJoin(line: Line, x: number): boolean {
  if (x === 0 && !line.isWrapped) return false;
  const role = clusterRole(charsOf(line, x).codePointAt(0) ?? 0);
  if (role === Role.spacing || role === Role.modifier) return true;
  if (role !== Role.pictograph && role !== Role.regional) return false;
  if (x === 0) return true;
  const left = charsOf(line, (line._data[(x - 1) * 3] as number) === 0 ? x - 2 : x - 1);
  return role === Role.pictograph
    ? left.includes('\u200d')
    : clusterRole(left.codePointAt(0) ?? 0) === role;
}

/**
 * A cell to the right of a one-column cluster that is covered in terminals where the cluster takes
 * two columns.
 */
export function isCovered(line: Line, x: number): boolean {
  if (x === 0) return false;
  const left = line._data[(x - 1) * 3] as number;
  if (!(left & Cell.combined) || left >>> Cell.widthShift !== 1) return false;
  const own = line._data[x * 3] as number;
  if ((own & Cell.hasContent) !== 0 && !isBeneath(line, x)) return false;
  return !isFlowed(line, x) && charsOf(line, x - 1).includes(EMOJI_STYLE);
}

/** A character that has columns of its own and is not part of a cluster: most non-Latin ones. */
export function isOrdinary(content: number): boolean {
  if (content & Cell.combined) return false;
  const known = charProperties(content & Cell.codePoint);
  return known > 0 && known <= CHAR_WIDTH;
}
