import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InputTokenizer, isCleanReply, type Token } from '../../../src/terminal/input-tokens.ts';

const CASES: readonly (readonly [string, string, string])[] = [
  ['letters', 'abc', 'text'],
  ['UTF-8', 'ä€😀', 'text'],
  ['an arrow', '\x1b[A', 'key'],
  ['an application arrow', '\x1bOA', 'key'],
  ['Alt+x', '\x1bx', 'key'],
  ['Shift+F3, which looks like a cursor report', '\x1b[1;2R', 'key'],
  ['a kitty key', '\x1b[97;5u', 'key'],
  ['a kitty key with event type press', '\x1b[97;5:1u', 'key'],
  ['a kitty key repeated', '\x1b[97;1:2u', 'key'],
  ['a kitty release', '\x1b[97;1:3u', 'release'],
  ['an arrow released', '\x1b[1;1:3A', 'release'],
  ['modifyOtherKeys', '\x1b[27;5;92~', 'key'],
  ['focus in', '\x1b[I', 'focus'],
  ['focus out', '\x1b[O', 'focus'],
  ['an SGR click', '\x1b[<0;10;20M', 'click'],
  ['an SGR wheel', '\x1b[<64;10;20M', 'click'],
  ['an SGR motion', '\x1b[<35;10;20M', 'motion'],
  ['an SGR release', '\x1b[<0;10;20m', 'motion'],
  ['an X10 click', '\x1b[M !!', 'click'],
  ['DA1', '\x1b[?62;22c', 'reply'],
  ['DA2', '\x1b[>0;276;0c', 'reply'],
  ['a cursor report', '\x1b[12;40R', 'reply'],
  ['DECRPM', '\x1b[?2026;2$y', 'reply'],
  ['kitty flags', '\x1b[?7u', 'reply'],
  ['DSR', '\x1b[0n', 'reply'],
  ['a colour, BEL', '\x1b]11;rgb:0000/0000/0000\x07', 'reply'],
  ['a colour, ST', '\x1b]10;rgb:ffff/ffff/ffff\x1b\\', 'reply'],
  ['a version', '\x1bP>|xterm(380)\x1b\\', 'reply'],
  ['a paste', '\x1b[200~some text\x1b[201~', 'paste'],
];

function joined(tokens: readonly Token[]): string {
  return tokens.map((token) => Buffer.from(token.bytes).toString('latin1')).join('');
}

test.each(CASES)('%s', (_name, input, kind) => {
  const tokens = new InputTokenizer().push(Buffer.from(input), 0);
  expect(new Set(tokens.map((token) => token.kind))).toEqual(new Set([kind]));
  expect(Buffer.from(joined(tokens), 'latin1').toString()).toBe(input);
});

test.each(CASES.filter(([, input]) => input.length > 3 && input.startsWith('\x1b')))(
  '%s: cut anywhere but after ESC it is still one thing',
  (_name, input, kind) => {
    const bytes = Buffer.from(input);
    // `ESC ]` alone in a read is a person's Alt+].
    for (let at = /^\x1b[\]P]/.test(input) ? 3 : 2; at < bytes.length; at++) {
      const tokenizer = new InputTokenizer();
      const tokens = [
        ...tokenizer.push(bytes.subarray(0, at), 0),
        ...tokenizer.push(bytes.subarray(at), 0),
      ];
      expect(new Set(tokens.map((token) => token.kind))).toEqual(new Set([kind]));
      expect(joined(tokens)).toBe(input);
    }
  },
);

test('a lone ESC is not held back', () => {
  const tokenizer = new InputTokenizer();
  expect(tokenizer.push(Buffer.from('\x1b'), 0)).toHaveLength(1);
  expect(tokenizer.holding).toBe(false);
});

test('a paste that never ends gives the keys back', () => {
  const tokenizer = new InputTokenizer();
  tokenizer.push(Buffer.from('\x1b[200~half'), 0);
  expect(tokenizer.push(Buffer.from('more'), 1_000)[0]?.kind).toBe('paste');
  expect(tokenizer.push(Buffer.from('x'), 10_000)[0]?.kind).toBe('text');
});

test('nothing is lost or changed, whatever comes and however it is cut', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      ...CASES.map(([, input]) => input),
      '\x1b',
      '\x1b[',
      '\x1b]',
      '\x18',
      '\x1b[200~',
    ),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(
      fc.array(piece),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      (pieces, sizes) => {
        const bytes = Buffer.from(pieces.join(''));
        const tokenizer = new InputTokenizer();
        const tokens: Token[] = [];
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = sizes[i % sizes.length] ?? 1;
          tokens.push(...tokenizer.push(bytes.subarray(at, at + size), 0));
          at += size;
        }
        tokens.push(...tokenizer.flush());
        expect(joined(tokens)).toBe(bytes.toString('latin1'));
      },
    ),
  );
});

test.each([
  ['DA1', '\x1b[?62;22c', true],
  ['a colour', '\x1b]11;rgb:0000/0000/0000\x07', true],
  ['a title', '\x1b]lÄ title — ⚠️\x1b\\', true],
  ['typing after Alt+P', '\x1bPls\r', true],
  ['a capability with a line feed in it', '\x1bP0+r\ntouch x\n\x1b\\', false],
  ['a title with a carriage return in it', '\x1b]lrm x\r\x07', false],
  ['a clipboard with an interrupt in it', '\x1b]52;c;\x03\x07', false],
  ['one that was broken off', '\x1bP0+r\n\x18', false],
  ['a C1 control', '\x1b]l\u009b5n\x07', false],
])('%s: whether it is passed on as an answer', (_name, reply, expected) => {
  expect(isCleanReply(Buffer.from(reply))).toBe(expected);
});
