import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/platform/errors.ts';
import {
  codexKeyBytes,
  KEY_NAMES,
  keyBytes,
  pasteBytes,
} from '../../../src/terminal/key-encoding.ts';

const key = (name: string, kittyFlags = 0, applicationCursor = false) =>
  keyBytes(name, { kittyFlags, applicationCursor }).toString();

describe('a key', () => {
  it.each([
    // name, legacy, kitty flags 7 (what Codex asks for), kitty flags 15
    ['y', 'y', 'y', '\x1b[121u'],
    ['Y', 'Y', 'Y', '\x1b[121;2u'],
    ['shift+y', 'Y', 'Y', '\x1b[121;2u'],
    ['é', 'é', 'é', '\x1b[233u'],
    ['+', '+', '+', '\x1b[43u'],
    ['space', ' ', ' ', '\x1b[32u'],
    ['esc', '\x1b', '\x1b[27u', '\x1b[27u'],
    ['enter', '\r', '\r', '\x1b[13u'],
    ['tab', '\t', '\t', '\x1b[9u'],
    ['backspace', '\x7f', '\x7f', '\x1b[127u'],
    ['shift+tab', '\x1b[Z', '\x1b[9;2u', '\x1b[9;2u'],
    ['shift+enter', '\r', '\x1b[13;2u', '\x1b[13;2u'],
    ['ctrl+c', '\x03', '\x1b[99;5u', '\x1b[99;5u'],
    ['Ctrl-C', '\x03', '\x1b[99;5u', '\x1b[99;5u'],
    ['ctrl+\\', '\x1c', '\x1b[92;5u', '\x1b[92;5u'],
    ['ctrl+^', '\x1e', '\x1b[94;5u', '\x1b[94;5u'],
    ['ctrl+space', '\x00', '\x1b[32;5u', '\x1b[32;5u'],
    ['ctrl++', '+', '\x1b[43;5u', '\x1b[43;5u'],
    ['alt+x', '\x1bx', '\x1b[120;3u', '\x1b[120;3u'],
    ['ctrl+alt+x', '\x1b\x18', '\x1b[120;7u', '\x1b[120;7u'],
    ['alt+enter', '\x1b\r', '\x1b[13;3u', '\x1b[13;3u'],
    ['up', '\x1b[A', '\x1b[A', '\x1b[A'],
    ['ctrl+right', '\x1b[1;5C', '\x1b[1;5C', '\x1b[1;5C'],
    ['home', '\x1b[H', '\x1b[H', '\x1b[H'],
    ['delete', '\x1b[3~', '\x1b[3~', '\x1b[3~'],
    ['shift+pageup', '\x1b[5;2~', '\x1b[5;2~', '\x1b[5;2~'],
    ['f1', '\x1bOP', '\x1b[P', '\x1b[P'],
    ['f3', '\x1bOR', '\x1b[13~', '\x1b[13~'],
    ['shift+f1', '\x1b[1;2P', '\x1b[1;2P', '\x1b[1;2P'],
    ['f12', '\x1b[24~', '\x1b[24~', '\x1b[24~'],
  ])('%s', (name, legacy, disambiguated, all) => {
    expect([key(name), key(name, 7), key(name, 15)]).toEqual([legacy, disambiguated, all]);
  });

  it('of the cursor is SS3 where the program asked for it, but not by the kitty protocol', () => {
    expect(key('up', 0, true)).toBe('\x1bOA');
    expect(key('ctrl+up', 0, true)).toBe('\x1b[1;5A');
    expect(key('up', 7, true)).toBe('\x1b[A');
  });

  it('carries its text where the program asked for that too', () => {
    expect(key('y', 24)).toBe('\x1b[121;1;121u');
    expect(key('Y', 24)).toBe('\x1b[121;2;89u');
    expect(key('ctrl+y', 24)).toBe('\x1b[121;5u');
  });

  it.each(['', 'ctrl+', 'hyper+x', 'escape!', 'constructor', 'ctrl+toString', '\x1b', 'f13'])(
    '%j is none',
    (name) => {
      expect(() => key(name)).toThrow(UserError);
    },
  );

  it('has every name that the help lists', () => {
    for (const name of KEY_NAMES) expect(key(name).length).toBeGreaterThan(0);
  });
});

describe("a key in Codex's words", () => {
  it.each([
    // name, kitty flags, bytes; undefined: it cannot be sent.
    ['enter', 7, '\r'],
    ['ctrl-enter', 7, '\x1b[13;5u'],
    ['ctrl-enter', 0, undefined],
    ['alt-enter', 0, '\x1b\r'],
    ['ctrl-alt-shift-s', 7, '\x1b[115;8u'],
    ['page-up', 7, '\x1b[5~'],
    ['ctrl-page-down', 7, '\x1b[6;5~'],
    ['f12', 7, '\x1b[24~'],
    ['f24', 7, undefined],
    ['no-such-key', 7, undefined],
  ])('%s with %s', (name, kittyFlags, bytes) => {
    const mode = { kittyFlags, applicationCursor: false };
    expect(codexKeyBytes(name, mode)?.toString()).toBe(bytes);
  });
});

const ENTER = Buffer.from('\r');

describe('a paste', () => {
  it.each([
    ['one line', 'hi', '\x1b[200~hi\x1b[201~\r'],
    ['several lines', 'a\r\nb\rc\n', '\x1b[200~a\nb\nc\n\x1b[201~\r'],
    ['a word that opens a list', 'fix $X', '\x1b[200~fix $X \x1b[201~\r'],
    ['a file that opens a list', '@src/a.ts', '\x1b[200~@src/a.ts \x1b[201~\r'],
    ['such a word elsewhere', '$X is unset', '\x1b[200~$X is unset\x1b[201~\r'],
    ['an address', 'mail me@x.org', '\x1b[200~mail me@x.org\x1b[201~\r'],
  ])('%s', (_why, text, bytes) => {
    expect(pasteBytes(text, true, ENTER).toString()).toBe(bytes);
  });

  it('can be left unsubmitted, and is plain where pastes are not bracketed', () => {
    expect(pasteBytes('fix $X', true).toString()).toBe('\x1b[200~fix $X\x1b[201~');
    expect(pasteBytes('a\nb', false, ENTER).toString()).toBe('a\rb\r');
  });

  it('never ends early', () => {
    expect(() => pasteBytes('a\x1b[201~rm -rf /', true)).toThrow(UserError);
    expect(() => pasteBytes('a\u009b201~b', false)).toThrow(UserError);
  });
});
