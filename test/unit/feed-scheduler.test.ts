import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Feedable, FeedScheduler } from '../../src/supervisor/screen/feed-scheduler.ts';

/** More than any pause that the scheduler makes. */
const LONG_MS = 5_000;
const FLOOD_BYTES = 1024 * 1024;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

class FakeScreen implements Feedable {
  backlogBytes = 0;
  tidied = 0;
  /** A program writes as fast as the screen parses. */
  flooded = false;

  parsePiece(): void {
    if (!this.flooded) this.backlogBytes = 0;
  }

  tidy(): boolean {
    this.tidied++;
    return false;
  }
}

/** Time passes, and the loop turns, as often as any of it needs the other. */
async function later(): Promise<void> {
  for (let i = 0; i < 4; i++) {
    vi.advanceTimersByTime(LONG_MS);
    await turn();
    await turn();
  }
}

it('tidies a screen only once its output has stopped', async () => {
  const scheduler = new FeedScheduler();
  const screen = new FakeScreen();
  screen.backlogBytes = 1;
  scheduler.add(screen);
  vi.advanceTimersByTime(20);
  await turn();
  await turn();
  expect(screen.backlogBytes).toBe(0);

  screen.flooded = true;
  screen.backlogBytes = FLOOD_BYTES;
  scheduler.add(screen);
  await later();
  expect(screen.tidied).toBe(0);

  screen.flooded = false;
  await later();
  expect(screen).toMatchObject({ backlogBytes: 0, tidied: 1 });
});
