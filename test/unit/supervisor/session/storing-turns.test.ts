import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { StoringTurns } from '../../../../src/supervisor/session/storing-turns.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});

afterEach(() => {
  vi.useRealTimers();
});

const TAKES_MS = 2;

function world() {
  const turns = new StoringTurns();
  const stored: string[] = [];
  const ask = (name: string, of: object = { name }) => {
    turns.ask(of, () => {
      vi.advanceTimersByTime(TAKES_MS);
      stored.push(name);
    });
    return of;
  };
  return { turns, stored, ask };
}

test('the first does not wait, the others come one by one, ten times as long after each', () => {
  const { stored, ask } = world();
  for (const name of ['a', 'b', 'c']) ask(name);
  expect(stored).toEqual(['a']);
  vi.advanceTimersByTime(10 * TAKES_MS);
  expect(stored).toEqual(['a', 'b']);
  vi.advanceTimersByTime(11 * TAKES_MS);
  expect(stored).toEqual(['a', 'b', 'c']);
  vi.advanceTimersByTime(10 * TAKES_MS);
  ask('d');
  expect(stored).toEqual(['a', 'b', 'c', 'd']);
  vi.advanceTimersByTime(10 * TAKES_MS);
  expect(vi.getTimerCount()).toBe(0);
});

test('who asks again has one turn; who is forgotten has none', () => {
  const { turns, stored, ask } = world();
  ask('a');
  const [b, c] = [{}, {}];
  ask('b', b);
  ask('c', c);
  ask('b again', b);
  turns.forget(c);
  vi.advanceTimersByTime(1_000);
  expect(stored).toEqual(['a', 'b again']);
});

test('one that fails costs nobody else a turn', () => {
  const { turns, stored, ask } = world();
  ask('a');
  ask('b');
  turns.ask({}, () => {
    throw new Error('on purpose');
  });
  ask('c');
  expect(() => vi.advanceTimersByTime(1_000)).toThrow('on purpose');
  vi.advanceTimersByTime(1_000);
  expect(stored).toEqual(['a', 'b', 'c']);
});

test('one that was interrupted for seconds delays the next by half a second only', () => {
  const { turns, stored, ask } = world();
  turns.ask({}, () => vi.advanceTimersByTime(5_000));
  ask('a');
  expect(stored).toEqual([]);
  vi.advanceTimersByTime(500);
  expect(stored).toEqual(['a']);
});
