import { expect, test } from 'vitest';
import { kdlString, openingIn } from '../../../src/commands/shared/open-places.ts';

/** By the grammar of KDL 1.0: `escape := ["\\/bfnrt] | 'u{' hex-digit{1, 6} '}'`. */
const STRING = /^"(?:[^"\\]|\\(?:["\\/bfnrt]|u\{[0-9a-fA-F]{1,6}\}))*"$/;

function read(kdl: string): string {
  expect(kdl).toMatch(STRING);
  return kdl
    .slice(1, -1)
    .replace(/\\(?:u\{([^}]*)\}|(.))/g, (_, hex, char) =>
      hex ? String.fromCodePoint(Number.parseInt(hex, 16)) : char,
    );
}

test.each(['plain', 'a "b" \\ c', '\x1b[2J\x07\n\t\x7f\x9b', '\\u001b', '\u2028', '😀', '{}'])(
  'zellij reads %j as it is',
  (text) => {
    expect(read(kdlString(text))).toBe(text);
    // Nothing that acts on a terminal that shows the file.
    expect(kdlString(text)).not.toMatch(/\p{Cc}/u);
  },
);

test('half a character does not make the file unreadable', () => {
  expect(read(kdlString('a\ud83d'))).toBe('a\ufffd');
});

test('a layout of zellij has such strings alone', () => {
  const content = { command: ['env', 'A=\x1b'], name: 'x', cwd: '/' };
  const { file } = openingIn({ ZELLIJ: '0' }, 'tab', content, false) ?? {};
  expect(file?.text).toContain('args "A=\\u{1b}"\n');
});
