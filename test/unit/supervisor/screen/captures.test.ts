/** A capture of output that is not parsed yet, beside one of the same after parsing all of it. */
import { expect, it, vi } from 'vitest';
import type { Capture } from '../../../../src/supervisor/screen/capture.ts';
import { Screen } from '../../../../src/supervisor/screen/screen.ts';
import { OutputSkipping } from '../../../../src/supervisor/screen/skipping/index.ts';
import { skippableStream } from '../../../support/screen/skippable-streams.ts';

const STREAMS = Number(process.env.SCREEN_FUZZ_STREAMS ?? 300);
const FIRST_SEED = Number(process.env.SCREEN_FUZZ_SEED ?? 1);
const ALL = { cols: 1_000, rows: 1_000 };

/** Undefined if it has to wait for output to be parsed. */
function captureOf(screen: Screen, size = ALL): Capture | undefined {
  const captures = screen.captures();
  let taken: Capture | undefined;
  captures.take(size, (capture) => {
    taken = capture;
  });
  captures.dispose();
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
      const early = captureOf(screen);
      if (early === undefined) continue;
      expect(last.mock.results[0]?.value).toBeDefined();
      screen.flush();
      expect(captureOf(screen), `seed ${seed}`).toEqual(early);
      compared += 1;
    }
    screen.dispose();
  }
  expect(compared).toBeGreaterThan(STREAMS / 20);
});

function screenOf(text: string): Screen {
  const screen = new Screen({ cols: 20, rows: 12, scrollback: 5 });
  screen.write(Buffer.from(text.replaceAll('\n', '\r\n')));
  return screen;
}

it('is cut at its bottom, below which there may be nothing', () => {
  const screen = screenOf('\n1\n2\n3\n4\n5');
  const shown = { lines: ['3', '4', '5'], above: 2, cursor: { x: 1, y: 2 } };
  expect(captureOf(screen, { cols: 9, rows: 3 })).toEqual({ cols: 20, rows: 12, ...shown });
  const all = { lines: ['', '1', '2', '3', '4', '5'], above: 0 };
  expect(captureOf(screen)).toMatchObject(all);
  expect(captureOf(screenOf('\n\n\x1b[?25l'))).toMatchObject({ lines: [], above: 0, cursor: null });
});

it('has empty lines between as long as there is room for them', () => {
  const screen = screenOf('a\nb\n\n\n\n\n\nprompt\n\nhint\x1b[8H');
  const lines = ['a', 'b', '', '', '', '', '', 'prompt', '', 'hint'];
  expect(captureOf(screen, { cols: 20, rows: 10 })).toMatchObject({ lines, above: 0 });
  expect(captureOf(screen, { cols: 20, rows: 8 })).toMatchObject({
    ...{ lines: ['a', 'b', '', '', '', 'prompt', '', 'hint'], above: 0, cursor: { x: 0, y: 5 } },
  });
  expect(captureOf(screen, { cols: 20, rows: 5 })).toMatchObject({
    ...{ lines: ['b', '', 'prompt', '', 'hint'], above: 1, cursor: { x: 0, y: 2 } },
  });
});
