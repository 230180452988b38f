/** What the cells of a screen may hold beside one character is bounded; what is usual is kept. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { Screen } from '../../src/supervisor/screen.ts';
import { GROWTH_STREAMS } from '../fuzz/growth-streams.ts';

const SCROLLBACK = 2_000;
const MB = 1024 * 1024;

function open(): Screen {
  const onBroken = (error: unknown) => {
    throw error;
  };
  const screen = new Screen({ cols: 80, rows: 24, scrollback: SCROLLBACK, onBroken });
  onTestFinished(() => screen.dispose());
  return screen;
}

function shown(output: string): string[] {
  const screen = open();
  screen.write(Buffer.from(output));
  return screen.text();
}

describe('marks', () => {
  it.each([
    ['a flag made of tags', '🏴󠁧󠁢󠁥󠁮󠁧󠁿'],
    ['a family', '👨‍👩‍👧‍👦'],
    ['a kiss in colours', '👩🏽‍❤️‍💋‍👨🏿'],
    ['Vietnamese, Thai and Hebrew', 'e\u0302\u0301 ที่ שִׁ'],
    ['a letter with eight marks', `a${'\u0301\u0302'.repeat(4)}`],
  ])('%s is kept whole', (_, text) => {
    expect(shown(`${text}|`)[0]).toBe(`${text}|`);
  });

  it('beyond 32 code units in a cell are dropped, with what follows in its place', () => {
    const [line = ''] = shown(`a${'\u0301'.repeat(4_000)}bc`);
    expect(line).toBe(`a${'\u0301'.repeat(31)}bc`);
  });

  it('of two code units do not leave half of one', () => {
    const [line = ''] = shown(`a${'\u{e0061}'.repeat(40)}b`);
    expect(line).toBe(`a${'\u{e0061}'.repeat(15)}b`);
  });
});

describe('a whole screen', () => {
  it('of ordinary links keeps every one', () => {
    const screen = open();
    const link = (n: number) => `\x1b]8;;https://example.invalid/${n}\x1b\\link\x1b]8;;\x1b\\`;
    for (let n = 0; n < SCROLLBACK; n++) screen.write(Buffer.from(`${link(n)}\r\n`));
    const snapshot = Buffer.from(screen.snapshot()).toString('latin1');
    for (let n = 0; n < SCROLLBACK; n++) expect(snapshot).toContain(`example.invalid/${n}\x1b`);
  });

  it('of marks on every letter keeps those of the newest lines', () => {
    const screen = open();
    for (let n = 0; n < SCROLLBACK + 24; n++)
      screen.write(Buffer.from(`${`e\u0301\u0302\u0303`.repeat(79)}\r\n`));
    const lines = screen.text({ scrollback: 200 });
    expect(lines[0]).toBe(`e\u0301\u0302\u0303`.repeat(79));
  });

  it.each(Object.keys(GROWTH_STREAMS))('of %s is no picture of more than 8 MB', (name) => {
    const screen = open();
    let bytes = 0;
    for (const piece of GROWTH_STREAMS[name]?.() ?? []) {
      screen.write(Buffer.from(piece));
      screen.flush();
      bytes += piece.length;
      if (bytes > 2 * MB) break;
    }
    expect(screen.snapshot().length).toBeLessThan(8 * MB);
  });
});
