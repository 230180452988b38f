import { expect, test } from 'vitest';
import { nearestName } from '../../../src/platform/nearest-name.ts';

const NAMES = ['main', 'review', 'refactor', 'api:main', 'a', 'fix-1', 'fix-2'];

test.each([
  ['reveiw', 'review'],
  ['REVIEW', 'review'],
  ['reviews', 'review'],
  ['mian', 'main'],
  ['ref', 'refactor'],
  ['fix-3', 'fix-1'],
  ['aip:main', 'api:main'],
  ['fix', undefined],
  ['b', undefined],
  ['pear', undefined],
  ['nothing-like-it', undefined],
  ['', undefined],
])('%s: %s', (typed, name) => {
  expect(NAMES[nearestName(typed, NAMES)]).toBe(name);
});
