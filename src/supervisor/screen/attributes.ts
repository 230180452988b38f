/** A cell's attributes: read from the emulator's words, compared, and written as SGR. */
import { Cell, type ExtendedAttributes, type Line } from './emulator-internals.ts';

const UNDERLINE_STYLE_SHIFT = 26;
const FG_FLAGS: readonly (readonly [number, number])[] = [
  [Cell.bold, 1],
  [Cell.blink, 5],
  [Cell.inverse, 7],
  [Cell.invisible, 8],
  [Cell.strikethrough, 9],
];
const BG_FLAGS: readonly (readonly [number, number])[] = [
  [Cell.dim, 2],
  [Cell.italic, 3],
  [Cell.overline, 53],
];

/** Nothing but what can be seen: two looks are the same if their SGR and link are. */
export interface Look {
  readonly fg: number;
  readonly bg: number;
  /** Underline style and colour as in the emulator's extended attributes; 0 without. */
  readonly extended: number;
  readonly link: number;
}

export const DEFAULT_LOOK: Look = { fg: 0, bg: 0, extended: 0, link: 0 };

export function lookOfCell(line: Line, index: number): Look {
  const fg = line._data[index * 3 + 1] as number;
  const bg = line._data[index * 3 + 2] as number;
  if (fg === 0 && bg === 0) return DEFAULT_LOOK;
  return lookOf(fg, bg, bg & Cell.hasExtended ? line._extendedAttrs[index] : undefined);
}

export function lookOf(fg: number, bg: number, extended?: ExtendedAttributes): Look {
  const underlined = extended && fg & Cell.underline;
  const link = extended?.urlId ?? 0;
  // Without extended attributes an underline is a plain one; with them it may be "none".
  const style = extended ? extended._ext >>> UNDERLINE_STYLE_SHIFT : 1;
  let shown = fg;
  if (underlined && (style & 7) === 0) shown &= ~Cell.underline;
  const color = underlined ? plainColor(extended._ext & Cell.color) : 0;
  const ext = shown & Cell.underline ? ((style & 7) << UNDERLINE_STYLE_SHIFT) | color : 0;
  return { fg: plainColor(shown), bg: plainColor(bg & ~Cell.hasExtended), extended: ext, link };
}

/** The look of what is written next: an underline colour counts before there is an underline. */
export function lookOfPen(fg: number, bg: number, extended: ExtendedAttributes): Look {
  const look = lookOf(fg, bg, extended);
  return { ...look, extended: look.extended | plainColor(extended._ext & Cell.color) };
}

/** Without what an earlier RGB colour left in the bits that a palette colour does not use. */
function plainColor(word: number): number {
  const mode = word & Cell.colorMode;
  if (mode === 0) return word & ~Cell.rgb;
  return mode === Cell.p16 || mode === Cell.p256 ? word & ~0xffff00 : word;
}

export function sameLook(a: Look, b: Look): boolean {
  return (
    a === b || (a.fg === b.fg && a.bg === b.bg && a.extended === b.extended && a.link === b.link)
  );
}

/** Only the background colour, which is all that erasing leaves in a cell. */
export function backgroundOf(look: Look): Look {
  const bg = look.bg & Cell.color;
  return bg & Cell.colorMode ? { ...DEFAULT_LOOK, bg } : DEFAULT_LOOK;
}

export function hasBackground(look: Look): boolean {
  return (look.bg & Cell.colorMode) !== 0;
}

/** The sequence that sets exactly this look, whatever was set before; links not included. */
export function sgr(look: Look): string {
  const codes: (number | string)[] = [];
  for (const [flag, code] of FG_FLAGS) if (look.fg & flag) codes.push(code);
  for (const [flag, code] of BG_FLAGS) if (look.bg & flag) codes.push(code);
  if (look.fg & Cell.underline) codes.push(underline(look.extended));
  codes.push(...underlineColor(look.extended));
  codes.push(...color(look.fg, 30), ...color(look.bg, 40));
  return codes.length === 0 ? '\x1b[m' : `\x1b[0;${codes.join(';')}m`;
}

function underline(extended: number): string {
  const style = (extended >>> UNDERLINE_STYLE_SHIFT) & 7;
  return style > 1 ? `4:${style}` : '4';
}

/** With colons, so that a terminal that does not know it does not take the rest for attributes. */
function underlineColor(extended: number): string[] {
  const value = extended & Cell.color;
  // "No underline colour" (SGR 59) is kept by the emulator as all bits set.
  if (value === Cell.color) return ['59'];
  if ((value & Cell.colorMode) === Cell.p256) return [`58:5:${value & 0xff}`];
  if ((value & Cell.colorMode) !== Cell.colorMode) return [];
  return [`58:2::${(value >> 16) & 0xff}:${(value >> 8) & 0xff}:${value & 0xff}`];
}

function color(word: number, base: 30 | 40): (number | string)[] {
  const value = word & 0xff;
  switch (word & Cell.colorMode) {
    case 0:
      return [];
    case Cell.p16:
      return [value < 8 ? base + value : base + 60 + value - 8];
    case Cell.p256:
      return [base + 8, 5, value];
    default:
      return [base + 8, 2, (word >> 16) & 0xff, (word >> 8) & 0xff, value];
  }
}
