/** A terminal's screen as a picture for the documents: SVG, so that it stays text. */
import type xterm from '@xterm/headless';

const CELL_WIDTH = 8.4;
const CELL_HEIGHT = 18;
const FONT_SIZE = 14;
const MARGIN = 12;
const BACKGROUND = '#1e1e2e';
const FOREGROUND = '#e6e6e6';

/** The 16 colours that have names. */
const NAMED = [
  ...['#45475a', '#f38ba8', '#a6e3a1', '#f9e2af', '#89b4fa', '#f5c2e7', '#94e2d5', '#bac2de'],
  ...['#6c7086', '#f38ba8', '#a6e3a1', '#f9e2af', '#89b4fa', '#f5c2e7', '#94e2d5', '#ffffff'],
];

interface Run {
  text: string;
  readonly column: number;
  columns: number;
  readonly foreground: string;
  readonly background: string;
  readonly bold: boolean;
}

/** @returns the visible screen as an SVG document */
export function screenSvg(terminal: xterm.Terminal): string {
  const { cols, rows } = terminal;
  const width = Math.ceil(cols * CELL_WIDTH + 2 * MARGIN);
  const height = rows * CELL_HEIGHT + 2 * MARGIN;
  const lines = Array.from({ length: rows }, (_, row) => lineSvg(runsOf(terminal, row), row));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="100%" height="100%" rx="6" fill="${BACKGROUND}"/>`,
    `<g font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${FONT_SIZE}" xml:space="preserve">`,
    ...lines.filter(Boolean),
    '</g>\n</svg>\n',
  ].join('\n');
}

function runsOf(terminal: xterm.Terminal, row: number): Run[] {
  const { active } = terminal.buffer;
  const line = active.getLine(active.baseY + row);
  const runs: Run[] = [];
  for (let column = 0; column < terminal.cols; column++) {
    const cell = line?.getCell(column);
    if (!cell || cell.getWidth() === 0) continue;
    const look = lookOf(cell);
    const text = cell.getChars() || ' ';
    const last = runs.at(-1);
    if (last && sameLook(last, look)) {
      last.text += text;
      last.columns += cell.getWidth();
    } else runs.push({ ...look, text, column, columns: cell.getWidth() });
  }
  return runs;
}

type Look = Pick<Run, 'foreground' | 'background' | 'bold'>;

function sameLook(a: Look, b: Look): boolean {
  return a.foreground === b.foreground && a.background === b.background && a.bold === b.bold;
}

function lookOf(cell: xterm.IBufferCell): Look {
  const foreground = cell.isFgDefault()
    ? FOREGROUND
    : colour(cell.getFgColor(), cell.isFgRGB() !== false);
  const background = cell.isBgDefault()
    ? BACKGROUND
    : colour(cell.getBgColor(), cell.isBgRGB() !== false);
  const bold = Boolean(cell.isBold());
  return cell.isInverse()
    ? { foreground: background, background: foreground, bold }
    : { foreground, background, bold };
}

function colour(value: number, isRgb: boolean): string {
  if (isRgb) return hex(value >> 16, (value >> 8) & 255, value & 255);
  const named = NAMED[value];
  if (named !== undefined) return named;
  if (value >= 232) return hex(...Array<number>(3).fill(8 + 10 * (value - 232)));
  const level = (step: number) => (step === 0 ? 0 : 55 + 40 * step);
  const index = value - 16;
  return hex(level(Math.floor(index / 36)), level(Math.floor(index / 6) % 6), level(index % 6));
}

function hex(...parts: number[]): string {
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

function lineSvg(runs: readonly Run[], row: number): string {
  const top = MARGIN + row * CELL_HEIGHT;
  return runs
    .flatMap(({ text, column, columns, foreground, background, bold }) => {
      const x = (MARGIN + column * CELL_WIDTH).toFixed(1);
      const width = (columns * CELL_WIDTH).toFixed(1);
      const box = `<rect x="${x}" y="${top}" width="${width}" height="${CELL_HEIGHT}" fill="${background}"/>`;
      const weight = bold ? ' font-weight="bold"' : '';
      const words = `<text x="${x}" y="${top + FONT_SIZE}" fill="${foreground}"${weight} textLength="${width}">${escaped(text)}</text>`;
      return [background === BACKGROUND ? '' : box, text.trim() === '' ? '' : words];
    })
    .filter(Boolean)
    .join('\n');
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
