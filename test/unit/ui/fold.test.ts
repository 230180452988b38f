import { expect, test } from 'vitest';
import { folded, foldedAtWords } from '../../../src/ui/fold.ts';

test.each<[string, number, string[]]>([
  ['', 5, ['']],
  ['abc', 3, ['abc']],
  ['abcdef', 3, ['abc', 'def']],
  ['rm -rf  build', 8, ['rm -rf  ', 'build']],
  ['a bcdefgh', 4, ['a bc', 'defg', 'h']],
  ['日本語', 5, ['日本', '語']],
  ['日', 1, ['日']],
])('%j in %d columns', (text, columns, lines) => {
  expect(folded(text, columns)).toEqual(lines);
  expect(folded(text, columns).join('')).toBe(text);
});

test('words stay whole where they fit', () => {
  expect(foldedAtWords('one two abcdefghij', 8)).toEqual(['one two', 'abcdefgh', 'ij']);
});
