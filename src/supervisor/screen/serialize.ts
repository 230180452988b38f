/**
 * Serializes a screen: the bytes make a freshly reset terminal of the same size show the same, and
 * react the same to subsequent bytes. See LineWriter for the cells.
 */
import { charWidth } from '../../terminal/char-width.ts';
import { CLUSTERS } from '../../terminal/private-modes.ts';
import { DEFAULT_LOOK, type Look, lookOf, lookOfCell, lookOfPen, sameLook } from './attributes.ts';
import { charsOf, isMark } from './cells.ts';
import { isDisputed, isFlowed, isOfOtherMode } from './cluster-cells.ts';
import type { Emulator, SavedCursor } from './emulator.ts';
import { Cell, type Charset, type Line, type ScreenBuffer } from './emulator-internals.ts';
import { LineWriter } from './line-writer.ts';
import { keyboardSequence, modeSequence } from './mode-sequences.ts';
import { readable } from './scrollback/index.ts';
import { tabSequence } from './tab-stops.ts';

export interface SerializeOptions {
  /** Number of lines above the screen to include; default: all. */
  scrollback?: number | undefined;
  /**
   * False: if the program is on the alternate screen, the terminal's main screen and cursor stay
   * unchanged, for when the user returns to them.
   */
  main?: boolean;
}

/** In pieces, so that several MB are copied only once. */
export function serialized(emulator: Emulator, options: SerializeOptions = {}): Uint8Array[] {
  const { core, onAlternate } = emulator;
  const { normal, alt } = core.buffers;
  const { modes } = emulator.extra;
  const clustering = modes.values.get(CLUSTERS);
  const writer = new LineWriter(core.cols, (id) => emulator.link(id), clustering);
  const sync = core.coreService.decPrivateModes.synchronizedOutput;
  writer.raw('\x1b[?2026h');
  writer.raw(modes.widthSequence);
  writeAway(emulator, writer);
  writer.raw(keyboardSequence(emulator.extra.keyboard.main));
  if (!onAlternate || options.main !== false) {
    writeBuffer(emulator, writer, normal, options.scrollback ?? normal.ybase);
  }
  if (onAlternate) {
    // Entering it saves the main screen's cursor, which is therefore at its saved position now.
    writer.raw(`\x1b[?1049h\x1b[m${DEFAULT_CHARSETS}\x1b[?6l\x1b[r\x1b[H\x1b[2J`);
    writer.raw(keyboardSequence(emulator.extra.keyboard.alternate));
    writeBuffer(emulator, writer, alt, 0);
  }
  writer.raw(modeSequence(emulator));
  writeCursor(emulator, writer, sync);
  return writer.take();
}

const DEFAULT_CHARSETS = '\x1b(B\x1b)B\x1b*B\x1b+B\x0f';

/** The state of the alternate screen while it is not shown: keyboard flags, saved cursor. */
function writeAway(emulator: Emulator, writer: LineWriter): void {
  const { core, extra, onAlternate } = emulator;
  if (onAlternate) return;
  const keyboard = keyboardSequence(extra.keyboard.alternate);
  const saved = emulator.savedCursor(core.buffers.alt);
  if (keyboard === '' && !saved) return;
  writer.raw(`\x1b[?1047h${keyboard}`);
  if (saved) writeSavedCursor(writer, saved);
  writer.raw('\x1b[?1047l\x1b[H');
}

/** Cells, margins, tab stops and saved cursor of one of the two screens. */
function writeBuffer(
  emulator: Emulator,
  writer: LineWriter,
  buffer: ScreenBuffer,
  scrollback: number,
): void {
  const { rows } = emulator.core;
  const lines = rawLines(buffer, rows, scrollback);
  // Blank rows at the end are not written, so that nothing scrolls in a terminal where a line above
  // takes one row more.
  if (lines.length === rows) {
    while (lines.length > 0 && isBlank(readable(lines.at(-1) as Line))) lines.pop();
  }
  if (lines.length > 0) {
    writer.writeLines(lines, rows, buffer === emulator.core.buffers.alt);
    writer.setLook(DEFAULT_LOOK);
  }
  writer.raw(tabSequence(buffer, emulator.core.cols));
  const saved = emulator.savedCursor(buffer);
  const leaving = buffer === emulator.core.buffers.normal && emulator.onAlternate;
  if (saved) writeSavedCursor(writer, saved);
  else if (leaving) writer.raw('\x1b[H');
  const { scrollTop, scrollBottom } = buffer;
  if (scrollTop !== 0 || scrollBottom !== rows - 1) {
    writer.raw(`\x1b[${scrollTop + 1};${scrollBottom + 1}r`);
  }
  // Setting the margins moved the cursor, whose position entering the other screen saves.
  if (leaving && saved) writer.raw('\x1b8');
}

function writeSavedCursor(writer: LineWriter, saved: SavedCursor): void {
  if (saved.origin) writer.raw('\x1b[?6h');
  writer.raw(`\x1b[${saved.y + 1};${saved.x + 1}H`);
  writer.setLook(lookOfPen(saved.fg, saved.bg, withoutLink(saved)));
  writer.raw(charsetSequence(saved.charsets, saved.glevel));
  writer.raw('\x1b7');
  writer.setLook(DEFAULT_LOOK);
  writer.raw(`${charsetReset(saved.charsets)}${saved.origin ? '\x1b[?6l' : ''}`);
}

function withoutLink({ extended }: SavedCursor): SavedCursor['extended'] {
  const copy = extended.clone();
  copy.urlId = 0;
  return copy;
}

/** The last lines of a buffer, unpacked. */
export function linesOf(buffer: ScreenBuffer, rows: number, scrollback: number): Line[] {
  return rawLines(buffer, rows, scrollback).map(readable);
}

function rawLines(buffer: ScreenBuffer, rows: number, scrollback: number): Line[] {
  const lines: Line[] = [];
  for (let i = Math.max(0, buffer.ybase - scrollback); i < buffer.ybase + rows; i++) {
    lines.push(buffer.lines.get(i) as Line);
  }
  return lines;
}

export function isBlank(line: Line): boolean {
  if (line.isWrapped) return false;
  const { _data: data } = line;
  for (let i = 0; i < data.length; i += 3) {
    if ((data[i] as number) & Cell.hasContent || data[i + 1] !== 0 || data[i + 2] !== 0) {
      return false;
    }
  }
  return true;
}

function charsetSequence(charsets: readonly (string | undefined)[], glevel: number): string {
  const designated = ['(', ')', '*', '+'].map((g, i) => {
    const flag = charsets[i];
    return flag === undefined || flag === 'B' ? '' : `\x1b${g}${flag}`;
  });
  return designated.join('') + (['', '\x0e', '\x1bn', '\x1bo'][glevel] ?? '');
}

function charsetReset(charsets: readonly (string | undefined)[]): string {
  const designated = ['(', ')', '*', '+'].filter((_, i) => (charsets[i] ?? 'B') !== 'B');
  return `${designated.map((g) => `\x1b${g}B`).join('')}\x0f`;
}

/**
 * The cursor's position, the attributes of the next character, and whether that wraps or joins the
 * character before: for the latter that one must be written again, last of all.
 */
function writeCursor(emulator: Emulator, writer: LineWriter, sync: boolean): void {
  const { core } = emulator;
  const { active } = core.buffers;
  const { fg, bg, extended } = core._inputHandler._curAttrData;
  const current = lookOfPen(fg, bg, extended);
  const line = active.lines.get(active.ybase + active.y) as Line;
  const back = cellBefore(line, active.x);
  const { origin } = core.coreService.decPrivateModes;
  const row = active.y - (origin ? active.scrollTop : 0) + 1;
  if (origin) writer.raw('\x1b[?6h');
  const pending = active.x >= core.cols;
  const flow = emulator.clusters.flows ? flowStart(line, active.x, back) : undefined;
  if (joinsCellBefore(emulator, line, back)) {
    const start = flow ?? back;
    writer.raw(`\x1b[${row};${start + 1}H`);
    if (start < back) writer.rewrite(line, start, back);
    writer.setLook(current);
    writeLastModes(emulator, writer, sync);
    const chars = charsOf(line, back);
    // What joins the first of them does not move anything.
    if (core.coreService.modes.insertMode)
      writer.raw(`\x1b[${charWidth(chars.codePointAt(0) as number)}P`);
    writer.raw(beforeCharset(chars, core._charsetService.charset) as string);
    return;
  }
  if (flow !== undefined && !(pending && charsOf(line, back) === '')) {
    writer.raw(`\x1b[${row};${flow + 1}H`);
    writer.rewrite(line, flow, active.x);
  } else {
    writer.raw(`\x1b[${row};${(pending ? back : active.x) + 1}H`);
    if (pending) writePending(writer, line, back);
  }
  writer.setLook(current);
  writeLastModes(emulator, writer, sync);
}

/**
 * Where to begin so that the cursor ends up after text that follows a cluster: at that cluster.
 * Undefined if it is no longer in this row.
 */
function flowStart(line: Line, cursor: number, back: number): number | undefined {
  // The cursor was moved into a wide character.
  if (cursor < line.length && line.getWidth(cursor) === 0) return undefined;
  const isAfter = (x: number) => {
    const content = line._data[x * 3] as number;
    return isFlowed(line, x) || (content & Cell.hasContent) === 0;
  };
  let x = back;
  while (x > 0 && isAfter(x)) x--;
  return isDisputed(charsOf(line, x)) && !isMark(line, x) ? x : undefined;
}

/** Modes that affect how cells are written, hence last. */
function writeLastModes(emulator: Emulator, writer: LineWriter, sync: boolean): void {
  const { core } = emulator;
  writer.raw(charsetSequence(emulator.charsets(), core._charsetService.glevel));
  if (core.coreService.modes.insertMode) writer.raw('\x1b[4h');
  if (!sync) writer.raw('\x1b[?2026l');
}

/** Whether a combining mark or REP that comes next would apply to the cell before. */
function joinsCellBefore({ core, extra }: Emulator, line: Line, back: number): boolean {
  const { precedingJoinState } = core._inputHandler._parser;
  const { fg, bg, extended } = core._inputHandler._curAttrData;
  const seen = lookOf(fg, bg, bg & Cell.hasExtended ? extended : undefined);
  return (
    (precedingJoinState & 6) !== 0 &&
    core.buffers.active.x > 0 &&
    // The parser remembers even a wide character that did not fit and was dropped.
    charsOf(line, back) !== '' &&
    !isOfOtherMode(line, back, extra.modes.values.get(CLUSTERS) === true) &&
    beforeCharset(charsOf(line, back), core._charsetService.charset) !== undefined &&
    sameLook(lookOfCell(line, back), seen)
  );
}

/** What to write under a charset to get these characters; undefined if impossible. */
function beforeCharset(chars: string, charset: Charset): string | undefined {
  const first = chars.charAt(0);
  if (!charset || charset[first] === undefined || charset[first] === first) return chars;
  const [source] = Object.entries(charset).find(([, shown]) => shown === first) ?? [];
  return source === undefined ? undefined : source + chars.slice(1);
}

/** Column of the character to the left of `x`. */
function cellBefore(line: Line, x: number): number {
  const wide = x >= 2 && line.getWidth(x - 1) === 0;
  return Math.max(0, wide ? x - 2 : x - 1);
}

/** Leaves a wrap pending at the end of a row, whose last cell may have been erased since. */
function writePending(writer: LineWriter, line: Line, at: number): void {
  const look: Look = lookOfCell(line, at);
  writer.setLook(look);
  writer.raw(charsOf(line, at) || ' ');
  const erased = charsOf(line, at) === '' && isUniform(line);
  if (erased) writer.raw('\x1b[1K');
}

function isUniform({ _data: data }: Line): boolean {
  for (let i = 0; i < data.length; i++) if (data[i] !== data[i % 3]) return false;
  return true;
}
