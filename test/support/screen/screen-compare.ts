/** Two screens compared: every cell, attribute, mode, and what the next bytes would find. */
import type { Emulator } from '../../../src/supervisor/screen/emulator.ts';
import type { Line, ScreenBuffer } from '../../../src/supervisor/screen/emulator-internals.ts';
import type { Screen } from '../../../src/supervisor/screen/screen.ts';
import { readable } from '../../../src/supervisor/screen/scrollback/index.ts';

export interface Difference {
  /** Whether a user who looks at the terminal, or types into it, could tell. */
  visible: boolean;
  what: string;
}

export function differences(expected: Screen, actual: Screen): Difference[] {
  const found: Difference[] = [];
  const a = expected.emulator;
  const b = actual.emulator;
  compareValues(found, globalState(a), globalState(b), '');
  compareValues(found, JSON.stringify(expected.modes), JSON.stringify(actual.modes), 'modes');
  compareBuffer(found, a, b, 'normal');
  if (a.onAlternate && b.onAlternate) compareBuffer(found, a, b, 'alt');
  return found;
}

function compareValues(
  found: Difference[],
  a: Record<string, unknown> | string,
  b: Record<string, unknown> | string,
  what: string,
): void {
  if (typeof a === 'string' || typeof b === 'string') {
    if (a !== b) found.push({ visible: true, what: `${what}: ${a} ≠ ${b}` });
    return;
  }
  for (const key of Object.keys(a)) {
    const [x, y] = [JSON.stringify(a[key]), JSON.stringify(b[key])];
    if (x !== y) found.push({ visible: true, what: `${what}${key}: ${x} ≠ ${y}` });
  }
}

function globalState(emulator: Emulator): Record<string, unknown> {
  const { core, extra } = emulator;
  const { active } = core.buffers;
  const attributes = core._inputHandler._curAttrData;
  const dec = core.coreService.decPrivateModes;
  return {
    alternate: emulator.onAlternate,
    cursor: [active.x, active.y],
    attributes: look(emulator, attributes.fg, attributes.bg, attributes.extended, true),
    charsets: emulator.charsets().map((flag) => flag ?? 'B'),
    glevel: core._charsetService.glevel,
    charset: core._charsetService.charset,
    cursorStyle: dec.cursorStyle ? [dec.cursorStyle, dec.cursorBlink] : undefined,
    keyboard: extra.keyboard,
    palette: [...extra.palette].sort(),
    colors: [...extra.dynamicColors].sort(),
    other: [...extra.modes.values].sort(),
    settings: extra.settings.setSequence,
    parser: core._inputHandler._parser.currentState,
  };
}

function look(
  emulator: Emulator,
  fg: number,
  bg: number,
  extended: { _ext: number; urlId: number } | undefined,
  pen = false,
): unknown {
  const color = (word: number) => {
    const mode = (word >> 24) & 3;
    return mode === 0 ? 'default' : mode === 3 ? word & 0x3ffffff : [mode, word & 0xff];
  };
  const own = bg & 0x10000000 ? extended : undefined;
  const style = fg & 0x10000000 ? (own ? (own._ext >>> 26) & 7 : 1) : 0;
  const link = extended?.urlId ? emulator.link(extended.urlId) : undefined;
  return {
    fg: color(fg),
    bg: color(bg),
    flags: [(fg >>> 26) & 0b111011, (bg >>> 26) & 0b010011],
    style,
    // What a cell does not show does not count; what the pen holds does.
    underlineColor: style || pen ? color(((pen ? extended : own)?._ext ?? 0) & 0x3ffffff) : 0,
    link: own && link ? [link.id, link.uri] : undefined,
  };
}

function compareBuffer(
  found: Difference[],
  a: Emulator,
  b: Emulator,
  name: 'normal' | 'alt',
): void {
  const [x, y] = [a.core.buffers[name], b.core.buffers[name]];
  compareValues(found, bufferState(a, x), bufferState(b, y), `${name} `);
  const rows = x.ybase + a.core.rows;
  if (x.ybase !== y.ybase) return;
  for (let row = 0; row < rows; row++) {
    compareLine(
      found,
      a,
      b,
      readable(x.lines.get(row) as Line),
      readable(y.lines.get(row) as Line),
      `${name} ${row - x.ybase}`,
    );
  }
}

function bufferState(emulator: Emulator, buffer: ScreenBuffer): Record<string, unknown> {
  const { cols, rows } = emulator.core;
  const saved = emulator.savedCursor(buffer);
  return {
    scrollback: buffer.ybase,
    margins: [buffer.scrollTop, buffer.scrollBottom],
    tabs: Object.keys(buffer.tabs)
      .map(Number)
      .filter((x) => x < cols && buffer.tabs[x]),
    saved: {
      x: Math.min(saved?.x ?? 0, cols - 1),
      y: Math.min(saved?.y ?? 0, rows - 1),
      look: look(
        emulator,
        saved?.fg ?? 0,
        saved?.bg ?? 0,
        saved && { ...saved.extended, _ext: saved.extended._ext, urlId: 0 },
      ),
      charsets: [0, 1, 2, 3].map((g) => saved?.charsets[g] ?? 'B'),
      glevel: saved?.glevel ?? 0,
      origin: saved?.origin ?? false,
    },
  };
}

function compareLine(
  found: Difference[],
  a: Emulator,
  b: Emulator,
  x: Line,
  y: Line,
  where: string,
): void {
  if (x.isWrapped !== y.isWrapped)
    found.push({ visible: false, what: `wrap mark: ${where} ${x.isWrapped}` });
  for (let i = 0; i < x.length; i++) {
    const [p, q] = [cell(a, x, i), cell(b, y, i)];
    if (p.look !== q.look || p.width !== q.width || p.shown !== q.shown) {
      const visible = p.look !== q.look || p.shown !== q.shown;
      found.push({
        visible,
        what: `${visible ? 'cell' : 'half a wide character'}: ${where},${i} ${JSON.stringify(p)} ≠ ${JSON.stringify(q)}`,
      });
    } else if (p.text !== q.text)
      found.push({ visible: false, what: `blank or empty: ${where},${i}` });
  }
}

function cell(emulator: Emulator, line: Line, index: number) {
  const content = line._data[index * 3] as number;
  const fg = line._data[index * 3 + 1] as number;
  const bg = line._data[index * 3 + 2] as number;
  const code = content & 0x1fffff;
  const text =
    content & 0x200000 ? (line._combined[index] ?? '') : code ? String.fromCodePoint(code) : '';
  return {
    text,
    // A mark alone in a cell is drawn like one on a blank.
    shown: text.replace(/^ (?=[\p{M}\p{Cf}])/u, '') || ' ',
    width: content >>> 22,
    // The right half of a wide character has no look of its own.
    look:
      content >>> 22 === 0
        ? ''
        : JSON.stringify(look(emulator, fg, bg, line._extendedAttrs[index])),
  };
}
