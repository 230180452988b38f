/** The death run's own judge of keys: it must see a key that is missing, comes twice or changes. */
import { expect, test } from 'vitest';
import { compareTyped } from '../../deaths/typed.ts';

const TYPED = Array.from({ length: 60 }, (_, n) => `<${n}>`).join('');

test('what arrives as it was typed has no losses, however often it is looked at', () => {
  const first = compareTyped(TYPED, TYPED.slice(0, 100));
  expect(first.losses).toEqual([]);
  expect(compareTyped(TYPED, TYPED, first).losses).toEqual([]);
});

test('each loss is found, with all that is missing', () => {
  const taken = TYPED.replace('<7>', '').replace('<20><21>', '<2');
  const { losses } = compareTyped(TYPED, taken);
  expect(losses).toHaveLength(2);
  expect(losses[0]?.text).toHaveLength('<7>'.length);
  expect(TYPED.indexOf('<7>')).toBeLessThanOrEqual(losses[0]?.at ?? 0);
  expect(losses[1]?.text).toHaveLength('<20><21>'.length - '<2'.length);
});

test.each([
  ['comes twice', TYPED.replace('<9>', '<9><9>')],
  ['is doubled in part', TYPED.replace('<19>', '<199>')],
  ['was never typed', TYPED.replace('<9>', '<!>')],
])('a key that %s is no loss, but an error', (_, taken) => {
  expect(() => compareTyped(TYPED, taken)).toThrow('keys have come twice, or others');
});
