import { expect, test } from 'vitest';
import { type KeyEvent, KeyReader } from '../../../src/ui/keys.ts';
import { encodeKey, type KeyModes } from '../../support/terminal/keys.ts';

function read(...chunks: (string | Uint8Array)[]): string[] {
  const reader = new KeyReader();
  return chunks.flatMap((chunk) => reader.push(Buffer.from(chunk), 0)).map(displayName);
}

function displayName(event: KeyEvent): string {
  if (event.type === 'text') return `"${event.text}"`;
  return event.type === 'control' ? `^${event.key}` : event.action;
}

test.each<[string, string[]]>([
  ['\x1b', ['cancel']],
  ['\x03', ['cancel']],
  ['\x1b[A', ['up']],
  ['\x1bOB', ['down']],
  ['\x0b\x0a', ['up', 'down']],
  ['\x10\x19\x14\x18\x04\x12', ['^p', '^y', '^t', '^x', '^d', '^r']],
  ['\x1b[121;5u\x1b[27;5;121~\x1b[1085:1053:121;5u', ['^y', '^y', '^y']],
  ['\x1c\x1d\x1e\x1f\x00', []],
  ['\x1b[C\x1b[D\x1bOC\x1b[3~\x1b[57417u', ['right', 'left', 'right', 'delete', 'left']],
  [
    '\x1b[1;5C\x1b[1;3D\x1bb\x1bf\x1b[98;3u',
    ['word-right', 'word-left', 'word-left', 'word-right', 'word-left'],
  ],
  ['\x1bOP\x1b[11~\x1b[P\x1b[57364u\x1b[[A', ['help', 'help', 'help', 'help', 'help']],
  ['\x1b[[Bx', ['"x"']],
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
  ['\x1b[106;133u', ['down']],
  ['\x1b[99;5:3u\x1b[1;1:3A', []],
  ['\x1b[1;1:1A', ['up']],
  ['\x1b[97u\x1b[97:65;2u\x1b[97;;8364u', ['"a"', '"A"', '"€"']],
  ['\x1b[97;3u\x1b[57441u', []],
  ['\x1b[27;5;99~\x1b[27;5;110~', ['cancel', '^n']],
  ['\x1b[I\x1b[O\x1b[?62c\x1b[24;80R\x1b]11;rgb:0/0/0\x07\x1b[<0;3;4M', []],
  ['\x1b[200~one\r\n two\x1b[201~', ['"one two"']],
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
    'ctrl+j',
    'ctrl+y',
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
    '^y',
    'erase-all',
    '"x"',
  ]);
});

test('a paste keeps its line ends for those who want them, wherever it is cut', () => {
  const reader = new KeyReader();
  const lines = ['\x1b[200~\tone\r', '\ntwo\rthr\x07ee\n', '\x1b[201~']
    .flatMap((chunk) => reader.push(Buffer.from(chunk), 0))
    .map((event) => ('pasted' in event ? event.lines : event));
  expect(lines.join('')).toBe('\tone\ntwo\nthr ee\n');
});

test('a code that is no character is no key', () => {
  expect(read('\x1b[1114112;3u\x1b[99999999;5u\x1b[127;5u')).toEqual(['erase-word']);
});
