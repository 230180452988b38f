/**
 * Clusters whose width terminals disagree on: in each kind of terminal a redraw shows what that kind
 * has shown of the output itself, and text has every cluster once.
 */
import { describe, expect, it, onTestFinished } from 'vitest';
import { Screen } from '../../../../src/supervisor/screen/screen.ts';
import { FullScreen, plainStream } from '../../../support/screen/cluster-streams.ts';
import { JUDGES, reattached } from '../../../support/screen/judges.ts';
import { differences } from '../../../support/screen/screen-compare.ts';

const STREAMS = Number(process.env.SCREEN_FUZZ_STREAMS ?? 300);
const FIRST_SEED = Number(process.env.SCREEN_FUZZ_SEED ?? 1);
const SIZE = { cols: 40, rows: 5 };

function screenOf(output: string | Uint8Array, size = SIZE): Screen {
  const screen = new Screen({
    ...size,
    scrollback: 100,
    onBroken: (error) => {
      throw error;
    },
  });
  onTestFinished(() => screen.dispose());
  screen.write(Buffer.from(output));
  return screen;
}

const FAMILY = '👨‍👩‍👧‍👦';
const KISS = '👩🏽‍❤️‍💋‍👨🏿';
const PLACED =
  '\x1b[?1049h\x1b[1;1H⚠️\x1b[1;3H placed|END\x1b[2;1H👍🏽\x1b[2;3H placed|END' +
  `\x1b[3;1H1️⃣\x1b[3;3H placed|END\x1b[4;1H${FAMILY}\x1b[4;3H placed|END`;
const CODEX =
  '\x1b[1;1H›\x1b[1;3H⚠️\x1b[1;5H mind, ✔️\x1b[1;14H done |' +
  `\x1b[2;3H${FAMILY}\x1b[2;5H family 👍🏽\x1b[2;15H ok`;

const SAMPLES: Record<string, string> = {
  'placed by address': PLACED,
  'as Codex draws it': CODEX,
  'as plain lines': `⚠️ mind, ✔️ done |\r\n${FAMILY} family 👍🏽 ok\r\n${KISS} kiss 🏳️‍🌈\r\n`,
  'a prompt, the cursor after it': 'a\r\n⚠️ $ ',
  'the cursor directly after it': `a\r\n${FAMILY}`,
  'the cursor after other colours': '⚠️ $ \x1b[1mabc\x1b[m',
  'the cursor back by columns': '⚠️ abc\b\b',
  'typed over a placeholder': '\x1b[44m\x1b[K› Ask Codex anything\x1b[1;3H⚠️\x1b[1;5H',
  'a family over a placeholder': `\x1b[44m\x1b[K› Ask Codex anything\x1b[1;3H${FAMILY}\x1b[1;5H`,
  'over half of a wide character': 'ab漢漢d\x1b[1;4H⚠️\x1b[1;6H',
  'erased after it': '\x1b[44m⚠️\x1b[K\r\n\x1b[44m⚠️ mind\x1b[K',
  'erased before it': '\x1b[44m\x1b[K⚠️ mind\r\n\x1b[K👍🏽\x1b[2;9Hx',
  'flags and keycaps': '🇩🇪🇫🇷 x 1️⃣2️⃣ y\x1b[2;1H🇩🇪\x1b[2;3H placed',
  'a flag after a keycap': '1️⃣\x1b[1;3H🇩🇪\x1b[1;5H🇫🇷 x',
  'text style and emoji style': '⚠︎ ⚠️ ⌚︎ ⌚️ x\x1b[2;1H⚠︎\x1b[2;2H y\x1b[3;1H⌚️\x1b[3;3Hz',
  Hindi: 'नमस्ते क्षि |\x1b[2;1Hषि\x1b[2;3H placed',
  Thai: 'ที่ กำ |\x1b[2;1Hกำ\x1b[2;3H placed',
  Hangul: '\u1100\u1161\u11a8 각|\x1b[2;1H\u1100\u1161\u11a8\x1b[2;3H x',
  'format characters': 'a\u200bb c\u2060d|',
  'after a tab': '⚠️\tx',
  'wrapped after it': `${'x'.repeat(36)}⚠️ ✔️ and more text\r\nnext`,
  'wrapped, with a background': `${'x'.repeat(36)}⚠️\x1b[44m ✔️ and more text\r\nnext`,
  'a wrap pending': `${'x'.repeat(38)}⚠️x`,
  'mode 2027': '\x1b[?2027h⚠️ x\x1b[2;1H⚠️\x1b[2;3Hx',
  'mode 2027, set and reset': '\x1b[?2027h⚠️ x\x1b[?2027l\r\n⚠️ y',
};

describe.each(JUDGES)('%s', (judge) => {
  it.each(Object.entries(SAMPLES))('shows %s again', (_, output) => {
    const { live, attached } = reattached(judge, SIZE, output);
    expect(attached).toEqual(live);
  });

  it('ends placed rows in one column', () => {
    const ends = reattached(judge, SIZE, PLACED)
      .attached.slice(0, 4)
      .map((row) => row.split('·').indexOf('|'));
    expect(ends).toEqual([9, 9, 9, 9]);
  });

  it('shows plain lines again, whatever they consist of', () => {
    for (let seed = FIRST_SEED; seed < FIRST_SEED + STREAMS; seed++) {
      const { size, output } = plainStream(seed);
      const { live, attached } = reattached(judge, size, output);
      expect(attached, `seed ${seed}: ${JSON.stringify(output)}`).toEqual(live);
    }
  });

  it('shows a full-screen program again, whatever it has drawn', () => {
    for (let seed = FIRST_SEED; seed < FIRST_SEED + STREAMS; seed++) {
      const { size, output } = new FullScreen(seed, judge !== 'legacy').stream();
      const { live, attached } = reattached(judge, size, output);
      expect(attached, `seed ${seed}: ${JSON.stringify(output)}`).toEqual(live);
    }
  });
});

describe('text', () => {
  it('has each cluster once, and no gap after it', () => {
    expect(screenOf(PLACED).text().slice(0, 4)).toEqual([
      '⚠️ placed|END',
      '👍🏽 placed|END',
      '1️⃣ placed|END',
      `${FAMILY} placed|END`,
    ]);
    expect(screenOf(CODEX).text().slice(0, 2)).toEqual([
      '› ⚠️ mind, ✔️ done |',
      `  ${FAMILY} family 👍🏽 ok`,
    ]);
  });

  it('does not have what a cluster covers', () => {
    const screen = screenOf('› Ask Codex\x1b[1;3H⚠️\x1b[1;5H');
    expect(screen.text()[0]).toBe('› ⚠️k Codex');
  });

  it('is addressed again after a cluster, for a terminal of another size', () => {
    const [first = '', second = ''] = screenOf(CODEX).text({ ansi: true, cols: 19 });
    expect(first).toBe('› ⚠️\x1b[5G mind, ✔️\x1b[14G done');
    expect(second).toBe(`  ${FAMILY}\x1b[5G family 👍🏽\x1b[15G ok`);
    expect(screenOf('⚠️ mind').text({ ansi: true, cols: 19 })[0]).toBe('⚠️ mind');
  });
});

describe('the model', () => {
  it.each(Object.entries(SAMPLES))('of %s survives an upgrade, and the next one', (_, output) => {
    const screen = screenOf(output);
    const copy = screenOf(screen.serialize());
    expect(differences(screen, copy)).toEqual([]);
    expect(Buffer.from(copy.serialize()).equals(Buffer.from(screen.serialize()))).toBe(true);
    for (const one of [screen, copy]) one.write(Buffer.from('\ufe0f next \x1b[2b\x1b[K'));
    expect(differences(screen, copy)).toEqual([]);
  });

  it('goes on within a cluster', () => {
    const bytes = Buffer.from(`a\r\n\x1b[38;2;1;2;3;9m${KISS} x`);
    for (let cut = 1; cut < bytes.length; cut++) {
      const first = screenOf(bytes.subarray(0, cut));
      const copy = screenOf(first.serialize());
      copy.write(bytes.subarray(cut));
      expect(differences(screenOf(bytes), copy), `cut at ${cut}`).toEqual([]);
    }
  });

  it('keeps clusters in lines above the screen, packed', () => {
    const lines = Array.from({ length: 30 }, (_, n) => `${n} ⚠️ mind ${FAMILY} 👍🏽 ok`);
    const screen = screenOf(lines.join('\r\n'));
    screen.flush();
    while (screen.tidy());
    expect(screen.text({ scrollback: 100 })).toEqual(lines);
    expect(differences(screen, screenOf(screen.serialize()))).toEqual([]);
  });

  it('gives emoji style two columns where the program counts clusters', () => {
    expect(screenOf('⚠️').cursor.x).toBe(1);
    expect(screenOf('\x1b[?2027h⚠️').cursor.x).toBe(2);
    expect(screenOf('\x1b[?2027h\x1bc⚠️').cursor.x).toBe(1);
    expect(screenOf(FAMILY).cursor.x).toBe(2);
  });
});
