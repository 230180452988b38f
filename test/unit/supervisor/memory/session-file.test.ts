/** What is stored of a session, and read by a successor that has only the descriptor. */
import { randomBytes } from 'node:crypto';
import { fstatSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { SessionFile } from '../../../../src/supervisor/memory/session-file.ts';
import { temporaryFile } from './temporary-file.ts';

const KIB = 1024;

function sessionFile(): SessionFile {
  return new SessionFile(temporaryFile());
}

/** Each cell another character and colour than the last. */
function colourful(cols: number, rows: number): Buffer {
  const cell = (_: unknown, n: number) =>
    `\x1b[38;5;${(n * 7) % 256}m${String.fromCharCode(33 + (n % 90))}`;
  return Buffer.from(Array.from({ length: cols * rows }, cell).join(''));
}

test('all of it is there for a successor', () => {
  const own = sessionFile();
  expect(own.marks).toEqual({ screen: false, state: false });
  own.mark('screen', true);
  own.ledger.add({ token: 'a'.repeat(32), taken: 3, given: 2 });
  own.writeFixed({ spec: 'as it was' });
  own.writeState({ title: 'ünï 🙂' });
  own.writeScreen(Buffer.from('a screen'));
  const found = new SessionFile(own.fd);
  expect(found.marks).toEqual({ screen: true, state: false });
  expect(found.readFixed()).toEqual({ spec: 'as it was' });
  expect(found.readState()).toEqual({ title: 'ünï 🙂' });
  expect(Buffer.from(found.readScreen() ?? []).toString()).toBe('a screen');
  expect(found.ledger.read()).toEqual([{ token: 'a'.repeat(32), taken: 3, given: 2 }]);
  own.mark('screen', false);
  own.mark('state', true);
  expect(found.marks).toEqual({ screen: false, state: true });
  expect(found.ledger.read()).toEqual([{ token: 'a'.repeat(32), taken: 3, given: 2 }]);
  expect(found.readState()).toEqual({ title: 'ünï 🙂' });
});

test('of a new one there is nothing', () => {
  const own = sessionFile();
  expect([own.readFixed(), own.readState(), own.readScreen()]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test('screens of any size come back as they were, large ones compressed', () => {
  const own = sessionFile();
  const sizes = [0, 1, 8 * KIB, 8 * KIB + 1, 15 * KIB, 100 * KIB].map((size) =>
    Buffer.alloc(size, 'ab'),
  );
  for (const screen of [...sizes, colourful(140, 50), Buffer.from('small again')]) {
    expect(own.writeScreen(screen)).toBe(true);
    expect(Buffer.from(new SessionFile(own.fd).readScreen() ?? [])).toEqual(screen);
  }
});

test('a screen that cannot be made small enough is refused, and the one before stays', () => {
  const own = sessionFile();
  own.writeScreen(Buffer.from('before'));
  expect(own.writeScreen(randomBytes(64 * KIB))).toBe(false);
  expect(Buffer.from(own.readScreen() ?? []).toString()).toBe('before');
});

test('what is too large besides is an error, and nothing else suffers', () => {
  const own = sessionFile();
  own.writeFixed({ small: true });
  own.writeState({ n: 1 });
  own.writeScreen(Buffer.from('a screen'));
  expect(() => own.writeState('x'.repeat(40 * KIB))).toThrow('its state is too large');
  expect(() => own.writeFixed('x'.repeat(9 * KIB * KIB))).toThrow('the environment is too large');
  // As much as execve(2) allows.
  own.writeFixed({ env: 'x'.repeat(6 * KIB * KIB) });
  expect(own.readState()).toEqual({ n: 1 });
  expect(Buffer.from(own.readScreen() ?? []).toString()).toBe('a screen');
  expect(own.readFixed()).toEqual({ env: 'x'.repeat(6 * KIB * KIB) });
});

test.skipIf(process.platform !== 'linux')('it takes at most 64 KiB of memory', () => {
  const own = new SessionFile();
  onTestFinished(() => own.close());
  own.mark('screen', true);
  own.writeFixed({ env: 'x'.repeat(4 * KIB) });
  for (let writes = 0; writes < 20; writes++) {
    own.ledger.begin(writes.toString(16).padStart(32, '0'));
    own.writeState({ title: 't'.repeat(3 * KIB), writes });
    expect(own.writeScreen(colourful(140, 50))).toBe(true);
  }
  expect(fstatSync(own.fd).blocks * 512).toBeLessThanOrEqual(64 * KIB);
  own.close();
  own.close();
});
