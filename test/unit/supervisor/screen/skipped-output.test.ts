/**
 * Output of which a part is never parsed beside an emulator that parses all of it: afterwards not a
 * bit may differ, in no cell, and in nothing that the next bytes would find.
 */
import { afterEach, expect, it, vi } from 'vitest';
import { Emulator } from '../../../../src/supervisor/screen/emulator.ts';
import { Screen } from '../../../../src/supervisor/screen/screen.ts';
import { UnparsedOutput } from '../../../../src/supervisor/screen/unparsed-output.ts';
import { stateOf, wholeCharacters } from '../../../support/screen/emulator-state.ts';
import { Random } from '../../../support/screen/screen-streams.ts';
import {
  type SkippableStream,
  skippableStream,
} from '../../../support/screen/skippable-streams.ts';

const STREAMS = Number(process.env.SCREEN_FUZZ_STREAMS ?? 300);
const FIRST_SEED = Number(process.env.SCREEN_FUZZ_SEED ?? 1);

afterEach(() => vi.restoreAllMocks());

/** Undefined where the emulator throws: what the screen makes of that is its own matter. */
function parsed({ size, scrollback, parts }: SkippableStream): string | undefined {
  const emulator = new Emulator(size.cols, size.rows, scrollback);
  let carry: Buffer = Buffer.alloc(0);
  try {
    for (const part of parts) {
      if (part instanceof Uint8Array) {
        const all = Buffer.concat([carry, part]);
        const whole = Buffer.concat(wholeCharacters([all]));
        carry = all.subarray(whole.length);
        emulator.parse(whole);
      } else emulator.resize(part.cols, part.rows);
    }
  } catch {
    return undefined;
  }
  const state = JSON.stringify(stateOf(emulator), undefined, 1);
  emulator.dispose();
  return state;
}

function skipped({ size, scrollback, parts, random }: SkippableStream, looks: number): string {
  const screen = new Screen({ ...size, scrollback });
  for (const part of parts) {
    if (part instanceof Uint8Array) screen.write(part);
    else screen.resize(part.cols, part.rows);
    if (random.chance(looks)) screen.flush();
    else if (random.chance(20)) screen.mayWait();
    else if (random.chance(10)) screen.parsePiece();
  }
  const state = JSON.stringify(stateOf(screen.emulator), undefined, 1);
  screen.dispose();
  return state;
}

it.each([
  // Seldom looked at, and longer than what is held back.
  { name: 'long', bytes: 300_000, looks: 0, streams: STREAMS / 40 },
  { name: 'short', bytes: 12_000, looks: 1, streams: STREAMS / 2 },
])('leaves the same as if all had been parsed: $name streams', ({ bytes, looks, streams }) => {
  const drop = vi.spyOn(UnparsedOutput.prototype, 'drop');
  for (let seed = FIRST_SEED; seed < FIRST_SEED + streams; seed++) {
    const stream = skippableStream(seed, bytes);
    const expected = parsed(stream);
    if (expected) expect(skipped(stream, looks), `${bytes} ${seed}`).toBe(expected);
  }
  expect(drop.mock.calls.length).toBeGreaterThan(streams / 4);
});

const SIZE = { cols: 20, rows: 4, scrollback: 5 };
const FLOOD = Array.from({ length: 4 }, () => Buffer.from('\x1b[1mline\x1b[m\r\n'.repeat(400)));

/** How often something was skipped, when `before` is parsed and `first` begins what follows. */
function timesSkipped(before: string, first: string): number {
  const drop = vi.spyOn(UnparsedOutput.prototype, 'drop');
  const screen = new Screen(SIZE);
  screen.write(Buffer.from(before, 'latin1'));
  screen.flush();
  for (const chunk of [Buffer.from(first.padEnd(2_000, '.'), 'latin1'), ...FLOOD])
    screen.write(chunk);
  screen.flush();
  screen.dispose();
  return drop.mock.calls.length;
}

it.each(['', '\x1b[31m', '\x1b[?25l', '\x1b(0', 'text', '\x1b]8;;https://example.org\x07'])(
  'skips what comes after %j',
  (before) => expect(timesSkipped(before, '')).toBe(1),
);

it.each([
  ...['\x1b[2;4r', '\x1b[1;3r', '\x1b[?1049h', '\x1b[4h', '\x1b[?45h', '\x1b[?7l'],
  ...['\x1b]2;ti', '\x1b', '\x1b[3', '\xe2\x80'],
])('skips nothing after %j', (before) => expect(timesSkipped(before, '')).toBe(0));

it.each([
  ...['\xc2\x9b?25l', '\xc2\x84', '\x7f', '\x0b', '\x0c', '\x0e', '\x00', '\x18', '\x1b7', '\x1bM'],
  ...[
    '\x1b[4:3m',
    '\x1b[?4m',
    '\x1b[>4m',
    '\x1b[1 m',
    '\x1b[1\x1b[m',
    '\x1b[1\nm',
    '\x1b[2J',
    '\xc2a',
  ],
])('does not skip %j', (first) => expect(timesSkipped('', first)).toBe(0));

it.each([0, 1, 2, 3])('sees a C1 control and a sequence that are cut: %j', (at) => {
  const drop = vi.spyOn(UnparsedOutput.prototype, 'drop');
  for (const sequence of ['\xc2\x9b5m', '\x1b[?5']) {
    const bytes = Buffer.concat([Buffer.from(`${'.'.repeat(1_500)}${sequence}`, 'latin1')]);
    const screen = new Screen(SIZE);
    for (const part of [bytes.subarray(0, 1_500 + at), Buffer.from(bytes.subarray(1_500 + at))])
      screen.write(part);
    for (const chunk of FLOOD) screen.write(chunk);
    screen.flush();
    screen.dispose();
  }
  expect(drop).not.toHaveBeenCalled();
});

it('begins in the first column, and with the attributes', () => {
  const parts = [
    Buffer.from('text'),
    Buffer.from('\x1b[44mline\r\n'.repeat(300)),
    Buffer.from('\n\n\x1b[3m'.repeat(500)),
  ];
  const screen = new Screen(SIZE);
  screen.write(parts[0] as Buffer);
  screen.flush();
  for (const part of parts.slice(1)) screen.write(part);
  const stream = { size: SIZE, scrollback: SIZE.scrollback, parts, random: new Random(1) };
  expect(JSON.stringify(stateOf(screen.emulator), undefined, 1)).toBe(parsed(stream));
  screen.dispose();
});
