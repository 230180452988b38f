/** Who is parsed and packed when; the clock is not the real one. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Feedable, FeedScheduler } from '../../../../src/supervisor/screen/feed-scheduler.ts';

const FLOOD_BYTES = 1024 * 1024;
/** More than any pause that the scheduler makes. */
const LONG_MS = 5_000;

/** Milliseconds; each look at it takes some of it. */
let clock = 0;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate'] });
  vi.spyOn(performance, 'now').mockImplementation(() => {
    clock += 0.01;
    return clock;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function pass(ms: number): void {
  for (let left = ms; left > 0; left -= 10) {
    clock += 10;
    vi.advanceTimersByTime(10);
  }
}

class FakeScreen implements Feedable {
  unparsedBytes = 0;
  tidied = 0;
  /** A program writes as fast as the screen parses. */
  flooded = false;
  /** What it has is text that scrolls past. */
  mayBeHeld = false;

  parsePiece(): void {
    if (!this.flooded) this.unparsedBytes = 0;
  }

  mayWait(): boolean {
    return this.mayBeHeld;
  }

  tidy(): boolean {
    this.tidied++;
    return false;
  }
}

function write(scheduler: FeedScheduler, screen: FakeScreen, bytes = 10): void {
  screen.unparsedBytes = bytes;
  scheduler.add(screen, bytes);
}

it('packs a screen at rest while another one never rests', () => {
  const scheduler = new FeedScheduler();
  const resting = new FakeScreen();
  const busy = new FakeScreen();
  write(scheduler, resting);
  for (let n = 0; n < 50; n++) {
    write(scheduler, busy);
    pass(100);
  }
  expect(resting.tidied).toBe(1);
  expect(busy.tidied).toBe(0);
});

it('packs a screen only once its output has stopped', () => {
  const scheduler = new FeedScheduler();
  const screen = new FakeScreen();
  write(scheduler, screen);
  pass(20);
  expect(screen.unparsedBytes).toBe(0);

  screen.flooded = true;
  write(scheduler, screen, FLOOD_BYTES);
  pass(LONG_MS);
  expect(screen.tidied).toBe(0);

  screen.flooded = false;
  pass(LONG_MS);
  expect(screen).toMatchObject({ unparsedBytes: 0, tidied: 1 });
});

it('runs no timer once everything is packed', () => {
  const scheduler = new FeedScheduler();
  const only = new FakeScreen();
  write(scheduler, only);
  pass(LONG_MS);
  expect(only.tidied).toBe(1);
  expect(vi.getTimerCount()).toBe(0);
});

it('leaves a flood that scrolls past alone until it stops', () => {
  const scheduler = new FeedScheduler();
  const screen = new FakeScreen();
  screen.mayBeHeld = true;
  for (let n = 0; n < 50; n++) {
    write(scheduler, screen, FLOOD_BYTES / 2);
    pass(10);
    expect(screen.unparsedBytes).toBe(FLOOD_BYTES / 2);
  }
  pass(LONG_MS);
  expect(screen).toMatchObject({ unparsedBytes: 0, tidied: 1 });
  expect(vi.getTimerCount()).toBe(0);
});

it('leaves a steady stream that scrolls past alone until it stops', () => {
  const scheduler = new FeedScheduler();
  const screen = new FakeScreen();
  screen.mayBeHeld = true;
  for (let n = 1; n <= 50; n++) {
    screen.unparsedBytes += 8 * 1024;
    scheduler.add(screen, 8 * 1024);
    pass(20);
    expect(screen.unparsedBytes).toBe(n * 8 * 1024);
  }
  pass(LONG_MS);
  expect(screen).toMatchObject({ unparsedBytes: 0, tidied: 1 });
  expect(vi.getTimerCount()).toBe(0);
});

it('parses a flood once it may not wait any more, and what only trickles', () => {
  const scheduler = new FeedScheduler();
  const screen = new FakeScreen();
  screen.mayBeHeld = true;
  write(scheduler, screen, FLOOD_BYTES / 2);
  screen.mayBeHeld = false;
  write(scheduler, screen, FLOOD_BYTES / 2);
  pass(10);
  expect(screen.unparsedBytes).toBe(0);

  screen.mayBeHeld = true;
  write(scheduler, screen, FLOOD_BYTES / 2);
  pass(10);
  for (let n = 0; n < 8; n++) {
    scheduler.add(screen, 10);
    pass(10);
  }
  expect(screen.unparsedBytes).toBe(0);
});
