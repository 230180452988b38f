import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256 } from '../../../src/platform/sha256.ts';

const theirs = (text: string) => createHash('sha256').update(text).digest('hex');

test('as Node computes it, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      expect(sha256(text)).toBe(theirs(text));
    }),
    { numRuns: 500 },
  );
});

test('around the ends of a block', () => {
  for (let length = 50; length < 140; length++)
    expect(sha256('x'.repeat(length))).toBe(theirs('x'.repeat(length)));
});
