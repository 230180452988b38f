/**
 * The fast path beside the emulator's own parser, on the same bytes: not a bit may differ, in no
 * cell, and in nothing that the next bytes would find, wherever the stream is cut.
 */
import { expect, it } from 'vitest';
import { Emulator } from '../../../../src/supervisor/screen/emulator.ts';
import { stateOf, wholeCharacters } from '../../../support/screen/emulator-state.ts';
import {
  cutUp,
  families,
  Random,
  type Size,
  streamOf,
} from '../../../support/screen/screen-streams.ts';

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
