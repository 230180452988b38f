/** What was sent is found again by its place, as long as it is kept. */
import { expect, test } from 'vitest';
import { SentBytes } from '../../../../src/client/attach/sent-bytes.ts';

const KEPT_BYTES = 1024 * 1024;

/** The byte at this offset. */
const at = (offset: number) => (offset * 7) % 251;

function run(from: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let i = 0; i < length; i++) bytes[i] = at(from + i);
  return bytes;
}

test('pieces of all lengths are kept, to the last MiB', () => {
  const sent = new SentBytes();
  const lengths = [
    1, 1, 4_000, 94, 1, 10_000, 700_000, 300_000, 5, 1_048_575, 1_048_576, 3_000_000, 2,
  ];
  for (const length of lengths) {
    sent.push(run(sent.total, length), 0);
    const { total } = sent;
    const kept = Math.min(total, KEPT_BYTES);
    expect(sent.slice(total - kept, total)?.equals(run(total - kept, kept))).toBe(true);
    expect(sent.slice(total - 1, total)).toEqual(run(total - 1, 1));
    if (total > kept) expect(sent.slice(total - kept - 1, total)).toBeUndefined();
  }
  expect(sent.slice(sent.total, sent.total)).toHaveLength(0);
});

test('what is sent again after a rewind takes the place of what was sent before', () => {
  const sent = new SentBytes();
  sent.push(Buffer.from('abcdef'), 0);
  sent.rewind(2);
  sent.push(Buffer.from('cdef'), 0);
  sent.push(Buffer.from('g'), 0);
  expect(sent.total).toBe(7);
  expect(sent.slice(0, 7)?.toString()).toBe('abcdefg');
});

test('what was sent within the last second is in what counts as late, and little more', () => {
  const sent = new SentBytes();
  expect(sent.lately(5_000)).toBe(0);
  // A byte every 100 ms, from 10 s on.
  for (let now = 10_000; now <= 20_000; now += 100) {
    sent.push(Buffer.from('x'), now);
    const late = sent.total - sent.lately(now);
    const all = (now - 10_000) / 100 + 1;
    expect(late).toBeGreaterThanOrEqual(Math.min(all, 10));
    expect(late).toBeLessThanOrEqual(22);
  }
  expect(sent.total - sent.lately(20_900)).toBeGreaterThan(0);
  expect(sent.lately(23_000)).toBe(sent.total);
});
