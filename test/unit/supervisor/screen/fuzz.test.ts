/**
 * What a snapshot is for, on random streams: a second terminal that gets it is the same in every
 * cell, attribute and mode, and stays the same when both get what comes next.
 */
import { describe, expect, it } from 'vitest';
import { Screen } from '../../../../src/supervisor/screen/screen.ts';
import { type Difference, differences } from '../../../support/screen/screen-compare.ts';
import {
  cutUp,
  type Family,
  families,
  type Size,
  streamOf,
} from '../../../support/screen/screen-streams.ts';

const STREAMS = Number(process.env.SCREEN_FUZZ_STREAMS ?? 1000);
const FIRST_SEED = Number(process.env.SCREEN_FUZZ_SEED ?? 1);
const SCROLLBACK = 200;

/** What may differ although nobody can see it, in at most 1 % of the streams of a family. */
const INVISIBLE = ['blank or empty', 'wrap mark', 'half a wide character'];
const INVISIBLE_SHARE = 0.01;

function screenOf({ cols, rows }: Size, pieces: Iterable<Uint8Array>): Screen {
  const screen = new Screen({
    cols,
    rows,
    scrollback: SCROLLBACK,
    onBroken: (error) => {
      throw error;
    },
  });
  for (const piece of pieces) {
    screen.write(piece);
    screen.flush();
    while (screen.tidy());
  }
  return screen;
}

interface Result {
  seed: number;
  found: Difference[];
}

function check(family: Family, run: (seed: number) => Difference[]): void {
  const bad: Result[] = [];
  for (let seed = FIRST_SEED; seed < FIRST_SEED + STREAMS; seed++) {
    const found = run(seed);
    if (found.length > 0) bad.push({ seed, found });
  }
  const visible = bad.filter(({ found }) => found.some((difference) => difference.visible));
  const shown = visible.slice(0, 8).map(
    ({ seed, found }) =>
      `${family} ${seed}: ${found
        .slice(0, 3)
        .map((f) => f.what)
        .join(' | ')}`,
  );
  expect(shown, `${visible.length} streams differ visibly`).toEqual([]);
  for (const { what } of bad.flatMap(({ found }) => found)) {
    expect(INVISIBLE).toContain(what.split(':')[0]);
  }
  expect(
    bad.length,
    bad
      .slice(0, 5)
      .map(({ seed, found }) => `${seed}: ${found[0]?.what}`)
      .join('\n'),
  ).toBeLessThanOrEqual(STREAMS * INVISIBLE_SHARE);
}

describe.each(families)('%s', (family) => {
  it('gives back the whole screen', () => {
    check(family, (seed) => {
      const { size, bytes } = streamOf(family, seed);
      const original = screenOf(size, [bytes]);
      const copy = screenOf(size, [original.serialize()]);
      const found = differences(original, copy);
      original.dispose();
      copy.dispose();
      return found;
    });
  });

  it('gives back the same wherever the stream is cut, and goes on the same', () => {
    check(family, (seed) => {
      const { size, bytes, random } = streamOf(family, seed);
      const whole = screenOf(size, [bytes]);
      const pieces = cutUp(bytes, random);
      const half = random.int(pieces.length);
      const original = screenOf(size, pieces.slice(0, half));
      const copy = screenOf(size, [original.serialize(), ...pieces.slice(half)]);
      const found = differences(whole, copy);
      whole.dispose();
      original.dispose();
      copy.dispose();
      return found;
    });
  });
});
