import { expect, test } from 'vitest';
import { UserTerminal } from '../../src/client/tty.ts';

const passes = (text: string) => UserTerminal.passesProcessing(Buffer.from(text));

test('a picture looks the same where the terminal still adds a CR to each LF', () => {
  expect(passes('')).toBe(true);
  expect(passes('\r\n\r\n\x1b[H\x1b[2Jrow 1\r\nrow 2\x1b[3;1Hrow 3')).toBe(true);
});

test('a bare LF does not, wherever it stands, nor does a tab', () => {
  expect(passes('\n')).toBe(false);
  expect(passes('row 1\r\nrow 2\nrow 3')).toBe(false);
  expect(passes('row 1\r\n\n')).toBe(false);
  expect(passes('a\tb')).toBe(false);
});
