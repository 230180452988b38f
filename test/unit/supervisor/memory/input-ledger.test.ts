/** What was typed, as a successor reads it. */
import { readSync, writeSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  InputLedger,
  LEDGER_BYTES,
  type Typist,
} from '../../../../src/supervisor/memory/input-ledger.ts';
import { temporaryFile } from './temporary-file.ts';

const OFFSET = 64;
const CLIENTS_MAX = 64;
const KEYS_MAX = 16;

const token = (n: number) => n.toString(16).padStart(32, '0');
const typist = (n: number, taken = 0, given = 0): Typist => ({ token: token(n), taken, given });

function ledger(): { fd: number; own: InputLedger; successor: () => InputLedger } {
  const fd = temporaryFile();
  // As there is more behind it in the file.
  writeSync(fd, Buffer.alloc(OFFSET + LEDGER_BYTES + 8), 0, OFFSET + LEDGER_BYTES + 8, 0);
  const open = () => new InputLedger(fd, OFFSET);
  return { fd, own: open(), successor: open };
}

test('counts go on where they were, also beyond four billion', () => {
  const { own, successor } = ledger();
  expect(own.read()).toEqual([]);
  own.add(typist(1));
  own.add(typist(2, 7, 5));
  own.taken(typist(1, 12));
  own.given(typist(1, 0, 10));
  const far = 2 ** 40 + 1;
  own.taken(typist(2, far));
  expect(successor().read()).toEqual([typist(1, 12, 10), typist(2, far, 5)]);
  const next = successor();
  next.read();
  next.given(typist(2, 0, far));
  expect(successor().read()).toEqual([typist(1, 12, 10), typist(2, far, far)]);
});

test('a client that is noted keeps its counts, one that leaves makes room', () => {
  const { own, successor } = ledger();
  for (const n of [1, 2, 3]) own.add(typist(n, n, n));
  own.add(typist(2, 0, 0));
  own.remove(typist(1));
  own.remove(typist(9));
  expect(successor().read()).toEqual([typist(2, 2, 2), typist(3, 3, 3)]);
  own.taken(typist(1, 99));
  own.add(typist(4, 4, 4));
  expect(successor().read()).toEqual([typist(4, 4, 4), typist(2, 2, 2), typist(3, 3, 3)]);
});

test('a successor that goes on with some makes room of the others', () => {
  const { own, successor } = ledger();
  for (let n = 1; n <= CLIENTS_MAX; n++) own.add(typist(n, n));
  const next = successor();
  next.read();
  next.remove(typist(5));
  next.add(typist(100, 3, 2));
  const noted = successor().read();
  expect(noted).toHaveLength(CLIENTS_MAX);
  expect(noted[4]).toEqual(typist(100, 3, 2));
});

test('of the 65th client nothing is known, and nobody else suffers', () => {
  const { fd, own, successor } = ledger();
  const all = Array.from({ length: CLIENTS_MAX }, (_, n) => typist(n + 1, 10 * n, n));
  for (const one of all) own.add(one);
  own.begin(token(1));
  own.add(typist(65, 1, 1));
  own.taken(typist(65, 1_000));
  own.given(typist(65, 0, 1_000));
  own.remove(typist(65));
  expect(successor().read()).toEqual(all);
  expect(successor().stateOf(token(1))).toBe('begun');
  const around = Buffer.alloc(OFFSET);
  readSync(fd, around, 0, OFFSET, 0);
  expect(around).toEqual(Buffer.alloc(OFFSET));
});

test('what is no token, or no key, is not noted', () => {
  const { own, successor } = ledger();
  own.begin(token(1));
  for (let times = 0; times < KEYS_MAX; times++) own.begin('odd');
  expect(successor().stateOf(token(1))).toBe('begun');
  for (const odd of ['', 'xyz', token(1).slice(1), `${token(1)}00`, token(1).replace('0', 'g')]) {
    own.add({ token: odd, taken: 1, given: 1 });
    own.begin(odd);
    expect(successor().stateOf(odd)).toBe('none');
  }
  expect(successor().read()).toEqual([]);
});

test('a request is new, begun, or typed, for a successor as well', () => {
  const { fd, own, successor } = ledger();
  own.add(typist(1, 3, 3));
  own.begin(token(1));
  own.begin(token(2));
  own.typed(token(2));
  own.typed(token(3));
  for (const one of [own, successor()])
    expect([1, 2, 3].map((n) => one.stateOf(token(n)))).toEqual(['begun', 'typed', 'none']);
  expect(successor().read()).toEqual([typist(1, 3, 3)]);
  const behind = Buffer.alloc(8);
  readSync(fd, behind, 0, 8, OFFSET + LEDGER_BYTES);
  expect(behind).toEqual(Buffer.alloc(8));
});

test('the oldest key is forgotten for a new one, also by a successor', () => {
  const { own, successor } = ledger();
  // The last of them is the first in the file.
  for (let n = 1; n <= KEYS_MAX + 1; n++) {
    own.begin(token(n));
    own.typed(token(n));
  }
  const states = (one: InputLedger) =>
    Array.from({ length: KEYS_MAX + 3 }, (_, n) => one.stateOf(token(n + 1)));
  const known = (n: number) => Array.from({ length: n }, () => 'typed');
  expect(states(own)).toEqual(['none', ...known(KEYS_MAX), 'none', 'none']);
  const next = successor();
  next.read();
  next.begin(token(KEYS_MAX + 2));
  expect(states(next)).toEqual(['none', 'none', ...known(KEYS_MAX - 1), 'begun', 'none']);
});
