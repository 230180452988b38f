import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encode, type Line, LineReader } from '../../../src/protocol/framing.ts';

function readAll(reader: LineReader, chunks: readonly Uint8Array[]): Line[] {
  return chunks.flatMap((chunk) => [...reader.push(chunk)]);
}

test('messages come back whole however the stream is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ type: fc.string({ unit: 'binary' }), id: fc.nat() }), { maxLength: 5 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      (messages, sizes) => {
        const bytes = Buffer.from(messages.map(encode).join(''));
        const chunks: Buffer[] = [];
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = sizes[i % sizes.length] ?? 1;
          chunks.push(bytes.subarray(at, at + size));
          at += size;
        }
        const expected = JSON.parse(JSON.stringify(messages)) as unknown[];
        expect(readAll(new LineReader(), chunks)).toEqual(
          expected.map((value) => ({ type: 'line', value })),
        );
      },
    ),
  );
});

test('a lone surrogate survives as an escape, and cannot break the framing', () => {
  const line = encode({ text: '\ud800' });
  expect(readAll(new LineReader(), [Buffer.from(line)])).toEqual([
    { type: 'line', value: { text: '\ud800' } },
  ]);
});

test('what is no JSON is told apart, and the next line is read', () => {
  const lines = readAll(new LineReader(), [Buffer.from('{nonsense\n{"a":1}\n')]);
  expect(lines.map((line) => line.type)).toEqual(['garbage', 'line']);
});

test('a message over the limit is refused without being kept', () => {
  const reader = new LineReader(100);
  for (let i = 0; i < 1_000; i++) expect(readAll(reader, [Buffer.alloc(50, 0x61)])).toEqual([]);
  expect(readAll(reader, [Buffer.from('\n{"a":1}\n')])).toEqual([
    { type: 'garbage', why: 'a message is over 100 bytes' },
    { type: 'line', value: { a: 1 } },
  ]);
});

test('a message of millions of values is garbage, before anybody makes values of it', () => {
  const reader = new LineReader();
  for (const text of [
    '['.repeat(1_000_000),
    `[${'0,'.repeat(1_000_000)}0]`,
    '{"a":'.repeat(200_000),
  ]) {
    const lines = [...reader.push(Buffer.from(`${text}\n`))];
    expect(lines).toEqual([{ type: 'garbage', why: expect.stringContaining('parts') as string }]);
  }
});

test('text with many commas and brackets is one value', () => {
  const value = { text: '[,{"\\,'.repeat(200_000) };
  const lines = [...new LineReader().push(Buffer.from(`${JSON.stringify(value)}\n`))];
  expect(lines).toEqual([{ type: 'line', value }]);
});
