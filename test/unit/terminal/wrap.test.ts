import fc from 'fast-check';
import { expect, test } from 'vitest';
import { textColumns } from '../../../src/terminal/safe-text.ts';
import { wrapped, wrappedText } from '../../../src/terminal/wrap.ts';

test('lines break at words, and go on as far in as they began', () => {
  expect(wrapped('one two three\n  four five six\nseven', 10)).toBe(
    'one two\nthree\n  four\n  five six\nseven',
  );
  expect(wrapped('one two three', 7, 2)).toBe('one two\n  three');
  expect(wrapped('日本 日本', 8)).toBe('日本\n日本');
});

test('what fits is left as it is', () => {
  expect(wrapped('a  b', 4)).toBe('a  b');
  expect(wrapped('\x1b[1ma b c\x1b[0m', 4)).toBe('\x1b[1ma b c\x1b[0m');
});

test.each([
  ['Start it again: codex-sessions start ultra:main', 'codex-sessions start ultra:main'],
  ['See with "codex-sessions peek", or wait', '"codex-sessions peek"'],
  ['If it stays so: kill -9 4711, then codex-sessions restore', 'kill -9 4711'],
  ['If it stays so: kill -9 4711, then codex-sessions restore', 'codex-sessions restore'],
  ['Install it: npm i -g @openai/codex. Or name it', 'npm i -g @openai/codex.'],
  ["chmod go= '/home/u/a b/state'", "chmod go= '/home/u/a b/state'"],
  ['Make it again, or start in another one: start -C DIR.', 'start -C DIR.'],
  ['nothing of /home/u/My Files/state/x can be read', '/home/u/My Files/state/x'],
])('%j is never broken within what is to be copied', (text, kept) => {
  for (let columns = 1; columns < 60; columns++)
    expect(wrapped(text, columns).split('\n').join('|')).toContain(kept);
});

test('paths in a row are apart', () => {
  expect(wrapped('left: /a/b.tmp, /a/c.tmp', 16)).toBe('left: /a/b.tmp,\n/a/c.tmp');
});

test('nothing is lost, and only a word that is too wide is wider than the terminal', () => {
  const words = fc.array(
    fc.string({ minLength: 1, maxLength: 12 }).map((s) => s.replace(/[^a-z]/g, 'x')),
  );
  fc.assert(
    fc.property(words, fc.integer({ min: 1, max: 40 }), (all, columns) => {
      const lines = wrapped(all.join(' '), columns).split('\n');
      expect(lines.join(' ')).toBe(all.join(' '));
      for (const line of lines) if (textColumns(line) > columns) expect(line).not.toContain(' ');
    }),
  );
});

test.each([
  ['› short', 20, '› short'],
  ['› one two three four five', 12, '› one two\n  three four\n  five'],
  ['  - one two three four', 12, '  - one two\n    three\n    four'],
  ['    "in quotes it wraps too"', 16, '    "in quotes\n    it wraps\n    too"'],
  ['a  b   c', 20, 'a  b   c'],
  ['aaaa bbbb  cccc', 10, 'aaaa bbbb\ncccc'],
  ['abcdefghijklmnopqrst', 8, 'abcdefgh\nijklmnop\nqrst'],
  ['ab cdefghijklmnopqrst', 8, 'ab cdefg\nhijklmno\npqrst'],
  ['  1. one two three', 13, '  1. one two\n     three'],
  ['• 日本語日本語日本語', 12, '• 日本語日本\n  語日本語'],
  ['              deep', 16, '              deep'],
])('what somebody wrote breaks at words: %s', (line, columns, expected) => {
  expect(wrappedText(line, columns)).toBe(expected);
});
