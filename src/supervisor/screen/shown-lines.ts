/**
 * What a terminal has been shown of a session, so that it later gets exactly the lines that it
 * lacks: its own scrollback has all lines above `top`, and its screen had those from `top` on.
 */
import { charsOf } from './cells.ts';
import type { Emulator } from './emulator.ts';
import { Cell, type Line, type ScreenBuffer } from './emulator-internals.ts';
import type { LineAnchor } from './line-anchors.ts';
import { type OwnModes, undoSequence } from './mode-sequences.ts';
import type { SafeEmulator } from './safe-emulator.ts';
import { readable } from './scrollback/index.ts';

export interface ShownLines {
  readonly top: LineAnchor;
  /** Hashes of the unwrapped lines from `top` on, without blank ones at the end. */
  readonly hashes: readonly number[];
  /** Undoes the modes that the program had set. */
  readonly undo: string;
  /** See {@link toLineBelow}. */
  readonly below: string;
}

export class ShownLinesOfScreen {
  readonly #emulator: SafeEmulator;
  readonly #flush: () => void;

  constructor(emulator: SafeEmulator, flush: () => void) {
    this.#emulator = emulator;
    this.#flush = flush;
  }

  /**
   * What a terminal shows that has been sent the output parsed so far, and had the modes `own`
   * before. Does not flush, for callbacks of `whenParsed`. To be released.
   */
  asParsed(own?: OwnModes): ShownLines | undefined {
    return this.#emulator.run((emulator) => shownLines(emulator, own));
  }

  /** Number of lines above the main screen; does not flush. */
  get linesAbove(): number {
    return this.#emulator.ready().core.buffers.normal.ybase;
  }

  /**
   * The number of lines above the screen that such a terminal lacks now. `keepsScreen`: what was on
   * its screen is scrolled into its scrollback; otherwise it is overwritten.
   */
  linesSince(shown: ShownLines, keepsScreen: boolean): number {
    this.#flush();
    return this.#emulator.run((emulator) => linesSince(emulator, shown, keepsScreen)) ?? 0;
  }

  release({ top }: ShownLines): void {
    this.#emulator.run(({ anchors }) => anchors.remove(top));
  }

  /** For a successor: by how many lines `top` is above the screen; negative if it is on it. */
  linesAboveOf({ top }: ShownLines): number {
    this.#flush();
    return this.linesAbove - this.#emulator.ready().anchors.rowOf(top);
  }

  /** The reverse of {@link linesAboveOf}; does not flush. */
  topAbove(lines: number): LineAnchor {
    const { anchors, core } = this.#emulator.ready();
    const { ybase } = core.buffers.normal;
    return anchors.add(Math.min(Math.max(0, ybase - lines), ybase + core.rows - 1));
  }
}

function shownLines(emulator: Emulator, own?: OwnModes): ShownLines {
  const { normal } = emulator.core.buffers;
  const top = emulator.anchors.add(normal.ybase);
  const hashes = unwrapped(normal, top.line, lastRow(emulator) + 1).map(({ hash }) => hash);
  return { top, hashes, undo: undoSequence(emulator, own), below: toLineBelow(emulator) };
}

function linesSince(emulator: Emulator, shown: ShownLines, keepsScreen: boolean): number {
  const { normal } = emulator.core.buffers;
  const { top } = shown;
  let row = emulator.anchors.rowOf(top);
  if (keepsScreen && top.buffer === normal && top.line >= 0) {
    const lines = unwrapped(normal, top.line, normal.ybase + emulator.core.rows);
    const changed = lines.findIndex(({ hash }, i) => hash !== shown.hashes[i]);
    const same = changed < 0 ? lines : lines.slice(0, changed);
    row = Math.max(row, same.at(-1)?.end ?? 0);
  }
  return Math.max(0, normal.ybase - row);
}

/** The last row of the main screen that is not blank; the row above the screen if all are. */
function lastRow({ core }: Emulator): number {
  const { ybase, lines } = core.buffers.normal;
  let row = ybase + core.rows - 1;
  while (row >= ybase && textOf(lines.get(row) as Line).trimEnd() === '') row--;
  return row;
}

/**
 * Moves the cursor to the line below the program's last line, if it has drawn on the main screen.
 */
export function toLineBelow(emulator: Emulator): string {
  const { normal } = emulator.core.buffers;
  const { ybase } = normal;
  const last = lastRow(emulator);
  if (emulator.onAlternate && last < ybase) return '';
  const { x, y } = emulator.onAlternate ? (emulator.savedCursor(normal) ?? HOME) : normal;
  const down = Math.max(0, last - ybase - y);
  if (down === 0 && x === 0) return '';
  return `${down > 0 ? `\x1b[${down}B` : ''}\r\n`;
}

const HOME = { x: 0, y: 0 };

/**
 * The unwrapped lines from row `from` up to `before` (exclusive); `end`: the row after the line.
 */
function unwrapped({ lines }: ScreenBuffer, from: number, to: number) {
  const found: { end: number; hash: number }[] = [];
  for (let row = from; row < to; ) {
    let text = textOf(lines.get(row) as Line);
    for (row++; row < to && lines.get(row)?.isWrapped; row++)
      text += textOf(lines.get(row) as Line);
    found.push({ end: row, hash: hashOf(text.trimEnd()) });
  }
  return found;
}

function textOf(line: Line): string {
  const cells = readable(line);
  let text = '';
  for (let x = 0; x < cells.length; x++)
    if ((cells._data[x * 3] as number) >>> Cell.widthShift > 0) text += charsOf(cells, x) || ' ';
  return text;
}

/** FNV-1a, 32 bits, over UTF-16 units. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
