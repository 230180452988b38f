import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createKeyScanner } from '../../../../src/client/attach/detach-keys.ts';
import type { KeyScanner } from '../../../../src/client/attach/key-scanner.ts';
import { keyLabel } from '../../../../src/terminal/key-names.ts';

const tmux = () => createKeyScanner('ctrl+b d', 'ctrl+b s');
const alt = () => createKeyScanner('alt+d', 'alt+.');
const push = (text: string, keys: KeyScanner = tmux()) => {
  const { forward, action, rest } = keys.push(Buffer.from(text, 'latin1'), 0);
  if (rest) expect(text.endsWith(Buffer.concat(rest).toString('latin1'))).toBe(true);
  return { forward: Buffer.concat(forward).toString('latin1'), action };
};
const flush = (keys: KeyScanner) => Buffer.concat(keys.flush().forward).toString('latin1');

test.each([
  ['legacy', '\x02d'],
  ['CSI u', '\x1b[98;5ud'],
  ['CSI u with releases', '\x1b[98;5:1u\x1b[98;5:3ud'],
  ['CSI u, released after Ctrl', '\x1b[98;5u\x1b[98;1:3ud'],
  ['CSI u for all keys', '\x1b[98;5u\x1b[98;5:3u\x1b[57442;1:3u\x1b[100;1:1u'],
  ['CSI u with caps lock', '\x1b[98;69u\x1b[100;65u'],
  ['CSI u with the text', '\x1b[98;5u\x1b[100;;100u'],
  ['CSI u of a Russian keyboard', '\x1b[1080::98;5u\x1b[1074::100u'],
  ['modifyOtherKeys', '\x1b[27;5;98~d'],
  [
    'win32-input-mode',
    '\x1b[66;48;2;1;8;1_\x1b[66;48;2;0;8;1_\x1b[17;29;0;0;0;1_\x1b[68;32;100;1;0;1_',
  ],
])('a prefix and a letter: %s', (_name, bytes) => {
  const released = [...bytes.matchAll(/\x1b\[(?:57442;1:3u|17;29;0;0;0;1_)/g)].join('');
  expect(push(`ab${bytes}cd`)).toEqual({ forward: `ab${released}`, action: 'detach' });
});

test.each([
  ['another key', '\x02x'],
  ['another case', '\x02D'],
  ['with Shift', '\x1b[98;5u\x1b[100;2u'],
  ['with Ctrl still down', '\x02\x04'],
  ['with Alt', '\x02\x1bd'],
  ['an arrow', '\x02\x1b[A'],
  ['Esc', '\x02\x1b'],
  ['the letter alone', 'd'],
  ['a click', '\x02\x1b[<0;1;1M'],
  ['two bytes of UTF-8', '\x02\xc3\xa9'],
  ['within a paste', '\x1b[200~\x02d\x1b[201~'],
  ['before a paste', '\x02\x1b[200~d\x1b[201~'],
  ['with a release between', '\x1b[98;5u\x1b[98;5:3u\x1b[120u'],
])('not ours, and in order: %s', (_name, bytes) => {
  expect(push(bytes)).toEqual({ forward: bytes, action: undefined });
});

test('the prefix twice is the prefix, once', () => {
  expect(push('a\x02\x02d')).toEqual({ forward: 'a\x02d', action: undefined });
  const pressed = '\x1b[98;5u\x1b[98;5:3u';
  expect(push(pressed + pressed)).toEqual({ forward: pressed, action: undefined });
  expect(push('\x02\x02\x02\x02')).toEqual({ forward: '\x02\x02', action: undefined });
  expect(push('\x02\x02\x02s')).toEqual({ forward: '\x02', action: 'switch' });
});

test('a lone prefix is held for 500 ms, and no other key is', () => {
  const keys = tmux();
  expect(keys.heldForMs(0)).toBeUndefined();
  push('\x02', keys);
  expect(keys.heldForMs(0)).toBe(500);
  expect(keys.heldForMs(200)).toBe(300);
  expect(flush(keys)).toBe('\x02');
  expect(keys.heldForMs(200)).toBeUndefined();
  expect(push('d', keys)).toEqual({ forward: 'd', action: undefined });
});

test('what is dropped goes nowhere', () => {
  const keys = tmux();
  push('\x02', keys);
  keys.drop();
  expect(push('d', keys)).toEqual({ forward: 'd', action: undefined });
});

test('a reply and a motion wait for nobody', () => {
  const keys = tmux();
  expect(push('\x02\x1b[?62c\x1b[<35;1;1M\x1b[I', keys).forward).toBe(
    '\x1b[?62c\x1b[<35;1;1M\x1b[I',
  );
  expect(push('d', keys)).toEqual({ forward: '', action: 'detach' });
});

test('two prefixes, and a prefix beside a lone key', () => {
  const two = () => createKeyScanner('ctrl+b d', 'ctrl+a a');
  expect(push('\x02\x01a', two())).toEqual({ forward: '\x02', action: 'switch' });
  const lone = () => createKeyScanner('alt+x d', 'ctrl+^');
  expect(push('\x1bx\x1e', lone())).toEqual({ forward: '\x1bx', action: 'switch' });
  expect(push('\x1bxd', lone())).toEqual({ forward: '', action: 'detach' });
  expect(push('\x01\x04', createKeyScanner('ctrl+a ctrl+d', 'none')).action).toBe('detach');
});

test.each([
  ['legacy', '\x1bd', 'detach'],
  ['CSI u', '\x1b[100;3u', 'detach'],
  ['CSI u repeated, with num lock', '\x1b[100;131:2u', 'detach'],
  ['modifyOtherKeys', '\x1b[27;3;100~', 'detach'],
  ['win32-input-mode', '\x1b[68;32;100;1;2;1_', 'detach'],
  ['a sign', '\x1b.', 'switch'],
  ['a sign with Shift', '\x1b[59:46;4u', 'switch'],
])('Alt and a key: %s', (_name, bytes, action) => {
  expect(push(`ab${bytes}`, alt())).toEqual({ forward: 'ab', action });
});

test.each([
  ['with Shift', '\x1bD'],
  ['with Shift as CSI u', '\x1b[100;4u'],
  ['with Ctrl too', '\x1b[100;7u'],
  ['its release', '\x1b[100;3:3u'],
  ['within a paste', '\x1b[200~\x1bd\x1b[201~'],
  ['AltGr', '\x1b[68;32;100;1;9;1_'],
])('Alt and a key, not ours: %s', (_name, bytes) => {
  expect(push(bytes, alt())).toEqual({ forward: bytes, action: undefined });
});

/** Pieces after which no cut is read differently: all but a lone ESC. */
const PIECE = fc.constantFrom(
  ...[
    '\x02',
    'd',
    's',
    'x',
    'é',
    '\x1b[98;5u',
    '\x1b[98;5:3u',
    '\x1b[100u',
    '\x1b[100;2u',
    '\x1b[27;5;98~',
  ],
  ...[
    '\x1bd',
    '\x1b[A',
    '\x1b[<0;1;1M',
    '\x1b[<35;1;1M',
    '\x1b[?62c',
    '\x1b[I',
    '\x1bOP',
    '\x1b[57442;5u',
  ],
  ...['\x1b[200~\x02d\x1b[201~', '\x1b[66;48;2;1;8;1_', '\x1b[68;32;100;0;0;1_'],
);

function all(chunks: readonly Uint8Array[], keys: KeyScanner): string {
  let out = '';
  const queue = [...chunks];
  for (let chunk = queue.shift(); chunk; chunk = queue.shift()) {
    const { forward, action, rest = [] } = keys.push(chunk, 0);
    out += forward.map((bytes) => Buffer.from(bytes).toString('latin1')).join('');
    if (action) out += `<${action}>`;
    queue.unshift(...rest.filter(({ length }) => length > 0));
  }
  return out + flush(keys);
}

test.each<[string, () => KeyScanner]>([
  ['after a prefix', tmux],
  ['with Alt', alt],
  ['of both kinds', () => createKeyScanner('alt+d d', 'ctrl+b')],
])('keys %s: however the input is cut, the same goes on', (_name, create) => {
  fc.assert(
    fc.property(
      fc.array(PIECE, { maxLength: 12 }),
      fc.array(fc.nat(), { maxLength: 12 }),
      (pieces, cuts) => {
        const bytes = Buffer.from(pieces.join(''));
        const at = cuts
          .map((cut) => cut % (bytes.length + 1))
          // A lone ESC goes on at once: it may be somebody's Esc.
          .filter((cut) => bytes[cut - 1] !== 0x1b)
          .sort((a, b) => a - b);
        const chunks = [0, ...at].map((from, i) => bytes.subarray(from, at[i] ?? bytes.length));
        expect(all(chunks, create())).toBe(all([bytes], create()));
      },
    ),
    { numRuns: 2_000 },
  );
});

test('without our keys in it, everything goes on as it is', () => {
  fc.assert(
    fc.property(fc.array(PIECE, { maxLength: 12 }), (pieces) => {
      const out = all([Buffer.from(pieces.join(''))], tmux());
      if (!out.includes('<') && !/\x02|98;5u|5;98~|66;48;2;1/.test(pieces.join('')))
        expect(out).toBe(pieces.map((piece) => Buffer.from(piece).toString('latin1')).join(''));
    }),
  );
});

test('labels', () => {
  expect(keyLabel('ctrl+\\')).toBe('Ctrl-\\');
  expect(keyLabel('^^')).toBe('Ctrl-^ (Ctrl-6)');
  expect(keyLabel('c-space')).toBe('Ctrl-Space');
  expect(keyLabel('ctrl+b d')).toBe('Ctrl-B d');
  expect(keyLabel('m-x')).toBe('Alt-x');
  expect(keyLabel('none')).toBeUndefined();
});
