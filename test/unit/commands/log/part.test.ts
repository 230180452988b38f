import { expect, test } from 'vitest';
import type { TranscriptItem } from '../../../../src/codex/transcript-types.ts';
import { Part, parseSince } from '../../../../src/commands/log/part.ts';

const NOW = new Date(2026, 10, 29, 12, 0, 0).getTime();
const local = (...parts: [number, number, number, number?, number?, number?]) =>
  new Date(...parts).getTime();

test.each<[string, number]>([
  ['90s', NOW - 90_000],
  ['2h', NOW - 7_200_000],
  ['1w', NOW - 604_800_000],
  ['10:30', local(2026, 10, 29, 10, 30)],
  ['9:05:07', local(2026, 10, 29, 9, 5, 7)],
  ['23:00', local(2026, 10, 28, 23, 0)],
  ['today', local(2026, 10, 29)],
  ['yesterday', local(2026, 10, 28)],
  ['2026-11-01', local(2026, 10, 1)],
  ['2026-11-01 08:15', local(2026, 10, 1, 8, 15)],
  ['2026-11-01T08:15:00Z', Date.UTC(2026, 10, 1, 8, 15)],
  ['2026-11-01T08:15+02:00', Date.UTC(2026, 10, 1, 6, 15)],
])('since %s', (text, ms) => {
  expect(parseSince(text, NOW)).toBe(ms);
});

test.each(['', 'soon', '2', '25:00', '2026-13-01', '-2h', '10:30 x'])(
  'since %j is refused',
  (text) => {
    expect(() => parseSince(text, NOW)).toThrow(/--since cannot be/);
  },
);

const item = (text: string, time: string): TranscriptItem => ({ type: 'answer', text, time });
const ITEMS = [
  item('a', '2026-11-29T08:00:00Z'),
  item('b', ''),
  item('c', '2026-11-29T09:00:00Z'),
  item('d', ''),
];
const texts = (part: Part) => part.of(ITEMS).map(({ text }) => text);

test('an item without a time is of the time of the one before', () => {
  const since = '2026-11-29T09:00:00Z';
  expect(texts(new Part({ items: undefined, since }, NOW))).toEqual(['c', 'd']);
  expect(texts(new Part({ items: 1, since }, NOW))).toEqual(['d']);
});

test('the count is of what was there; what follows is all shown', () => {
  const part = new Part({ items: 2, since: undefined }, NOW);
  expect(texts(part)).toEqual(['c', 'd']);
  expect(texts(part)).toEqual(['a', 'b', 'c', 'd']);
  expect(texts(new Part({ items: 0, since: undefined }, NOW))).toEqual([]);
  expect(texts(new Part({ items: 9, since: undefined }, NOW))).toHaveLength(4);
});
