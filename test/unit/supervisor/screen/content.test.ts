/** What the cells of a screen may hold beside one character is bounded; what is usual is kept. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { Screen } from '../../../../src/supervisor/screen/screen.ts';

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
    const snapshot = Buffer.from(screen.serialize()).toString('latin1');
    for (let n = 0; n < SCROLLBACK; n++) expect(snapshot).toContain(`example.invalid/${n}\x1b`);
  });

  it('of marks on every letter keeps those of the newest lines', () => {
    const screen = open();
    for (let n = 0; n < SCROLLBACK + 24; n++)
      screen.write(Buffer.from(`${`e\u0301\u0302\u0303`.repeat(79)}\r\n`));
    const lines = screen.text({ scrollback: 200 });
    expect(lines[0]).toBe(`e\u0301\u0302\u0303`.repeat(79));
  });

  it('of as many marks as cells hold gives up those of the oldest lines', () => {
    const screen = open();
    const letter = `a${'\u0301'.repeat(31)}`;
    // Twice as much as it may hold.
    for (let n = 0; n < 2 * SCROLLBACK; n++) screen.write(Buffer.from(`${letter.repeat(79)}\r\n`));
    const lines = screen.text({ scrollback: SCROLLBACK });
    expect(lines[0]).toBe('a'.repeat(79));
    expect(lines.at(-2)).toBe(letter.repeat(79));
  });

  it('of long links that take turns is a screen with some of them', () => {
    const screen = open();
    const link = (name: string) =>
      `\x1b]8;id=${name};https://example.invalid/${name.repeat(2_000)}\x1b\\${name}`;
    for (let n = 0; n < 4_000; n++) screen.write(Buffer.from(link('a') + link('b')));
    const snapshot = Buffer.from(screen.serialize());
    expect(snapshot.includes('example.invalid/aaa')).toBe(true);
    expect(snapshot.length).toBeLessThan(4 * MB);
  });

  it('of a link too long for any terminal has none', () => {
    const screen = open();
    screen.write(Buffer.from(`\x1b]8;;https://example.invalid/${'x'.repeat(3_000)}\x1b\\text`));
    expect(screen.text()[0]).toBe('text');
    expect(Buffer.from(screen.serialize()).includes('example.invalid')).toBe(false);
  });
});
