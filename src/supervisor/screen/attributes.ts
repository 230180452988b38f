/** The attributes of cells: reads them from the emulator, compares them, writes them as SGR. */
import { Cell, type ExtendedAttributes, type Line } from './emulator-internals.ts';

const UNDERLINE_STYLE_SHIFT = 26;
const FG_FLAGS = [
  { flag: Cell.bold, code: ';1' },
  { flag: Cell.blink, code: ';5' },
  { flag: Cell.inverse, code: ';7' },
  { flag: Cell.invisible, code: ';8' },
  { flag: Cell.strikethrough, code: ';9' },
];
const BG_FLAGS = [
  { flag: Cell.dim, code: ';2' },
  { flag: Cell.italic, code: ';3' },
  { flag: Cell.overline, code: ';53' },
];
const all = (flags: typeof FG_FLAGS) => flags.reduce((bits, { flag }) => bits | flag, 0);
const FG_STYLES = all(FG_FLAGS);
const BG_STYLES = all(BG_FLAGS);

/** The visible attributes: two looks are equal if their SGR and link are. */
export interface Look {
  readonly fg: number;
  readonly bg: number;
  /** Underline style and colour as in the emulator's extended attributes; 0 for none. */
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
  // Without extended attributes an underline is a single one; with them its style may be "none".
  const style = extended ? extended._ext >>> UNDERLINE_STYLE_SHIFT : 1;
  let shown = fg;
  if (underlined && (style & 7) === 0) shown &= ~Cell.underline;
  const color = underlined ? plainColor(extended._ext & Cell.color) : 0;
  const ext = shown & Cell.underline ? ((style & 7) << UNDERLINE_STYLE_SHIFT) | color : 0;
  return {
    fg: plainColor(shown),
    bg: plainColor(bg & ~(Cell.hasExtended | Cell.flowed)),
    extended: ext,
    link,
  };
}

/** The look of characters written next: keeps the underline colour even without an underline. */
export function lookOfPen(fg: number, bg: number, extended: ExtendedAttributes): Look {
  const look = lookOf(fg, bg, extended);
  return { ...look, extended: look.extended | plainColor(extended._ext & Cell.color) };
}

/** Clears bits that a palette colour does not use, left from an earlier RGB colour. */
function plainColor(word: number): number {
  const mode = word & Cell.colorMode;
  if (mode === 0) return word & ~Cell.rgb;
  // Signed in each case, so that equal words are equal numbers.
  return word & (mode === Cell.p16 || mode === Cell.p256 ? ~0xffff00 : ~0);
}

export function sameLook(a: Look, b: Look): boolean {
  return (
    a === b || (a.fg === b.fg && a.bg === b.bg && a.extended === b.extended && a.link === b.link)
  );
}

/** The look of an erased cell: only the background colour. */
export function backgroundOf(look: Look): Look {
  const bg = look.bg & Cell.color;
  return bg & Cell.colorMode ? { ...DEFAULT_LOOK, bg } : DEFAULT_LOOK;
}

export function hasBackground(look: Look): boolean {
  return (look.bg & Cell.colorMode) !== 0;
}

/**
 * The sequence that sets exactly this look, whatever was set before, except for links. Builds no array,
 * as text may need one of these sequences for each cell.
 */
export function sgr({ fg, bg, extended }: Look): string {
  let codes = '';
  if (fg & FG_STYLES) for (const { flag, code } of FG_FLAGS) if (fg & flag) codes += code;
  if (bg & BG_STYLES) for (const { flag, code } of BG_FLAGS) if (bg & flag) codes += code;
  if (fg & Cell.underline) codes += underline(extended);
  codes += underlineColor(extended) + color(fg, 30) + color(bg, 40);
  return codes === '' ? '\x1b[m' : `\x1b[0${codes}m`;
}

function underline(extended: number): string {
  const style = (extended >>> UNDERLINE_STYLE_SHIFT) & 7;
  return style > 1 ? `;4:${style}` : ';4';
}

/** With colons, so that a terminal that does not support it does not take parameters for attributes. */
function underlineColor(extended: number): string {
  if (extended === 0) return '';
  const value = extended & Cell.color;
  // The emulator stores "no underline colour" (SGR 59) as all bits set.
  if (value === Cell.color) return ';59';
  if ((value & Cell.colorMode) === Cell.p256) return `;58:5:${value & 0xff}`;
  if ((value & Cell.colorMode) !== Cell.colorMode) return '';
  return `;58:2::${(value >> 16) & 0xff}:${(value >> 8) & 0xff}:${value & 0xff}`;
}

function color(word: number, base: number): string {
  const value = word & 0xff;
  switch (word & Cell.colorMode) {
    case 0:
      return '';
    case Cell.p16:
      return `;${value < 8 ? base + value : base + 60 + value - 8}`;
    case Cell.p256:
      return `;${base + 8};5;${value}`;
    default:
      return `;${base + 8};2;${(word >> 16) & 0xff};${(word >> 8) & 0xff};${value}`;
  }
}
