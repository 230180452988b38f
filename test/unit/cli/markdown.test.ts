import { expect, test } from 'vitest';
import { blocksOf } from '../../../src/cli/markdown.ts';

test('a picture is no part of what a terminal shows', () => {
  expect(blocksOf('Before.\n\n![what it shows](docs/pictures/demo.svg)\n\nAfter.')).toEqual([
    { type: 'paragraph', text: 'Before.' },
    { type: 'paragraph', text: 'After.' },
  ]);
});
