/** A picture of output that is not parsed yet, beside one of the same after parsing all of it. */
import { expect, it, vi } from 'vitest';
import type { Picture } from '../../../../src/supervisor/screen/picture.ts';
import { Screen } from '../../../../src/supervisor/screen/screen.ts';
import { OutputSkipping } from '../../../../src/supervisor/screen/skipping/index.ts';
import { skippableStream } from '../../../support/screen/skippable-streams.ts';

const STREAMS = Number(process.env.SCREEN_FUZZ_STREAMS ?? 300);
const FIRST_SEED = Number(process.env.SCREEN_FUZZ_SEED ?? 1);
const ALL = { cols: 1_000, rows: 1_000 };

/** Undefined if it has to wait for output to be parsed. */
function pictureOf(screen: Screen): Picture | undefined {
  const pictures = screen.pictures();
  let taken: Picture | undefined;
  pictures.take(ALL, (picture) => {
    taken = picture;
  });
  pictures.dispose();
  return taken;
}

it('shows of a flood what will be there once all of it is parsed', () => {
  const last = vi.spyOn(OutputSkipping.prototype, 'lastLines');
  let compared = 0;
  for (let seed = FIRST_SEED; seed < FIRST_SEED + STREAMS / 2; seed++) {
    const { size, scrollback, parts, random } = skippableStream(seed, 60_000);
    const screen = new Screen({ ...size, scrollback });
    for (const part of parts) {
      if (part instanceof Uint8Array) screen.write(part);
      else screen.resize(part.cols, part.rows);
      if (random.chance(5)) screen.parsePiece();
      if (random.chance(10)) screen.mayWait();
      if (!random.chance(10) || !screen.unsettled) continue;
      last.mockClear();
      const early = pictureOf(screen);
      if (early === undefined) continue;
      expect(last.mock.results[0]?.value).toBeDefined();
      screen.flush();
      expect(pictureOf(screen), `seed ${seed}`).toEqual(early);
      compared += 1;
    }
    screen.dispose();
  }
  expect(compared).toBeGreaterThan(STREAMS / 20);
});
