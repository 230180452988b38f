import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ScreenCapture } from '../../../src/protocol/messages.ts';
import { textColumns } from '../../../src/terminal/safe-text.ts';
import {
  captureArea,
  captureOfEnded,
  layoutPreview,
  renderPreview,
} from '../../../src/ui/preview.ts';
import { previewLine } from '../../../src/ui/preview-line.ts';
import { hiddenIn, nastyText } from '../../support/attack/hidden-text.ts';

const ESC = '\x1b';
const SGR = new RegExp(`${ESC}\\[[\\d;:]*m`, 'g');
const plain = (text: string) => text.replace(SGR, '');
const line = (text: string, cols = 20, cursor?: number) =>
  previewLine(text, { cols, color: true, ascii: false, cursor });
const capture = (lines: readonly string[], more: Partial<ScreenCapture> = {}): ScreenCapture => ({
  ...{ cols: 80, rows: 24, lines, above: 0, cursor: null },
  ...more,
});
const RIGHT = layoutPreview({ cols: 140, rows: 30 }, 10);
const BELOW = layoutPreview({ cols: 100, rows: 24 }, 8);
const LOOK = { name: 'web:fix', color: false, ascii: false };

test('a line keeps its colours, and none is left on after it', () => {
  expect(line(`${ESC}[1;31mred${ESC}[m plain`)).toBe(`${ESC}[1;31mred${ESC}[0m plain`);
  expect(line(`${ESC}[38:2::1:2:3mrgb`)).toBe(`${ESC}[38:2::1:2:3mrgb${ESC}[0m`);
  expect(line(`one${ESC}[1m`)).toBe('one');
});

test('a line is cut at the width that a terminal gives it', () => {
  expect(line('abcdef', 3)).toBe('abc');
  expect(line('漢字漢字', 5)).toBe('漢字');
  expect(line('ae\u0301b', 2)).toBe('ae\u0301');
  expect(line('    in', 6)).toBe('    in');
  expect(line(`${ESC}[7mabcdef${ESC}[m`, 3)).toBe(`${ESC}[7mabc${ESC}[0m`);
});

test.each([
  ['a link', `${ESC}]8;;http://x${ESC}\\here${ESC}]8;;${ESC}\\`, 'here'],
  ['a title', `${ESC}]0;mine\x07x`, 'x'],
  ['movements', `a${ESC}[5Gb${ESC}[2Jc${ESC}7d`, 'abcd'],
  ['a private sequence that ends in m', `a${ESC}[>4mb${ESC}[?4mc`, 'abc'],
  ['a string without an end', `a${ESC}Pq12`, 'a'],
  ['controls, C1 and bidi', 'a\x9b2Jb\u202ec\x00\x07d', 'a2Jbcd'],
  ['a line feed and a tab', 'a\nb\tc', 'a b    c'],
  ['an escape at the end', `a${ESC}`, 'a'],
])('of %s nothing gets through', (_, text, shown) => {
  expect(line(text)).toBe(shown);
});

test('the cursor is drawn where it is, and what follows keeps its colours', () => {
  expect(line(`${ESC}[31mabc`, 20, 1)).toBe(`${ESC}[31ma${ESC}[7mb${ESC}[0m${ESC}[31mc${ESC}[0m`);
  expect(line('ab', 20, 4)).toBe(`ab  ${ESC}[7m ${ESC}[0m`);
  expect(line('ab', 4, 4)).toBe('ab');
  expect(previewLine('ab', { cols: 9, color: false, ascii: false, cursor: 0 })).toBe('ab');
});

test('without colours there is no sequence, and without UTF-8 nothing but ASCII', () => {
  const text = `${ESC}[31m› 漢é…${ESC}[m`;
  expect(previewLine(text, { cols: 20, color: false, ascii: false })).toBe('› 漢é…');
  expect(previewLine(text, { cols: 20, color: false, ascii: true })).toBe('> ???~');
});

test('there is a preview from 100 × 20 on, at the right from 130 columns on', () => {
  expect(layoutPreview({ cols: 99, rows: 40 }, 5).where).toBe('none');
  expect(layoutPreview({ cols: 200, rows: 19 }, 5).where).toBe('none');
  expect(layoutPreview({ cols: 100, rows: 20 }, 5).where).toBe('below');
  expect(layoutPreview({ cols: 129, rows: 50 }, 5).where).toBe('below');
  expect(layoutPreview({ cols: 130, rows: 20 }, 5).where).toBe('right');
});

test('list and box share the terminal', () => {
  const size = fc.record({
    cols: fc.integer({ min: 1, max: 400 }),
    rows: fc.integer({ min: 1, max: 200 }),
  });
  fc.assert(
    fc.property(size, fc.integer({ min: 0, max: 300 }), (terminal, listRows) => {
      const { where, list, box } = layoutPreview(terminal, listRows);
      if (where === 'none') {
        expect(list).toEqual(terminal);
        return;
      }
      expect(box.col + box.cols - 1).toBe(terminal.cols);
      expect(box.row + box.rows - 1).toBe(terminal.rows);
      if (where === 'right') expect(list).toEqual({ cols: box.col - 1, rows: terminal.rows });
      else expect(list).toEqual({ cols: terminal.cols, rows: box.row - 1 });
      expect(Math.min(list.rows, box.rows, list.cols, box.cols)).toBeGreaterThan(5);
    }),
  );
});

test('a screen that is taller than the box loses its beginning, and that is said', () => {
  const { rows } = captureArea(BELOW);
  const lines = Array.from({ length: rows + 3 }, (_, y) => `line ${y}`);
  const shown = renderPreview(BELOW, { ...LOOK, capture: capture(lines, { above: 9 }) });
  expect(shown[0]).toMatch(/^── web:fix ─+ … 12 more lines above ──$/);
  expect(shown.slice(1)).toEqual(lines.slice(3));
  const one = renderPreview(BELOW, { ...LOOK, capture: capture(['x'], { above: 1 }) });
  expect(one[0]).toContain('… 1 more line above');
  expect(renderPreview(BELOW, { ...LOOK, capture: capture(['x']) })[0]).not.toContain('above');
});

test('the cursor is in its line when the beginning is cut', () => {
  const { rows } = captureArea(BELOW);
  const lines = Array.from({ length: rows + 1 }, () => 'ab');
  const cursor = { x: 0, y: rows };
  const shown = renderPreview(BELOW, { ...LOOK, color: true, capture: capture(lines, { cursor }) });
  expect(shown.at(-1)).toBe(`${ESC}[7ma${ESC}[0mb`);
});

test('a preview at the right has a border, one without a capture has empty lines', () => {
  const shown = renderPreview(RIGHT, { ...LOOK, capture: capture(['here']) });
  expect(shown.slice(1, 3)).toEqual(['│ here', '│ ']);
  expect(
    renderPreview(BELOW, { ...LOOK, capture: undefined })
      .slice(1)
      .join(''),
  ).toBe('');
  expect(renderPreview(BELOW, { ...LOOK, capture: capture([]) })[1]).toBe('Nothing on its screen.');
});

test('of an ended session it shows the last lines, and says so', () => {
  const ended = captureOfEnded({ lastLines: ['Error: no such model'] });
  const shown = renderPreview(BELOW, { ...LOOK, capture: ended, ended: true });
  expect(shown[0]).toMatch(/^── web:fix ─+ ended ──$/);
  expect(shown[1]).toBe('Error: no such model');
});

test('whatever the screen holds, nothing leaves the box or acts on the terminal', () => {
  const parts = fc.oneof(
    nastyText(10),
    fc.string({ maxLength: 10 }),
    fc.constantFrom(
      ESC,
      `${ESC}[`,
      `${ESC}]`,
      '\x9b',
      '31',
      ';',
      'm',
      'H',
      '漢',
      '\u0301',
      '\t',
      '\n',
    ),
    fc.constantFrom(`${ESC}[1m`, `${ESC}[48;5;12m`, `${ESC}[m`, `${ESC}[0;7m`, `${ESC}[?25l`),
  );
  const text = fc.array(parts, { maxLength: 30 }).map((all) => all.join(''));
  const view = fc.record({
    name: nastyText(30),
    lines: fc.array(text, { maxLength: 40 }),
    above: fc.nat(1_000_000),
    cursor: fc.option(fc.record({ x: fc.nat(200), y: fc.nat(40) })),
    color: fc.boolean(),
    ascii: fc.boolean(),
    ended: fc.boolean(),
  });
  const terminal = fc.record({
    cols: fc.integer({ min: 100, max: 300 }),
    rows: fc.integer({ min: 20, max: 60 }),
  });
  fc.assert(
    fc.property(terminal, view, (size, { lines, above, cursor, ...more }) => {
      const layout = layoutPreview(size, 10);
      const shown = renderPreview(layout, { ...more, capture: capture(lines, { above, cursor }) });
      expect(shown).toHaveLength(layout.box.rows);
      for (const one of shown) {
        const text = plain(one);
        expect(textColumns(text)).toBeLessThanOrEqual(layout.box.cols);
        expect(hiddenIn(text)).toEqual([]);
        if (!more.color) expect(one).toBe(text);
        else if (one !== text)
          expect(one).toMatch(new RegExp(`${ESC}\\[0m$|${ESC}\\[0m[^${ESC}]*$`));
      }
    }),
  );
});
