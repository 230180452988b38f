/** Runs of ASCII that are printed in one loop, beside the emulator's own printing: not a bit may differ. */
import { expect, it, vi } from 'vitest';
import { Emulator } from '../../../../src/supervisor/screen/emulator.ts';
import { stateOf, wholeCharacters } from '../../../support/screen/emulator-state.ts';
import {
  cutUp,
  type Family,
  families,
  Random,
  streamOf,
} from '../../../support/screen/screen-streams.ts';

const STREAMS = Number(process.env.SCREEN_FUZZ_STREAMS ?? 150);
const FIRST_SEED = Number(process.env.SCREEN_FUZZ_SEED ?? 1);
const SCROLLBACK = 200;

const printer = vi.hoisted(() => ({ isUsed: true, calls: 0 }));
vi.mock('../../../../src/supervisor/screen/ascii-printer.ts', async (importOriginal) => {
  const original =
    await importOriginal<typeof import('../../../../src/supervisor/screen/ascii-printer.ts')>();
  const printsPlainly: typeof original.printsPlainly = (core) => {
    const isPlain = printer.isUsed && original.printsPlainly(core);
    if (isPlain) printer.calls++;
    return isPlain;
  };
  return { ...original, printsPlainly };
});

function stateAfter(family: Family, seed: number, isUsed: boolean): string {
  printer.isUsed = isUsed;
  const { size, bytes } = streamOf(family, seed);
  const emulator = new Emulator(size.cols, size.rows, SCROLLBACK);
  for (const piece of wholeCharacters(cutUp(bytes, new Random(seed)))) emulator.parse(piece);
  const state = JSON.stringify(stateOf(emulator));
  emulator.dispose();
  return state;
}

it.each(families)('prints ASCII among %s as the emulator does', (family) => {
  const different: number[] = [];
  printer.calls = 0;
  for (let seed = FIRST_SEED; seed < FIRST_SEED + STREAMS; seed++)
    if (stateAfter(family, seed, true) !== stateAfter(family, seed, false)) different.push(seed);
  expect(different, `seeds of ${family}`).toEqual([]);
  expect(printer.calls).toBeGreaterThan(0);
});
