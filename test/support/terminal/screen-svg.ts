/**
 * Screens of a terminal as a picture for the documents: SVG, so that it stays text. Several of them are a
 * film. Our own, as svg-term, the library for asciicasts, rests on versions of React and lodash of 2019.
 */
import type xterm from '@xterm/headless';
import { type Run, screenRuns } from './screen-runs.ts';
import { Colours } from './svg-colours.ts';

export interface Frame {
  readonly lines: readonly (readonly Run[])[];
  readonly seconds: number;
}

const CELL_WIDTH = 8.4;
const CELL_HEIGHT = 18;
const FONT_SIZE = 14;
const MARGIN = 12;
const FONTS = "ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace";

/** @returns the visible screen as an SVG document */
export function screenSvg(terminal: xterm.Terminal): string {
  return filmSvg([{ lines: screenRuns(terminal), seconds: 1 }], terminal.cols);
}

/**
 * Frames that follow each other for ever. They lie side by side, and the strip is moved.
 * @param still the index of the frame for those who want no motion, or cannot have it
 */
export function filmSvg(frames: readonly Frame[], cols: number, still = 0): string {
  const width = Math.ceil(cols * CELL_WIDTH + 2 * MARGIN);
  const rows = Math.max(...frames.map(({ lines }) => lines.length));
  const height = rows * CELL_HEIGHT + 2 * MARGIN;
  const colours = new Colours();
  colours.classOf('text');
  const paper = colours.classOf('paper');
  const lines = new Lines(colours);
  const strip = frames.map((frame, at) => frameSvg(frame, at * width, lines));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<style>${colours.css()}`,
    `text{font:${FONT_SIZE}px ${FONTS};white-space:pre}rect:not([rx]){shape-rendering:crispEdges}.b{font-weight:bold}.d{fill-opacity:.7}.i{font-style:italic}.u{text-decoration:underline}`,
    `${frames.length > 1 ? motion(frames, width, still) : ''}</style>`,
    `<defs>\n${lines.svg()}\n</defs>`,
    `<rect width="100%" height="100%" rx="6" class="${paper}"/>`,
    `<g id="film">\n${strip.join('\n')}\n</g>\n</svg>\n`,
  ].join('\n');
}

function frameSvg(frame: Frame, x: number, known: Lines): string {
  const uses = frame.lines.flatMap((runs, row) => {
    const id = known.idOf(runs);
    return id === undefined ? [] : [`<use href="#${id}" y="${MARGIN + row * CELL_HEIGHT}"/>`];
  });
  return `<g transform="translate(${x})">${uses.join('')}</g>`;
}

function motion(frames: readonly Frame[], width: number, still: number): string {
  const all = frames.reduce((sum, { seconds }) => sum + seconds, 0);
  let before = 0;
  const stops = frames.map(({ seconds }, at) => {
    const percent = Number(((100 * before) / all).toFixed(2));
    before += seconds;
    return `${percent}%{transform:translateX(-${at * width}px)}`;
  });
  const end = `100%{transform:translateX(-${(frames.length - 1) * width}px)}`;
  return `@keyframes film{${stops.join('')}${end}}
#film{transform:translateX(-${still * width}px)}
@media (prefers-reduced-motion:no-preference){#film{animation:film ${Number(all.toFixed(2))}s steps(1,end) infinite}}`;
}

/** Each line is drawn once, in however many frames it is. */
class Lines {
  readonly #ids = new Map<string, string>();
  readonly #colours: Colours;

  constructor(colours: Colours) {
    this.#colours = colours;
  }

  /** `undefined`: there is nothing to see. */
  idOf(runs: readonly Run[]): string | undefined {
    const drawn = runs.map((run) => runSvg(run, this.#colours)).join('');
    if (drawn === '') return undefined;
    const id = this.#ids.get(drawn) ?? `l${this.#ids.size}`;
    this.#ids.set(drawn, id);
    return id;
  }

  svg(): string {
    return [...this.#ids].map(([drawn, id]) => `<g id="${id}">${drawn}</g>`).join('\n');
  }
}

function runSvg(run: Run, colours: Colours): string {
  const { text, column, columns, foreground, background, bold, dim, italic, underline } = run;
  const x = number(MARGIN + column * CELL_WIDTH);
  const width = number(columns * CELL_WIDTH);
  const box =
    background === 'paper'
      ? ''
      : `<rect class="${colours.classOf(background)}" x="${x}" width="${width}" height="${CELL_HEIGHT}"/>`;
  // Spaces at the ends are nothing to draw, but the text in between has to keep its place.
  const words = text.trim();
  if (words === '') return box;
  const before = text.length - text.trimStart().length;
  const after = text.length - text.trimEnd().length;
  const left = number(MARGIN + (column + before) * CELL_WIDTH);
  const length = number((columns - before - after) * CELL_WIDTH);
  const marks = [bold && ' b', dim && ' d', italic && ' i', underline && ' u'].filter(Boolean);
  const look = `${colours.classOf(foreground)}${marks.join('')}`;
  return `${box}<text class="${look}" x="${left}" y="${FONT_SIZE}" textLength="${length}">${escaped(words)}</text>`;
}

function number(value: number): string {
  return String(Number(value.toFixed(1)));
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
