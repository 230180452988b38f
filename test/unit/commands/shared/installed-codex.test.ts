/** Which Codex is the older one. */
import { expect, test } from 'vitest';
import { isOlder } from '../../../../src/commands/shared/installed-codex.ts';

test.each([
  ['0.154.0', '0.169.0', true],
  ['0.169.0', '0.154.0', false],
  ['0.169.0', '0.169.0', false],
  ['0.99.9', '0.100.0', true],
  ['1.0.0', '0.169.3', false],
  ['0.169.0-alpha.1', '0.169.0', false],
])('%s is older than %s: %s', (version, than, older) => {
  expect(isOlder(version, than)).toBe(older);
});
