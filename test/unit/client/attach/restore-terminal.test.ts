/** On leaving, what the terminal still has to say is swallowed, and what a person types is not. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { leaveTerminal } from '../../../../src/client/attach/restore-terminal.ts';
import type { UserTerminal } from '../../../../src/client/attach/user-terminal.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A terminal in memory, and what was given back to whoever reads it next. */
function terminal() {
  const unread: string[] = [];
  const fake = {
    gone: false,
    onInput: undefined as ((bytes: Uint8Array) => void) | undefined,
    onGone: undefined as (() => void) | undefined,
    write: () => {},
    taken: () => Promise.resolve(),
    unread: (bytes: Uint8Array) => unread.push(Buffer.from(bytes).toString('latin1')),
  };
  return { fake, unread, left: leaveTerminal(fake as unknown as UserTerminal, new Uint8Array()) };
}

test('an answer over a slow line is swallowed, and what was typed before it is kept', async () => {
  const { fake, unread, left } = terminal();
  await vi.advanceTimersByTimeAsync(400);
  fake.onInput?.(Buffer.from('ls\x1b[?62;22c'));
  await left;
  expect(unread.join('')).toBe('ls');
});

test('a terminal that never answers is left all the same', async () => {
  const { fake, unread, left } = terminal();
  await vi.advanceTimersByTimeAsync(0);
  fake.onInput?.(Buffer.from('ls'));
  await vi.runAllTimersAsync();
  await left;
  expect(unread.join('')).toBe('ls');
  expect(fake.onInput).toBeUndefined();
});
