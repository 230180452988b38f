import { expect, test } from 'vitest';
import { KeyReader } from '../../../src/ui/keys.ts';
import { LineEditor } from '../../../src/ui/line-editor.ts';

function edited(initial: string, ...keys: string[]): LineEditor {
  const editor = new LineEditor(initial);
  const reader = new KeyReader();
  for (const key of keys) for (const event of reader.push(Buffer.from(key), 0)) editor.take(event);
  return editor;
}

test.each<[string, string, string[], string]>([
  ['typing', '', ['fix ', 'it'], 'fix it'],
  ['in the middle', 'ac', ['\x1b[D', 'b'], 'abc'],
  ['first and last', 'b', ['\x01', 'a', '\x05', 'c', '\x1b[H', '<', '\x1b[F', '>'], '<abc>'],
  ['words', 'one two', ['\x1bb', '2', '\x1b[1;5D', '\x1b[1;5D', '1', '\x1bf', '!'], '1one! 2two'],
  ['erasing', 'abc', ['\x1b[D', '\x7f', '\x04'], 'a'],
  ['a word', 'one two-three ', ['\x17', '\x17'], 'one '],
  ['all', 'one two', ['\x15', 'x'], 'x'],
  ['beyond the ends', 'a', ['\x1b[D\x1b[D\x7f', '\x1b[C\x1b[C\x1b[3~'], 'a'],
  ['a paste with lines', '', ['\x1b[200~one\r\n\ttwo\x1b[201~', '!'], 'one\n    two!'],
  ['a character of several', '', ['👨\u200d👩\u200d👧', 'x', '\x1b[D', '\x7f'], 'x'],
  ['a mark that comes later', '', ['e', '\u0301', '\x7f'], ''],
  ['hidden and hostile', '', ['\x1b[200~a\x1b[2J\u202e\x07b\x1b[201~'], 'a [2J b'],
])('%s', (_, initial, keys, expected) => {
  expect(edited(initial, ...keys).text).toBe(expected);
});

test('a long word is whole', () => {
  const long = 'a'.repeat(40_000);
  expect(edited('', `\x1b[200~${long}\x1b[201~`).text).toBe(long);
});

test('rows end where the region does, and a line end is a sign', () => {
  const editor = edited('', 'abc日本', '\x1b[200~d\ne\x1b[201~');
  expect(editor.render(5, 9)).toEqual({
    lines: ['abc日', '本d⏎', 'e'],
    cursor: { row: 3, column: 2 },
  });
  for (const _ of 'xxx') editor.take({ type: 'action', action: 'left' });
  expect(editor.render(5, 9).cursor).toEqual({ row: 2, column: 3 });
});

test('a full row has a cursor in the next; the rows around the cursor are shown', () => {
  const editor = edited('', 'abcdefghi');
  expect(editor.render(3, 9)).toEqual({
    lines: ['abc', 'def', 'ghi', ''],
    cursor: { row: 4, column: 1 },
  });
  expect(editor.render(3, 2)).toEqual({ lines: ['ghi', ''], cursor: { row: 2, column: 1 } });
  editor.take({ type: 'action', action: 'first' });
  expect(editor.render(3, 2)).toEqual({ lines: ['abc', 'def'], cursor: { row: 1, column: 1 } });
  expect(editor.render(1, 1).lines).toEqual(['a']);
});
