import { expect, test } from 'vitest';
import { checkFarTerminal } from '../../../src/terminal/far-terminal.ts';

const TERMINAL = { cols: 80, rows: 24, color: true, answers: false };

test('what is no colour is not taken for one', () => {
  const colors = { 10: 'rgb:1/2/3', 11: 'rgb:ff/ff/ff\x1b]52;c;x\x07', 12: 7, other: 'rgb:1/2/3' };
  expect(checkFarTerminal({ ...TERMINAL, colors })).toEqual({
    ...TERMINAL,
    colors: { 10: 'rgb:1/2/3' },
  });
  for (const none of [undefined, null, 'light', [], {}])
    expect(checkFarTerminal({ ...TERMINAL, colors: none })).toEqual(TERMINAL);
});

test('a size that no terminal has makes it none', () => {
  for (const cols of [0, 1_001, 2.5, '80', undefined])
    expect(checkFarTerminal({ ...TERMINAL, cols })).toBeUndefined();
});
