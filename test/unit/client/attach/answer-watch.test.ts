/** One timer for many keys, none while nobody types, and a hang is told after 5 s. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AnswerWatch } from '../../../../src/client/attach/answer-watch.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watched() {
  const told: string[] = [];
  const watch = new AnswerWatch({
    ask: () => told.push('ask'),
    onSilent: () => told.push('silent'),
    onAnswer: () => told.push('answer'),
  });
  return { told, watch, key: () => watch.sent(Date.now()) };
}

test('keys that are answered cost one timer, which is not armed again', () => {
  const { told, watch, key } = watched();
  for (let n = 0; n < 50; n++) {
    key();
    expect(vi.getTimerCount()).toBe(1);
    watch.heard();
    vi.advanceTimersByTime(10);
  }
  vi.advanceTimersByTime(3_000);
  expect(vi.getTimerCount()).toBe(0);
  expect(told).toEqual([]);
});

test('a key without an answer: asked after 2.5 s, told after 5 s, and when it answers', () => {
  const { told, watch, key } = watched();
  key();
  vi.advanceTimersByTime(2_499);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(told).toEqual(['ask']);
  vi.advanceTimersByTime(2_499);
  key();
  expect(told).toEqual(['ask']);
  vi.advanceTimersByTime(1);
  expect(told).toEqual(['ask', 'silent']);
  key();
  expect(vi.getTimerCount()).toBe(0);
  watch.heard();
  watch.heard();
  expect(told).toEqual(['ask', 'silent', 'answer']);
  key();
  vi.advanceTimersByTime(2_500);
  expect(told).toEqual(['ask', 'silent', 'answer', 'ask']);
});

test('the time counts from the key, not from those that were answered before', () => {
  const { told, watch, key } = watched();
  key();
  vi.advanceTimersByTime(2_000);
  watch.heard();
  key();
  vi.advanceTimersByTime(2_499);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(told).toEqual(['ask']);
  watch.heard();
  vi.advanceTimersByTime(10_000);
  expect(told).toEqual(['ask']);
});

test('after a reset nothing is waited for', () => {
  const { told, watch, key } = watched();
  key();
  vi.advanceTimersByTime(3_000);
  watch.reset();
  vi.advanceTimersByTime(10_000);
  expect(told).toEqual(['ask']);
  expect(vi.getTimerCount()).toBe(0);
});
