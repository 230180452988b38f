import { expect, test } from 'vitest';
import { createKeyScanner } from '../../../../src/client/attach/detach-keys.ts';

const scanner = () => createKeyScanner('ctrl+\\', 'ctrl+^');
const push = (text: string, keys = scanner()) => {
  const { forward, action, rest } = keys.push(Buffer.from(text, 'latin1'), 0);
  if (rest) expect(text.endsWith(Buffer.concat(rest).toString('latin1'))).toBe(true);
  return { forward: Buffer.concat(forward).toString('latin1'), action };
};

test.each([
  ['raw', '\x1c'],
  ['CSI u', '\x1b[92;5u'],
  ['CSI u with an event type', '\x1b[92;5:1u'],
  ['CSI u repeated', '\x1b[92;5:2u'],
  ['CSI u with num lock', '\x1b[92;133u'],
  ['CSI u with alternates', '\x1b[92:124;5u'],
  ['modifyOtherKeys', '\x1b[27;5;92~'],
  ['win32-input-mode', '\x1b[220;43;28;1;8;1_'],
])('detach: %s', (_name, bytes) => {
  expect(push(`ab${bytes}cd`)).toEqual({ forward: 'ab', action: 'detach' });
});

test.each([
  ['raw', '\x1e'],
  ['Ctrl-Shift-6', '\x1b[54;6u'],
  ['Ctrl-Shift-6 with the shifted key', '\x1b[54:94;6u'],
  ['Ctrl-6', '\x1b[54;5u'],
  ['a layout with ^ on a key', '\x1b[94;5u'],
  ['modifyOtherKeys', '\x1b[27;6;94~'],
  ['win32-input-mode', '\x1b[54;7;30;1;24;1_'],
])('switch: %s', (_name, bytes) => {
  expect(push(bytes)).toEqual({ forward: '', action: 'switch' });
});

test.each([
  ['its release', '\x1b[92;5:3u'],
  ['its release in win32-input-mode', '\x1b[220;43;28;0;8;1_'],
  ['with AltGr in win32-input-mode', '\x1b[220;43;28;1;9;1_'],
  ['the Ctrl key itself in win32-input-mode', '\x1b[17;29;0;1;8;1_'],
  ['Ctrl and - of a French keyboard in win32-input-mode', '\x1b[54;7;0;1;8;1_'],
  ['a string of nothing', '\x1b[_'],
  ['without Ctrl', '\x1b[92;1u'],
  ['with Alt too', '\x1b[92;7u'],
  ['within a paste', '\x1b[200~a\x1cb\x1e\x1b[201~'],
  ['another key', '\x1b[93;5u'],
])('not ours: %s', (_name, bytes) => {
  expect(push(bytes)).toEqual({ forward: bytes, action: undefined });
});

/** With alternate keys, which Codex asks for: the key, with Shift, and on a US keyboard. */
test.each([
  ['Ctrl and - of a French keyboard', '\x1b[45::54;5u', undefined],
  ['Ctrl and 6 of a French keyboard', '\x1b[45:54:54;6u', 'switch'],
  ['Ctrl and # of a German keyboard', '\x1b[35::92;5u', undefined],
  ['Ctrl and ^ of a German keyboard', '\x1b[94::96;5u', 'switch'],
  ['Ctrl and ç of a Spanish keyboard', '\x1b[231::92;5u', 'detach'],
  ['Ctrl and 6 of a Dvorak keyboard', '\x1b[54;5u', 'switch'],
  ['Ctrl and \\ of a Dvorak keyboard', '\x1b[92::92;5u', 'detach'],
  ['Ctrl and the key of \\ of a Greek keyboard', '\x1b[955::92;5u', 'detach'],
  ['Ctrl and the key of \\ of a Hebrew keyboard', '\x1b[1470::92;5u', 'detach'],
  ['Ctrl and ] of a US keyboard', '\x1b[93:125;5u', undefined],
])('%s', (_name, bytes, action) => {
  expect(push(bytes)).toEqual({ forward: action ? '' : bytes, action });
});

test('the key is found when it comes in two reads', () => {
  for (const key of ['\x1b[92;5u', '\x1b[27;5;92~', '\x1b[92;5:1u'])
    for (let at = 2; at < key.length; at++) {
      const keys = scanner();
      expect(push(key.slice(0, at), keys)).toEqual({ forward: '', action: undefined });
      expect(keys.heldForMs(0)).toBe(50);
      expect(push(key.slice(at), keys)).toEqual({ forward: '', action: 'detach' });
    }
});

test('what is held and does not go on is passed on', () => {
  const keys = scanner();
  push('\x1b[', keys);
  expect(Buffer.concat(keys.flush().forward).toString()).toBe('\x1b[');
});

test('"none" leaves every key to the program', () => {
  const keys = createKeyScanner('none', 'None');
  expect(push('\x1c\x1e\x1b[92;5u', keys)).toEqual({
    forward: '\x1c\x1e\x1b[92;5u',
    action: undefined,
  });
});

test('a key that could not be told from others is refused', () => {
  for (const bad of [
    'x',
    'ctrl+m',
    'ctrl+[',
    'ctrl+ä',
    'f1',
    '',
    'alt+O',
    'alt+[',
    'ctrl+b ctrl+b',
  ])
    expect(() => createKeyScanner(bad, 'none')).toThrow(/detach_key/);
  expect(() => createKeyScanner('none', 'ctrl+b d e')).toThrow(/switch_key/);
});

test('what is typed behind our key is there for whoever comes next', () => {
  const { rest } = scanner().push(Buffer.from('ab\x1erev\r'), 0);
  expect(Buffer.concat(rest ?? []).toString()).toBe('rev\r');
});

test('so is a sequence that has only begun', () => {
  const keys = scanner();
  const { rest } = keys.push(Buffer.from('ab\x1ec\x1b['), 0);
  expect(Buffer.concat(rest ?? []).toString()).toBe('c\x1b[');
  expect(keys.heldForMs(0)).toBeUndefined();
});

test('Esc and our key in one read are two keys', () => {
  expect(push('ab\x1b\x1c')).toEqual({ forward: 'ab\x1b', action: 'detach' });
  expect(push('\x1b\x1e')).toEqual({ forward: '\x1b', action: 'switch' });
  expect(push('\x1b\x1b\x1c')).toEqual({ forward: '\x1b\x1b', action: 'detach' });
  // Other control characters, and ours in a paste, stay with the program.
  expect(push('\x1b\r')).toEqual({ forward: '\x1b\r', action: undefined });
  const paste = '\x1b[200~\x1b\x1c\x1b[201~';
  expect(push(paste)).toEqual({ forward: paste, action: undefined });
  const keys = createKeyScanner('ctrl+b d', 'none');
  expect(push('\x1b\x02d', keys)).toEqual({ forward: '\x1b', action: 'detach' });
});
