import { describe, expect, test } from 'vitest';
import { endOfCut } from '../../../../src/supervisor/session/cut-input.ts';

const START = '\x1b[200~';
const END = '\x1b[201~';
const whole = Buffer.from(`${START}a€b${END}\r`);

/** What the program gets in all. */
function cut(input: Buffer, taken: number): string {
  return Buffer.concat([input.subarray(0, taken), endOfCut(input, taken)]).toString();
}

describe('a paste', () => {
  test.each([
    [0, ''],
    [3, START + END],
    [6, START + END],
    [7, `${START}a${END}`],
    [8, `${START}a€${END}`],
    [9, `${START}a€${END}`],
    [10, `${START}a€${END}`],
    [11, `${START}a€b${END}`],
    [14, `${START}a€b${END}`],
    [17, `${START}a€b${END}`],
  ])('of which %i bytes are taken is closed and not submitted', (taken, got) => {
    expect(cut(whole, taken)).toBe(got);
  });

  test('gets the rest of its key', () => {
    const keyed = Buffer.from(`${START}a${END}\x1b[13u`);
    expect(cut(keyed, keyed.length - 2)).toBe(keyed.toString());
  });
});

test('a key is whole, text ends with a whole character', () => {
  expect(cut(Buffer.from('\x1b[1;5A'), 3)).toBe('\x1b[1;5A');
  expect(cut(Buffer.from('a€b\r'), 2)).toBe('a€');
  expect(cut(Buffer.from('a€b\r'), 4)).toBe('a€');
});
