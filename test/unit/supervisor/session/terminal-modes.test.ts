/** What a terminal says of its modes: the first reply to each query is ours, the rest the program's. */
import { expect, test } from 'vitest';
import { TerminalModes } from '../../../../src/supervisor/session/terminal-modes.ts';

const say = (mode: number, value: number) => Buffer.from(`\x1b[?${mode};${value}$y`);

test('one reply for each mode asked for, in whatever order', () => {
  const modes = new TerminalModes();
  const queries = Buffer.from(modes.ask([7727, 9001, 1049])).toString();
  expect(queries).toContain('\x1b[?7727$p');
  expect(queries).toContain('\x1b[?12$p');
  // A program's own mode, and one that is kept otherwise.
  expect(queries).not.toMatch(/9001|1049/);
  expect(modes.takes(say(7727, 1))).toBe(true);
  expect(modes.takes(say(12, 2))).toBe(true);
  expect(modes.takes(say(7727, 2))).toBe(false);
  expect(modes.takes(say(9001, 1))).toBe(false);
  expect(modes.takes(Buffer.from('\x1b[?62;22c'))).toBe(false);
  expect([7727, 12, 9001, 5].map(modes.own)).toEqual([true, false, undefined, undefined]);
});

test('what cannot be changed is left alone, what is not known has its usual value', () => {
  const modes = new TerminalModes();
  modes.ask([]);
  for (const reply of [say(5, 3), say(7, 4), say(45, 0)]) expect(modes.takes(reply)).toBe(true);
  expect([5, 7, 45].map(modes.own)).toEqual(['fixed', 'fixed', undefined]);
  expect(new TerminalModes(modes.dump()).own(5)).toBe('fixed');
});
