/** What a screen leaves to lie comes out as it went in. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  QueueScan,
  SCANNED_MAX_BYTES,
} from '../../../../src/supervisor/screen/skipping/queue-scan.ts';
import { UnparsedOutput } from '../../../../src/supervisor/screen/unparsed-output.ts';

const PIECE_BYTES = 1024;

test('every byte and every mark, once, in order', () => {
  const lengths = fc.oneof(fc.nat(20), fc.nat(5_000), fc.nat(70_000));
  const steps = fc.array(fc.record({ push: lengths, take: fc.nat(90_000), mark: fc.boolean() }), {
    minLength: 1,
    maxLength: 30,
  });
  fc.assert(
    fc.property(steps, (all) => {
      const queues = [new UnparsedOutput(), new UnparsedOutput()];
      const into = [0, 0];
      const out = [0, 0];
      const seen: string[] = [];
      const expected: string[] = [];
      const take = (which: number, most: number) => {
        for (let taken = 0; taken <= most; ) {
          const item = queues[which]?.take(PIECE_BYTES);
          if (item === undefined) return;
          if (typeof item === 'function') item();
          if (!(item instanceof Uint8Array)) continue;
          taken += item.length;
          for (const byte of item) if (byte !== (out[which] as number)++ % 251) seen.push('wrong');
        }
      };
      for (const { push, take: most, mark } of all) {
        for (const which of [0, 1]) {
          const chunk = new Uint8Array(push);
          for (let at = 0; at < push; at++) chunk[at] = (into[which] as number)++ % 251;
          queues[which]?.push(chunk, PIECE_BYTES);
          if (mark) {
            const at = into[which];
            expected.push(`${which} ${at}`);
            queues[which]?.pushMark(() => seen.push(`${which} ${out[which]}`));
          }
          take(which, most);
        }
      }
      for (const which of [0, 1]) take(which, Number.POSITIVE_INFINITY);
      expect(out).toEqual(into);
      expect([...seen].sort()).toEqual([...expected].sort());
      expect(queues.map(({ bytes, isEmpty, hasMarks }) => ({ bytes, isEmpty, hasMarks }))).toEqual(
        [0, 1].map(() => ({ bytes: 0, isEmpty: true, hasMarks: false })),
      );
    }),
    { numRuns: 200 },
  );
});

const chunks = (text: string, count: number): Uint8Array[] =>
  Array.from({ length: count }, () => Buffer.from(text));

test('a long queue is looked through a part at a time, and all of it is', () => {
  const queue = new UnparsedOutput();
  const scan = new QueueScan(queue);
  const lines = 'line\r\n'.repeat(400);
  const count = Math.ceil((3 * SCANNED_MAX_BYTES) / lines.length);
  for (const chunk of chunks(lines, count)) queue.push(chunk, PIECE_BYTES);
  const { bytes } = queue;
  const left: number[] = [];
  for (let calls = 0; calls < 4; calls++) {
    expect(scan.scan()).toBe(true);
    scan.skip(400, 1);
    left.push(queue.bytes);
  }
  expect(left[0]).toBeLessThan(bytes);
  expect(left[0]).toBeGreaterThanOrEqual(bytes - 2 * SCANNED_MAX_BYTES);
  expect(left[1]).toBeLessThan(left[0] as number);
  expect(left.at(-1)).toBeLessThanOrEqual(3 * lines.length);
});
