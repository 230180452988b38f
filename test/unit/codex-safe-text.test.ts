/** Text from programs never does anything to the terminal that it is shown on. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safeText, textColumns } from '../../src/safe-text.ts';

describe('safe text', () => {
  it.each([
    ['plain text', 'a b', 'a b'],
    ['an escape sequence', 'a\x1b[31mb\x1b]0;t\x07c', 'a[31mb]0;tc'],
    ['C1 controls', 'a\u009b31mb\u009dc', 'a31mbc'],
    ['line ends', 'a\r\nb\u2028c\td', 'a b c d'],
    ['bidirectional overrides', 'a\u202egnp.exe\u202c\u2066x\u2069\u061c', 'agnp.exex'],
    ['zero-width characters', 'a\u200bb\u200dc\ufeffd\u00ade\u2060f', 'abcdef'],
    ['tag characters', 'a\u{e0041}\u{e007f}b', 'ab'],
    ['half a surrogate pair', 'a\ud800b', 'a\ufffdb'],
    ['blanks around', '  a  ', 'a'],
    ['marks that pile up', `a${'\u0301'.repeat(50)}b`, `a${'\u0301'.repeat(4)}b`],
    ['letters of other scripts', 'Ünïcödé 日本 עברית ✓', 'Ünïcödé 日本 עברית ✓'],
  ])('%s', (_why, text, shown) => {
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
  ])('%s', (_why, text, columns, shown) => {
    expect(safeText(text, columns)).toBe(shown);
  });

  it('never holds a control character nor is wider than asked for', () => {
    const nasty = fc.string({ unit: 'binary', maxLength: 60 });
    fc.assert(
      fc.property(nasty, fc.integer({ min: 0, max: 40 }), (text, columns) => {
        const shown = safeText(text, columns);
        expect(shown).not.toMatch(
          /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u2028\u2029]/,
        );
        expect(textColumns(shown)).toBeLessThanOrEqual(columns);
      }),
      { numRuns: 300 },
    );
  });

  it('of 4 KB of nothing is nothing', () => {
    expect(safeText('\u200b\x00\u202e '.repeat(1_024), 80)).toBe('');
  });
});
