/** The screen model: what it keeps, what it gives back, and that nothing can break it. */
import { describe, expect, it } from 'vitest';
import {
  UNPARSED_HIGH_BYTES,
  UNPARSED_LOW_BYTES,
} from '../../../../src/supervisor/screen/parse-pace.ts';
import { Screen, type ScreenOptions } from '../../../../src/supervisor/screen/screen.ts';
import { FALLBACK_RESTORE } from '../../../../src/terminal/restore.ts';
import { differences } from '../../../support/screen/screen-compare.ts';
import { families, streamOf } from '../../../support/screen/screen-streams.ts';

function screenWith(text: string | Uint8Array, options: Partial<ScreenOptions> = {}): Screen {
  const screen = new Screen({ cols: 80, rows: 24, scrollback: 100, ...options });
  screen.write(Buffer.from(text));
  return screen;
}

function copyOf(screen: Screen): Screen {
  return screenWith(screen.serialize(), { cols: screen.cols, rows: screen.rows });
}

const CODEX_START =
  '\x1b[?2004h\x1b[>4;0m\x1b[>7u\x1b[?1004h\x1b[?u\x1b[c\x1b[6n\x1b]10;?\x1b\\\x1b]11;?\x1b\\' +
  '\x1b[?1049h\x1b[>7u\x1b[?1007l\x1b[?1000h\x1b[?1002h\x1b[?1003h\x1b[?1006h\x1b[?25l' +
  '\x1b[?2026h\x1b[H\x1b[1m›\x1b[m Ask Codex\x1b[24;3H\x1b[?2026l';

describe('snapshot', () => {
  it('gives back what Codex sets up at its start', () => {
    const screen = screenWith(CODEX_START);
    expect(screen.modes).toMatchObject({
      altScreen: true,
      focus: true,
      bracketedPaste: true,
      kittyFlags: 7,
      mouseMode: 1003,
      mouseEncoding: 1006,
      cursorVisible: false,
      syncOutput: false,
    });
    const text = Buffer.from(screen.serialize()).toString();
    for (const mode of ['?1000h', '?1002h', '?1003h', '?1006h', '?1007l', '?2004h', '?25l']) {
      expect(text).toContain(`\x1b[${mode}`);
    }
    // One keyboard stack for each screen: the first before entering the other, the second after.
    expect(text.split('\x1b[?1049h').map((part) => part.split('\x1b[>7u').length)).toEqual([2, 2]);
    expect(differences(screen, copyOf(screen))).toEqual([]);
  });

  it('gives lines above the screen, as many as asked for', () => {
    const lines = Array.from({ length: 60 }, (_, i) => `line ${i}`);
    const screen = screenWith(lines.join('\r\n'));
    expect(copyOf(screen).text({ scrollback: 100 })).toEqual(lines);
    const some = screenWith(screen.serialize({ scrollback: 5 }));
    expect(some.text({ scrollback: 100 })).toEqual(lines.slice(60 - 24 - 5));
    const none = screenWith(screen.serialize({ scrollback: 0 }));
    expect(none.text({ scrollback: 100 })).toEqual(lines.slice(60 - 24));
  });

  it('keeps no line above the screen where none is wanted', () => {
    const screen = screenWith('a\r\n'.repeat(100), { scrollback: 0 });
    expect(screen.text({ scrollback: 100 })).toHaveLength(24);
    expect(differences(screen, copyOf(screen))).toEqual([]);
  });

  it('leaves the main screen alone if asked to', () => {
    const screen = screenWith(`shell\r\n${CODEX_START}`);
    const copy = screenWith('user\r\n$ ');
    copy.write(screen.serialize({ main: false }));
    expect(copy.text()[0]).toBe('› Ask Codex');
    copy.write(Buffer.from('\x1b[?1049l'));
    expect(copy.text().slice(0, 2)).toEqual(['user', '$']);
    expect(copy.cursor).toEqual({ x: 2, y: 1 });
  });

  it('wraps lines again where they were wrapped, so that a resize flows them', () => {
    const screen = screenWith(`${'abcdefghij'.repeat(3)}\r\n漢字漢字漢字\r\n`, {
      cols: 11,
      rows: 8,
    });
    const copy = copyOf(screen);
    screen.resize(40, 8);
    copy.resize(40, 8);
    expect(copy.text().slice(0, 2)).toEqual(['abcdefghij'.repeat(3), '漢字漢字漢字']);
    expect(copy.text()).toEqual(screen.text());
  });

  it.each([
    [40, { x: 2, y: 3 }],
    [100, { x: 2, y: 1 }],
  ])('keeps the cursor below its line while the other screen is shown, %i columns', (cols, at) => {
    const screen = screenWith(`${'warning '.repeat(12)}\r\n$ \x1b[?1049h`, { cols: 60, rows: 8 });
    screen.resize(cols, 8);
    const copy = copyOf(screen);
    for (const one of [screen, copy]) {
      one.write(Buffer.from('\x1b[?1049l'));
      expect(one.cursor).toEqual(at);
      expect(one.text()[at.y]).toBe('$');
    }
  });

  it('keeps the cursor in a line that wraps while the other screen is shown', () => {
    const screen = screenWith(`${'x'.repeat(50)}\x1b[45G\x1b7\r\n\x1b[?1047h`, {
      cols: 60,
      rows: 8,
    });
    screen.resize(40, 8);
    screen.write(Buffer.from('\x1b[?1047l\x1b8'));
    expect(screen.cursor).toEqual({ x: 4, y: 1 });
  });

  it.each([
    ['after a colour was set', `${'a'.repeat(80)}\x1b[31m`],
    ['in a row that was erased since', `${'a'.repeat(80)}\x1b[44m\x1b[1K`],
    ['in the middle of a run', 'a'.repeat(80)],
    ['behind a wide character', `${'漢'.repeat(40)}\x1b[4m`],
  ])('keeps a wrap pending %s', (_, text) => {
    const screen = screenWith(text);
    const copy = copyOf(screen);
    expect(differences(screen, copy)).toEqual([]);
    for (const one of [screen, copy]) one.write(Buffer.from('next'));
    expect(copy.cursor).toEqual({ x: 4, y: 1 });
    expect(differences(screen, copy)).toEqual([]);
  });

  it('counts an emoji as two columns, as terminals do', () => {
    const screen = screenWith('🙂\x1b[3Gx');
    expect(screen.text()[0]).toBe('🙂x');
    expect(screen.cursor.x).toBe(3);
  });

  it('is ordered against a resize', () => {
    const screen = screenWith('a'.repeat(70));
    screen.resize(40, 10);
    screen.write(Buffer.from('\x1b[10;40Hz'));
    expect([screen.cols, screen.rows]).toEqual([40, 10]);
    expect(screen.text()[9]).toBe(`${' '.repeat(39)}z`);
  });
});

describe('lines above the screen', () => {
  it('share no memory with others once packed, so that it can be given back', () => {
    const screen = new Screen({ cols: 80, rows: 24, scrollback: 500 });
    for (let n = 0; n < 300; n++) screen.write(Buffer.from(`line ${n}\r\n`));
    const before = screen.text({ scrollback: 500 });
    while (screen.tidy());
    const { lines, ybase } = screen.emulator.core.buffers.normal;
    const own = 80 * 3 * Uint32Array.BYTES_PER_ELEMENT;
    for (let y = ybase; y < lines.length; y++)
      expect(lines.get(y)?._data.buffer.byteLength).toBe(own);
    expect(screen.text({ scrollback: 500 })).toEqual(before);
  });

  it('are the same packed: read, scrolled off, flowed to another width, and used again', () => {
    const plain = new Screen({ cols: 30, rows: 6, scrollback: 60 });
    const packed = new Screen({ cols: 30, rows: 6, scrollback: 60 });
    for (let seed = 1; seed <= 40; seed++) {
      const family = families[seed % families.length] as (typeof families)[number];
      const text = `${streamOf(family, seed).bytes}\x1b[m\x1b[r\x1b[?1049l\r\n${'漢é🙂x '.repeat(seed)}\r\n`;
      for (const screen of [plain, packed]) screen.write(Buffer.from(text));
      packed.flush();
      while (packed.tidy());
      if (seed % 5 === 0) {
        for (const screen of [plain, packed]) screen.resize(20 + (seed % 4) * 9, 4 + (seed % 7));
      }
      expect(differences(plain, packed), `after ${seed}`).toEqual([]);
      expect(packed.serialize()).toEqual(plain.serialize());
    }
    expect(plain.emulator.core.buffers.normal.ybase).toBe(60);
  });
});

describe('a sequence that has begun', () => {
  const sequences = [
    '\x1b[38;2;1;2;3mx',
    '\x1b]8;;https://example.org/\x1b\\x',
    '\x1b]4;1;#ff0000\x07x',
    '\x1bP+q544e\x1b\\x',
    '\x1b_Gf=32;AAAA\x1b\\x',
    '\x1b(0qx',
    '\x1b[?1049hx',
    '…x',
    '🙂x',
    '\x9b1mx',
    // A control character inside a sequence acts at once, and must not act again.
    '\x1b[3\n1mx',
  ];

  it.each(sequences)('is finished in the copy: %j', (sequence) => {
    const bytes = Buffer.from(sequence);
    const whole = screenWith(Buffer.concat([Buffer.from('ab'), bytes]));
    for (let cut = 1; cut < bytes.length; cut++) {
      const begun = screenWith(Buffer.concat([Buffer.from('ab'), bytes.subarray(0, cut)]));
      const copy = copyOf(begun);
      copy.write(bytes.subarray(cut));
      expect(differences(whole, copy), `cut at ${cut}`).toEqual([]);
    }
  });

  it.each(['\x1b]52;c;', '\x1bPq', '\x1b_G', '\x1b]2;'])(
    'of 20 MB costs no memory: %j',
    (begin) => {
      const screen = screenWith(`ab${begin}`);
      const chunk = Buffer.alloc(1 << 20, 'x');
      for (let i = 0; i < 20; i++) {
        screen.write(chunk);
        screen.flush();
      }
      expect(screen.serialize().length).toBeLessThan(1_000);
      const copy = copyOf(screen);
      for (const one of [screen, copy]) one.write(Buffer.from('yyy\x1b\\c'));
      expect(copy.text()[0]).toBe('abc');
      expect(differences(screen, copy)).toEqual([]);
    },
  );
});

describe('what kills emulators', () => {
  it.each([
    ['erasing above the last cell of a fresh screen', '\x1b[24;80H\x1b[1J'],
    ['the same, selectively', '\x1b[24;80H\x1b[?1J'],
    ...['L', 'M', 'S', 'T', 'I', 'Z', 'b', '@', 'P', 'X', 'A', ' @', "'}"].map((final) => [
      `a huge count of ${final}`,
      `ab\x1b[2147483647${final}`,
    ]),
  ])('%s', (_, sequence) => {
    const errors: unknown[] = [];
    const screen = screenWith(sequence, { onBroken: (error) => errors.push(error) });
    screen.write(Buffer.from('\x1b[2J\x1b[Hstill here'));
    expect(screen.text()[0]).toBe('still here');
    expect(errors).toEqual([]);
  });

  it('costs the screen, not the modes, where something throws all the same', () => {
    const errors: unknown[] = [];
    const screen = screenWith(CODEX_START, { onBroken: (error) => errors.push(error) });
    screen.flush();
    const input = screen.emulator.core._inputHandler;
    input._parser.setPrintHandler(() => {
      throw new Error('broken');
    });
    // Narrow characters do not come this way.
    screen.write(Buffer.from('漢'));
    screen.flush();
    expect(errors).toHaveLength(1);
    expect(screen.modes).toMatchObject({ altScreen: true, bracketedPaste: true, kittyFlags: 7 });
    screen.write(Buffer.from('\x1b[Hback'));
    expect(screen.text()[0]).toContain('back');
  });

  it('is a link that is never closed: it does not make each line dearer', () => {
    const screen = screenWith('\x1b]8;;https://example.org/\x07', { scrollback: 2_000 });
    screen.write(Buffer.from('linked text\r\n'.repeat(20_000)));
    expect(screen.text()[0]).toBe('linked text');
    expect(differences(screen, screenWith(screen.serialize(), { scrollback: 2_000 }))).toEqual([]);
  });
});

describe('leaving', () => {
  it('undoes what the program has switched on', () => {
    const terminal = screenWith('\x1b[>1u$ ');
    const screen = screenWith(CODEX_START);
    screen.write(
      Buffer.from(
        '\x1b[3;9r\x1b[?6h\x1b[4h\x1b[?7l\x1b[5 q\x1b=\x1b[?1h\x1b(0\x1b]11;#123456\x07\x1b[31;4:3m',
      ),
    );
    terminal.write(screen.serialize({ main: false }));
    terminal.write(screen.restoreSequence());
    const before = screenWith('\x1b[>1u$ ');
    expect(differences(before, terminal).filter(({ what }) => !/saved|^other/.test(what))).toEqual(
      [],
    );
  });

  it('does nothing to a terminal whose program has done nothing', () => {
    const screen = screenWith('hello');
    expect(Buffer.from(screen.restoreSequence()).toString()).toBe('\x18\x1b\\\x1b[m');
  });

  it('is possible without a supervisor', () => {
    const terminal = screenWith('$ ');
    terminal.write(Buffer.from(CODEX_START));
    terminal.write(FALLBACK_RESTORE);
    const before = screenWith('$ ');
    expect(
      differences(before, terminal).filter(({ what }) => !/saved|^other|modes/.test(what)),
    ).toEqual([]);
    expect(terminal.modes).toMatchObject({ kittyFlags: 0, mouse: false, cursorVisible: true });
  });
});

describe('unparsed output', () => {
  it('is parsed when the stream pauses, and tells when it is low again', async () => {
    const screen = new Screen({ cols: 80, rows: 24, scrollback: 10 });
    const low = new Promise<void>((resolve) => {
      screen.onUnparsedLow = resolve;
    });
    const chunk = Buffer.from('0123456789abcde\n'.repeat(4096));
    while (screen.unparsedBytes <= UNPARSED_HIGH_BYTES) screen.write(chunk);
    await low;
    expect(screen.unparsedBytes).toBeLessThan(UNPARSED_LOW_BYTES);
    while (screen.unparsedBytes > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(screen.text()[0]).toContain('0123456789abcde');
  });
});

describe('text', () => {
  it('has no trailing blanks and, if asked for, colours', () => {
    const screen = screenWith('plain   \r\n\x1b[31mred\x1b[m and \x1b[44m  \x1b[m  ', { rows: 2 });
    expect(screen.text()).toEqual(['plain', 'red and']);
    expect(screen.text({ ansi: true })).toEqual([
      'plain',
      '\x1b[0;31mred\x1b[m and \x1b[0;44m  \x1b[m',
    ]);
  });
});

describe('whoever waits for what was written to be parsed', () => {
  it.each([0, 1, 3])('is called, once, behind %i sizes', async (sizes) => {
    const screen = screenWith('\x1b[31mx'.repeat(5_000));
    for (let i = 1; i <= sizes; i++) screen.resize(80 + i, 24);
    const seen: number[] = [];
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('nobody was called')), 5_000);
      screen.whenParsed(() => {
        clearTimeout(late);
        seen.push(screen.parsedState.cols);
        resolve();
      });
    });
    screen.flush();
    expect(seen).toEqual([80 + sizes]);
    screen.dispose();
  });
});
