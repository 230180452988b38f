import xterm from '@xterm/headless';
import { expect, test } from 'vitest';
import { screenRuns } from '../../support/terminal/screen-runs.ts';
import { type Frame, filmSvg, screenSvg } from '../../support/terminal/screen-svg.ts';
import { textOfSvg } from '../../support/terminal/svg-text.ts';

const COLS = 20;

async function screenWith(written: string): Promise<xterm.Terminal> {
  const terminal = new xterm.Terminal({ cols: COLS, rows: 3, allowProposedApi: true });
  await new Promise<void>((resolve) => terminal.write(written, resolve));
  return terminal;
}

async function frame(written: string, seconds: number): Promise<Frame> {
  return { lines: screenRuns(await screenWith(written)), seconds };
}

test('a film has the text of its frames, each line drawn once', async () => {
  const svg = filmSvg(
    [await frame('a <b> & c\r\n\x1b[1mbold\x1b[m ✓ x', 1), await frame('a <b> & c\r\n\r\nz', 3)],
    COLS,
    1,
  );
  expect(textOfSvg(svg)).toEqual(['a <b> & c\nbold ✓ x', 'a <b> & c\nz']);
  expect(svg.match(/a &lt;b&gt; &amp; c/g)).toHaveLength(1);
  expect(svg).toContain('25%{transform:translateX(-192px)}');
  expect(svg).toContain('#film{transform:translateX(-192px)}');
});

test('a colour mixed for dark paper is one for light paper on a light page', async () => {
  const svg = screenSvg(await screenWith('\x1b[48;2;57;57;71mx'));
  const [dark = '', light = ''] = svg.split('(prefers-color-scheme:light)');
  expect(dark).toContain('{fill:#393947}');
  expect(light).toContain('{fill:#dcdcea}');
});

test('a character of another font keeps its cell', async () => {
  const svg = screenSvg(await screenWith('ab✓cd'));
  expect([...svg.matchAll(/x="([\d.]+)" y="14" textLength="([\d.]+)"/g)].map((m) => m[1])).toEqual([
    '12',
    '28.8',
    '37.2',
  ]);
});
