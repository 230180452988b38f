/** All of an emulator's state, for tests that hold one way of parsing to another. */
import type { Emulator } from '../../../src/supervisor/screen/emulator.ts';
import type {
  ExtendedAttributes,
  Line,
  ScreenBuffer,
} from '../../../src/supervisor/screen/emulator-internals.ts';
import { incompleteTail } from '../../../src/supervisor/screen/utf8-boundary.ts';

/** Everything that the parser and the cells hold, as it is and not as it looks. */
export function stateOf(emulator: Emulator): object {
  const { core, extra } = emulator;
  const { _parser: parser, _curAttrData: pen } = core._inputHandler;
  const { normal, alt } = core.buffers;
  return {
    state: parser.currentState,
    join: parser.precedingJoinState,
    pen: [pen.fg, pen.bg, extendedOf(pen.extended)],
    erased: core._inputHandler._eraseAttrData().bg,
    modes: [core.coreService.modes, core.coreService.decPrivateModes],
    charset: [emulator.charsets(), core._charsetService.glevel, core._charsetService.charset],
    extra: JSON.stringify({
      ...extra,
      modes: [...extra.modes.values],
      palette: [...extra.palette],
    }),
    onAlternate: emulator.onAlternate,
    normal: bufferOf(normal, core.rows),
    alt: bufferOf(alt, core.rows),
    saved: [normal, alt].map((buffer) => {
      const saved = emulator.savedCursor(buffer);
      return saved && { ...saved, extended: extendedOf(saved.extended) };
    }),
  };
}

function bufferOf(buffer: ScreenBuffer, rows: number): object {
  const { x, y, ybase, scrollTop, scrollBottom, tabs, lines } = buffer;
  const { ydisp } = buffer as unknown as { ydisp: number };
  const count = Math.min(lines.length, ybase + rows);
  return {
    position: { x, y, ybase, ydisp, scrollTop, scrollBottom, tabs, length: lines.length },
    lines: Array.from({ length: count }, (_, i) => lineOf(lines.get(i) as Line)),
  };
}

function lineOf(line: Line): object {
  const own: unknown[] = [];
  for (let i = 0; i < line.length; i++) {
    const content = line._data[i * 3] as number;
    if (content & 0x200000) own.push([i, line._combined[i]]);
    if ((line._data[i * 3 + 2] as number) & 0x10000000)
      own.push([i, extendedOf(line._extendedAttrs[i])]);
  }
  return { wrapped: line.isWrapped, cells: line._data.join(), own };
}

function extendedOf(extended: ExtendedAttributes | undefined): unknown {
  return extended && [extended._ext, extended.urlId];
}

/** As the screen does it: nothing is given to an emulator that ends within a character. */
export function wholeCharacters(pieces: readonly Buffer[]): Buffer[] {
  const whole: Buffer[] = [];
  let carry: Buffer = Buffer.alloc(0);
  for (const piece of pieces) {
    const all = Buffer.concat([carry, piece]);
    const tail = incompleteTail(all);
    carry = all.subarray(all.length - tail);
    if (all.length > tail) whole.push(all.subarray(0, all.length - tail));
  }
  return whole;
}
