/** How long a script's input waits for a program that reads slowly, or not at all. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Pty } from '../../../../src/supervisor/pty/pty.ts';
import { SessionInput } from '../../../../src/supervisor/session/session-input.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const LIMITS = { allMs: 1_000, idleMs: 100 };

/** A terminal of which the test says when it takes something. */
function full() {
  const queue: Uint8Array[] = [];
  const state = { queuedBytes: 0, takenAt: 0 };
  const pty = Object.assign(state, {
    write: (bytes: Uint8Array) => {
      queue.push(bytes);
      state.queuedBytes += bytes.length;
    },
    withdraw: (bytes: Uint8Array) => {
      const index = queue.indexOf(bytes);
      if (index < 0) return undefined;
      queue.splice(index, 1);
      return 0;
    },
  });
  const handlers = { typed: () => {}, acceptsReply: () => true, given: () => {} };
  const input = new SessionInput(pty as unknown as Pty, new Set(), handlers);
  return { pty, queue, input };
}

test('gives up when nothing is taken, and types nothing later', async () => {
  const { input, queue } = full();
  const typed = input.fromScript(Buffer.from('abc'), LIMITS);
  const other = input.fromScript(Buffer.from('x'));
  await vi.advanceTimersByTimeAsync(110);
  expect(await typed).toEqual({ bytes: 0, slowly: false });
  expect(queue).toEqual([Buffer.from('x')]);
  input.onTaken();
  expect(await other).toBe('taken');
});

test('goes on while something is taken, up to the limit for all', async () => {
  const { input, pty } = full();
  const begun = performance.now();
  const typed = input.fromScript(Buffer.from('abc'), LIMITS).then((outcome) => {
    return { outcome, ms: performance.now() - begun };
  });
  for (let n = 0; n < 30; n++) {
    await vi.advanceTimersByTimeAsync(50);
    pty.takenAt = performance.now();
  }
  const { outcome, ms } = await typed;
  expect(outcome).toEqual({ bytes: 0, slowly: true });
  expect(ms).toBeGreaterThanOrEqual(1_000);
  expect(ms).toBeLessThan(1_100);
});

test('an end, and input that is taken, end the wait', async () => {
  const { input } = full();
  const first = input.fromScript(Buffer.from('abc'), LIMITS);
  input.onTaken();
  expect(await first).toBe('taken');
  const second = input.fromScript(Buffer.from('abc'), LIMITS);
  input.dispose();
  expect(await second).toBe('ended');
  expect(vi.getTimerCount()).toBe(0);
});
