import { expect, test } from 'vitest';
import { type KeyEvent, KeyReader } from '../../../src/ui/keys.ts';
import { encodeKey, type KeyModes } from '../../support/terminal/keys.ts';

function read(...chunks: (string | Uint8Array)[]): string[] {
  const reader = new KeyReader();
  return chunks.flatMap((chunk) => reader.push(Buffer.from(chunk), 0)).map(displayName);
}

function displayName(event: KeyEvent): string {
  return event.type === 'text' ? `"${event.text}"` : event.action;
}

test.each<[string, string[]]>([
  ['\x1b', ['cancel']],
  ['\x03', ['cancel']],
  ['\x1b[A', ['up']],
  ['\x1bOB', ['down']],
  ['\x0b\x0a\x10\x0e', ['up', 'down', 'up', 'down']],
  ['\r', ['accept']],
  [
    '\x1b[5~\x1b[6~\x1b[H\x1b[F\x1b[1~\x1b[4~',
    ['page-up', 'page-down', 'first', 'last', 'first', 'last'],
  ],
  ['\x7f\x08\x17\x15', ['erase', 'erase', 'erase-word', 'erase-all']],
  ['\x1b\x7f', ['erase-word']],
  ['ab\rc', ['"ab"', 'accept', '"c"']],
  ['\x1b[13u', ['accept']],
  ['\x1b[27u', ['cancel']],
  ['\x1b[99;5u', ['cancel']],
  ['\x1b[99;5:1u', ['cancel']],
  ['\x1b[110;133u', ['down']],
  ['\x1b[99;5:3u\x1b[1;1:3A', []],
  ['\x1b[1;1:1A', ['up']],
  ['\x1b[97u\x1b[97:65;2u\x1b[97;;8364u', ['"a"', '"A"', '"€"']],
  ['\x1b[97;3u\x1b[57441u', []],
  ['\x1b[27;5;99~\x1b[27;5;110~', ['cancel', 'down']],
  ['\x1b[I\x1b[O\x1b[?62c\x1b[24;80R\x1b]11;rgb:0/0/0\x07\x1b[<0;3;4M', []],
  ['\x1b[200~one\r\ntwo\x1b[201~', ['"one two"']],
])('%j', (bytes, expected) => {
  expect(read(bytes)).toEqual(expected);
});

test('a character or a sequence may come in pieces', () => {
  const euro = Buffer.from('€');
  expect(read(euro.subarray(0, 1), euro.subarray(1)).join('')).toContain('€');
  expect(read('\x1b[', 'A')).toEqual(['up']);
  expect(read('\x1b[20', '0~a', 'b\x1b[2', '01~\r').join(' ')).toBe('"a" "b" accept');
});

test.each<[string, KeyModes]>([
  ['plain', { kittyFlags: 0, modifyOtherKeys: 0, applicationCursor: false }],
  ['application cursor', { kittyFlags: 0, modifyOtherKeys: 0, applicationCursor: true }],
  ['kitty', { kittyFlags: 7, modifyOtherKeys: 0, applicationCursor: false }],
  ['kitty, all keys', { kittyFlags: 15, modifyOtherKeys: 0, applicationCursor: false }],
  ['modifyOtherKeys', { kittyFlags: 0, modifyOtherKeys: 2, applicationCursor: false }],
])('a terminal in the mode: %s', (_, modes) => {
  const keys = [
    'up',
    'down',
    'home',
    'end',
    'enter',
    'escape',
    'backspace',
    'ctrl+c',
    'ctrl+n',
    'ctrl+u',
    'x',
  ];
  const bytes = keys.map((key) => encodeKey(key, modes));
  expect(read(...bytes)).toEqual([
    'up',
    'down',
    'first',
    'last',
    'accept',
    'cancel',
    'erase',
    'cancel',
    'down',
    'erase-all',
    '"x"',
  ]);
});
