/**
 * The fast path beside the emulator's own parser, on the same bytes: not a bit may differ, in no
 * cell, and in nothing that the next bytes would find, wherever the stream is cut.
 */
import { expect, it } from 'vitest';
import { Emulator } from '../../src/supervisor/screen/emulator.ts';
import type {
  ExtendedAttributes,
  Line,
  ScreenBuffer,
} from '../../src/supervisor/screen/emulator-internals.ts';
import { incompleteTail } from '../../src/supervisor/screen/utf8-boundary.ts';
import { cutUp, families, Random, type Size, streamOf } from '../support/screen-streams.ts';

const STREAMS = Number(process.env.SCREEN_FUZZ_STREAMS ?? 300);
const FIRST_SEED = Number(process.env.SCREEN_FUZZ_SEED ?? 1);
/** Little, so that lines are used again. */
const SCROLLBACK = 7;

type Feed = (emulator: Emulator, bytes: Uint8Array) => void;
const plain: Feed = (emulator, bytes) => emulator.core._inputHandler.parse(bytes);
const fast: Feed = (emulator, bytes) => emulator.parse(bytes);

function stateAfter({ cols, rows }: Size, pieces: readonly Uint8Array[], feed: Feed): string {
  const emulator = new Emulator(cols, rows, SCROLLBACK);
  for (const piece of pieces) feed(emulator, piece);
  const state = JSON.stringify(stateOf(emulator), undefined, 1);
  emulator.dispose();
  return state;
}

/** Everything that the parser and the cells hold, as it is and not as it looks. */
function stateOf(emulator: Emulator): object {
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
    extra: JSON.stringify({ ...extra, modes: [...extra.modes], palette: [...extra.palette] }),
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
function wholeCharacters(pieces: readonly Buffer[]): Buffer[] {
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

function expectTheSame(what: string, size: Size, bytes: Buffer, random: Random): void {
  const expected = stateAfter(size, wholeCharacters([bytes]), plain);
  for (const pieces of [[bytes], cutUp(bytes, random)])
    expect(stateAfter(size, wholeCharacters(pieces), fast), what).toBe(expected);
}

it.each(families)('leaves the same as the emulator: %s', (family) => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + STREAMS; seed++) {
    const { size, bytes, random } = streamOf(family, seed);
    expectTheSame(`${family} ${seed}`, size, bytes, random);
  }
});

/** Bytes, not characters: what no program writes on purpose. */
const BYTES: readonly string[] = [
  '\x1b[0123456789;;::mmHJK?>!$ @\r\n\t\bab\x7f\x18',
  '\x1b\x1b[](P0;m\x07\\\x80\x9b\x9c\xc2\xe2\x94\x80ab\x0e\x0f',
  'ab \xc2\xa0\xe2\x94\x82\xef\xbb\xbf\xed\xa0\xf0\x9f\x99\x82\xe6\xbc\xa2\xcc\x81\r\n',
  'ab\xc0\xc1\xc2\xe0\x80\x9f\xa0\xbf\xf4\xff\x1b[m',
];

it.each(BYTES)('leaves the same as the emulator: bytes of %j', (alphabet) => {
  const from = Buffer.from(alphabet, 'latin1');
  for (let seed = FIRST_SEED; seed < FIRST_SEED + STREAMS; seed++) {
    const random = new Random(seed * 31 + from.length);
    const bytes = Buffer.from(
      Array.from({ length: 1 + random.int(400) }, () => random.pick([...from])),
    );
    const size = { cols: 5 + random.int(20), rows: 1 + random.int(6) };
    expectTheSame(`${alphabet} ${seed}`, size, bytes, random);
  }
});
