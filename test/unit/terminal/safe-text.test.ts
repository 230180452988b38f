/** Text from elsewhere never does anything to the terminal that it is shown on. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { charWidth } from '../../../src/terminal/char-width.ts';
import {
  charactersOf,
  safeJson,
  safeLines,
  safePainted,
  safeText,
  textColumns,
} from '../../../src/terminal/safe-text.ts';
import { hiddenIn, isHidden, nastyText } from '../../support/attack/hidden-text.ts';

const FAMILY = '👨\u200d👩\u200d👧';
const ENGLAND = '\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}';
const TEXAS = '\u{1f3f4}\u{e0075}\u{e0073}\u{e0074}\u{e0078}\u{e007f}';

describe('safe text', () => {
  it.each([
    ['plain text', 'a b', 'a b'],
    ['an escape sequence', 'a\x1b[31mb\x1b]0;t\x07c', 'a[31mb]0;tc'],
    ['C1 controls', 'a\u009b31mb\u009dc', 'a31mbc'],
    ['line ends', 'a\r\nb\u2028c\td\u0085e', 'a b c d e'],
    ['bidirectional overrides', 'a\u202egnp.exe\u202c\u2066x\u2069\u061c', 'agnp.exex'],
    ['zero-width characters', 'a\u200bb\u200dc\ufeffd\u00ade\u2060f', 'abcdef'],
    ['tag characters', 'a\u{e0041}\u{e007f}b', 'ab'],
    ['Mongolian selectors, music, hieroglyphs', 'a\u180b\u{1d173}\u{13430}b', 'ab'],
    ['half a surrogate pair', 'a\ud800b', 'a\ufffdb'],
    ['blanks around', '  a  ', 'a'],
    ['marks that pile up', `a${'\u0301'.repeat(50)}b`, `a${'\u0301'.repeat(4)}b`],
    ['letters of other scripts', 'Ünïcödé 日本 עברית ✓', 'Ünïcödé 日本 עברית ✓'],
  ])('%s', (_why, text, shown) => {
    expect(safeText(text)).toBe(shown);
  });

  it.each([
    ['a family', `a${FAMILY}b`],
    ['a skin tone', 'a👋🏽b'],
    ['people of two skin tones', '👩🏻\u200d🤝\u200d👨🏿'],
    ['a heart as emoji', '❤\ufe0f'],
    ['a watch as text', '⌚\ufe0e'],
    ['a keycap', '1\ufe0f\u20e3'],
    ['a rainbow flag', '🏳\ufe0f\u200d🌈'],
    ['a flag of letters', '🇩🇪'],
    ['a flag of tags', `a${ENGLAND}b`],
  ])('keeps %s whole', (_why, text) => {
    expect(safeText(text)).toBe(text);
    expect(safeLines(text)).toBe(text);
    expect(safePainted(text)).toBe(text);
    expect(safeText(`${text}…`, textColumns(text))).not.toContain(text);
    expect(charactersOf(safeText(text)).join('')).toBe(text);
  });

  it.each([
    ['a joiner between letters', 'a\u200db', 'ab'],
    ['a joiner with nothing to join', '👨\u200d', '👨'],
    ['a joiner before a letter', '👨\u200da', '👨a'],
    ['two joiners', '👨\u200d\u200d👩', '👨👩'],
    ['a selector after a letter', 'a\ufe0fb', 'ab'],
    ['a selector after a digit that is no keycap', '1\ufe0f', '1'],
    ['the second selector', '❤\ufe0f\ufe0e', '❤\ufe0f'],
    ['tags of another region', TEXAS, '\u{1f3f4}'],
    ['tags without their end', ENGLAND.slice(0, -2), '\u{1f3f4}'],
    ['tags after another flag', `🏳${ENGLAND.slice(2)}`, '🏳'],
  ])('takes out %s', (_why, text, shown) => {
    expect(safeText(text)).toBe(shown);
  });

  it.each([
    ['fits', 'abc', 3, 'abc'],
    ['is cut', 'abcd', 3, 'ab…'],
    ['one column', 'abcd', 1, '…'],
    ['no column', 'abcd', 0, ''],
    ['wide characters', '日本語', 5, '日本…'],
    ['a wide character is not halved', '日本語', 4, '日…'],
    ['wide characters that fit', '日本語', 6, '日本語'],
    ['marks take no column', 'e\u0301e\u0301', 2, 'e\u0301e\u0301'],
    ['a family is not halved', `a${FAMILY}b`, 7, 'a…'],
    ['a family that fits', `a${FAMILY}b`, 8, `a${FAMILY}b`],
  ])('%s', (_why, text, columns, shown) => {
    expect(safeText(text, columns)).toBe(shown);
  });

  it('holds nothing hidden, is no wider than asked for, and does not change a second time', () => {
    const text = fc.oneof(nastyText(), fc.string({ unit: 'binary', maxLength: 60 }));
    fc.assert(
      fc.property(text, fc.integer({ min: 0, max: 40 }), (any, columns) => {
        for (const shown of [safeText(any), safeText(any, columns)]) {
          expect(hiddenIn(shown)).toEqual([]);
          expect(shown).not.toContain('\n');
          expect(safeText(shown)).toBe(shown);
        }
        const shown = safeText(any, columns);
        expect(textColumns(shown)).toBeLessThanOrEqual(columns);
        expect(safeText(shown, columns)).toBe(shown);
      }),
      { numRuns: 2_000 },
    );
  });

  it('of 4 KB of nothing is nothing', () => {
    expect(safeText('\u200b\x00\u202e '.repeat(1_024), 80)).toBe('');
  });
});

describe('safe lines', () => {
  it('keep line feeds, indentation and the columns of tabs', () => {
    expect(safeLines('  a\n\tb\x1b[31m\tc\n\n')).toBe('  a\n    b[31m    c\n\n');
    expect(safeLines('a\u2028b\r\nc')).toBe('a b \nc');
    expect(safeLines('abcd\nabc', 3)).toBe('ab…\nabc');
  });

  it('keep colours where they are asked to, and nothing like them', () => {
    const painted = '\x1b[1;38;2;1;2;3mx\x1b[0m';
    expect(safePainted(`${painted}\u202e\x1b[2J`)).toBe(`${painted}[2J`);
    expect(safePainted('\x1b[\u200b31mx\x1b[>4;1m\x1b[31')).toBe('[31mx[>4;1m[31');
    expect(safeLines(painted)).toBe('[1;38;2;1;2;3mx[0m');
  });

  it('hold nothing hidden, keep their number, and do not change a second time', () => {
    fc.assert(
      fc.property(nastyText(20), (any) => {
        const lines = safeLines(any);
        expect(hiddenIn(lines)).toEqual([]);
        expect(lines.split('\n').length).toBe(any.split('\n').length);
        expect(safeLines(lines)).toBe(lines);
        const painted = safePainted(any);
        expect(hiddenIn(painted, /\x1b\[[\d;:]*m/g)).toEqual([]);
        expect(safePainted(painted)).toBe(painted);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('safe JSON', () => {
  it('escapes what is hidden, and is the same value', () => {
    expect(safeJson({ a: '\u009b\u202e\u{e0041}é\x7f' })).toBe(
      '{"a":"\\u009b\\u202e\\udb40\\udc41é\\u007f"}',
    );
    fc.assert(
      fc.property(fc.dictionary(nastyText(), nastyText()), (value) => {
        const json = safeJson(value, 2);
        expect([...json].filter((char) => char !== '\n' && isHidden(char))).toEqual([]);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('every code point there is', () => {
  const LAST = 0x10ffff;
  const BREAK = /^[\t\n\v\f\r\u0085\u2028\u2029]$/;

  /** What becomes of it, by Unicode's own properties. */
  function expected(char: string): string {
    if (BREAK.test(char)) return ' ';
    if (/^\p{Cs}$/u.test(char)) return '\ufffd';
    return isHidden(char) ? '' : char;
  }

  it('alone and between two letters is as its properties say, in each form', () => {
    const wrong: string[] = [];
    for (let code = 0; code <= LAST; code++) {
      const char = String.fromCodePoint(code);
      const between = `a${char}b`;
      const shown = expected(char);
      const lines = char === '\n' ? char : char === '\t' ? '    ' : shown;
      const isRight =
        safeText(char) === shown.trim() &&
        safeText(between) === `a${shown}b` &&
        safeLines(between) === `a${lines}b` &&
        safePainted(between) === `a${lines}b` &&
        (code === 0x0a || hiddenInJson(between) === '') &&
        JSON.parse(safeJson(between)) === between;
      if (!isRight) wrong.push(code.toString(16));
    }
    expect(wrong).toEqual([]);
  });

  function hiddenInJson(text: string): string {
    return [...safeJson(text)].filter(isHidden).join('');
  }

  it('that is shown is as wide as in the screen model', () => {
    const wrong: string[] = [];
    for (let code = 0; code <= LAST; code++) {
      const char = String.fromCodePoint(code);
      if (isHidden(char)) continue;
      if (textColumns(`a${char}`) !== 1 + charWidth(code)) wrong.push(code.toString(16));
    }
    expect(wrong).toEqual([]);
  });
});

it('the parts of an emoji are counted, and a sign that is to be shown as emoji is wide', () => {
  const widths = [FAMILY, '❤', '❤\ufe0f', '❤\ufe0e', '1\ufe0f\u20e3', '👋🏽', '🇩🇪', ENGLAND];
  expect(widths.map(textColumns)).toEqual([6, 1, 2, 1, 2, 4, 2, 2]);
});
