/** A terminal's colours for a picture that is looked at on a dark page or on a light one. */

/** The terminal's own two, the 16 with names (`0` … `15`), or any other as `#rrggbb`. */
export type Colour = 'text' | 'paper' | number | `#${string}`;

type Shade = readonly [dark: string, light: string];

const TEXT: Shade = ['#e6e6e6', '#1f2328'];
const PAPER: Shade = ['#1e1e2e', '#fbfbfd'];

/** On either paper each is at least 4 : 1 against it, but for black and for white, which are papers. */
const NAMED: readonly Shade[] = [
  ['#45475a', '#c9ccd6'],
  ['#f38ba8', '#c5123c'],
  ['#a6e3a1', '#2a7a1f'],
  ['#f9e2af', '#8a5a00'],
  ['#89b4fa', '#1a5fd0'],
  ['#f5c2e7', '#a3268f'],
  ['#94e2d5', '#0b7285'],
  ['#bac2de', '#4c5166'],
  ['#868ba5', '#6a6f86'],
  ['#f38ba8', '#c5123c'],
  ['#a6e3a1', '#2a7a1f'],
  ['#f9e2af', '#8a5a00'],
  ['#89b4fa', '#1a5fd0'],
  ['#f5c2e7', '#a3268f'],
  ['#94e2d5', '#0b7285'],
  ['#ffffff', '#000000'],
];

/** @param value a number of the palette, or 24 bits if `isRgb` */
export function colourOf(value: number, isRgb: boolean): Colour {
  if (isRgb) return hex([value >> 16, (value >> 8) & 255, value & 255]);
  if (value < NAMED.length) return value;
  if (value >= 232) return hex(Array<number>(3).fill(8 + 10 * (value - 232)));
  const level = (step: number) => (step === 0 ? 0 : 55 + 40 * step);
  const index = value - 16;
  return hex([level(Math.floor(index / 36)), level(Math.floor(index / 6) % 6), level(index % 6)]);
}

/** Gives each colour that is used a class of the style sheet. */
export class Colours {
  readonly #classes = new Map<Colour, string>();

  classOf(colour: Colour): string {
    const name = this.#classes.get(colour) ?? `c${this.#classes.size}`;
    this.#classes.set(colour, name);
    return name;
  }

  css(): string {
    const rules = (side: 0 | 1) =>
      [...this.#classes].map(([colour, name]) => `.${name}{fill:${shade(colour)[side]}}`).join('');
    return `${rules(0)}\n@media (prefers-color-scheme:light){${rules(1)}}`;
  }
}

function shade(colour: Colour): Shade {
  if (colour === 'text') return TEXT;
  if (colour === 'paper') return PAPER;
  if (typeof colour === 'number') return NAMED[colour] ?? TEXT;
  return [colour, turned(colour)];
}

/**
 * Of the same hue, and as far from the light paper as the colour is from the dark one: programs mix such
 * colours for the terminal that they are in.
 */
function turned(colour: string): string {
  const light = lightness(colour);
  const [paper, lightPaper] = [lightness(PAPER[0]), lightness(PAPER[1])];
  const way = (light - paper) / (lightness(TEXT[0]) - paper);
  const wanted = lightPaper + way * (lightness(TEXT[1]) - lightPaper);
  return hex(channels(colour).map((part) => part + wanted - light));
}

/** As people see it, from 0 to 255: green is light, blue is dark. */
function lightness(colour: string): number {
  const [red = 0, green = 0, blue = 0] = channels(colour);
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

function channels(colour: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}

function hex(parts: readonly number[]): `#${string}` {
  const bytes = parts.map((part) => Math.round(Math.min(255, Math.max(0, part))));
  return `#${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
