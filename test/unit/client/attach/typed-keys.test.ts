/** Which of a terminal's bytes are keys. */
import { expect, test } from 'vitest';
import { typedBytesIn, withoutFirstKey } from '../../../../src/client/attach/typed-keys.ts';
import { InputTokenizer } from '../../../../src/terminal/input-tokens.ts';

const without = (text: string) => {
  const rest = withoutFirstKey(new InputTokenizer().push(Buffer.from(text), 0));
  return rest && Buffer.from(rest).toString();
};

test.each([
  ['abc', 3],
  ['\x1b[A', 3],
  ['\x1b[200~pasted\x1b[201~', 18],
  ['\x1b[?62;22c\x1b[I\x1b[<0;1;1M\x1b[<35;1;1M', 0],
  ['a\x1b]11;rgb:0/0/0\x1b\\b', 2],
  ['', 0],
])('%j has %i typed bytes', (text, count) => {
  expect(typedBytesIn(Buffer.from(text))).toBe(count);
});

test.each([
  ['\r', ''],
  ['abc', 'bc'],
  ['éa', 'a'],
  ['\x1b[Aab', 'ab'],
  ['\x1b[I\x1b[<0;1;1Mab', '\x1b[I\x1b[<0;1;1Mb'],
  ['\x1b[200~pasted\x1b[201~', undefined],
  ['\x1b[200~pasted\x1b[201~x', '\x1b[200~pasted\x1b[201~'],
  ['\x1b[?62;22c', undefined],
])('%j without its first key is %j', (text, rest) => {
  expect(without(text)).toBe(rest);
});
