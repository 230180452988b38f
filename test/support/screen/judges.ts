/**
 * Terminals that judge widths, each of another kind: `legacy` counts code points, as xterm does;
 * `graphemes` is xterm.js with clusters, as VS Code has it; `ghostty` is Ghostty's own terminal.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import xterm from '@xterm/headless';
import { Ghostty, type GhosttyTerminal } from 'ghostty-web';
import { Screen } from '../../../src/supervisor/screen/screen.ts';
import { charWidth } from '../../../src/terminal/char-width.ts';

export const JUDGES = ['legacy', 'graphemes', 'ghostty'] as const;
export type Judge = (typeof JUDGES)[number];

export interface JudgedSize {
  cols: number;
  rows: number;
}

interface Terminal {
  write(bytes: Uint8Array): void;
  /** Each cell as its text, `2` before it if it is wide, and its background after it. */
  rows(): string[];
  cursor(): string;
}

const require = createRequire(import.meta.url);
/** What Node has of it; the types come with those of a browser. */
const { Module, Instance } = (
  globalThis as unknown as {
    WebAssembly: {
      Module: new (code: Uint8Array) => object;
      Instance: new (module: object, imports: object) => ConstructorParameters<typeof Ghostty>[0];
    };
  }
).WebAssembly;
const ghosttyCode = new Module(readFileSync(require.resolve('ghostty-web/ghostty-vt.wasm')));
const { UnicodeGraphemesAddon } = loadGraphemes();

/** It reads its table at the beginning of the buffer that Node gives it, which must be one of its own. */
function loadGraphemes(): typeof import('@xterm/addon-unicode-graphemes') {
  const { poolSize } = Buffer;
  Buffer.poolSize = 0;
  try {
    return require('@xterm/addon-unicode-graphemes');
  } finally {
    Buffer.poolSize = poolSize;
  }
}

interface UnicodeVersion {
  version: string;
  wcwidth(codePoint: number): 0 | 1 | 2;
  charProperties(codePoint: number, preceding: number): number;
}

const CODE_POINTS: UnicodeVersion = {
  version: 'legacy',
  wcwidth: charWidth,
  charProperties: (codePoint, preceding) => {
    const width = charWidth(codePoint);
    return width === 0 ? (preceding & 6) | 1 : width << 1;
  },
};

function xtermJs({ cols, rows }: JudgedSize, judge: Judge): Terminal {
  const terminal = new xterm.Terminal({ cols, rows, allowProposedApi: true, logLevel: 'off' });
  if (judge === 'legacy') terminal.unicode.register(CODE_POINTS);
  // Its types are those of the terminal with a window.
  else terminal.loadAddon(new UnicodeGraphemesAddon() as unknown as xterm.ITerminalAddon);
  terminal.unicode.activeVersion = judge === 'legacy' ? 'legacy' : '15-graphemes';
  const { _core: core } = terminal as unknown as {
    _core: { _inputHandler: { parse(data: Uint8Array): void } };
  };
  const row = (y: number): string => {
    const { active } = terminal.buffer;
    const line = active.getLine(active.baseY + y);
    const cells = Array.from({ length: cols }, (_, x) => {
      const cell = line?.getCell(x);
      if (!cell || cell.getWidth() === 0) return '';
      const background = cell.isBgDefault() ? '' : `#${cell.getBgColor().toString(16)}`;
      return `${cell.getWidth() === 2 ? '2' : ''}${cell.getChars() || ' '}${background}`;
    });
    return cells.join('·');
  };
  return {
    write: (bytes) => core._inputHandler.parse(bytes),
    rows: () => Array.from({ length: rows }, (_, y) => row(y)),
    cursor: () => `${terminal.buffer.active.cursorX},${terminal.buffer.active.cursorY}`,
  };
}

function ghostty({ cols, rows }: JudgedSize): Terminal {
  // One for each terminal: memory that another has freed is not safe to use again.
  const instance = new Instance(ghosttyCode, { env: { log: () => {} } });
  const terminal = new Ghostty(instance).createTerminal(cols, rows);
  const row = (y: number): string =>
    (terminal.getLine(y) ?? [])
      .map((cell, x) => {
        if (cell.width === 0) return '';
        const background = [cell.bg_r, cell.bg_g, cell.bg_b];
        return `${cell.width === 2 ? '2' : ''}${textOf(terminal, y, x, cell)}${background.some(Boolean) ? `#${background}` : ''}`;
      })
      .join('·');
  return {
    write: (bytes) => {
      if (bytes.length > 0) terminal.write(bytes);
    },
    rows: () => {
      terminal.update();
      return Array.from({ length: rows }, (_, y) => row(y));
    },
    cursor: () => `${terminal.getCursor().x},${terminal.getCursor().y}`,
  };
}

function textOf(
  terminal: GhosttyTerminal,
  y: number,
  x: number,
  { codepoint, grapheme_len: more }: { codepoint: number; grapheme_len: number },
): string {
  if (more > 0) return terminal.getGraphemeString(y, x);
  return codepoint === 0 ? ' ' : String.fromCodePoint(codepoint);
}

/** Rows, and the cursor as the last line. */
export function shownIn(judge: Judge, size: JudgedSize, bytes: Uint8Array): string[] {
  const terminal = judge === 'ghostty' ? ghostty(size) : xtermJs(size, judge);
  terminal.write(bytes);
  return [...terminal.rows(), `cursor ${terminal.cursor()}`];
}

/** What a terminal shows of this output, and what another of its kind shows after attaching. */
export function reattached(
  judge: Judge,
  size: JudgedSize,
  output: string,
): { live: string[]; attached: string[] } {
  const screen = new Screen({ ...size, scrollback: 100 });
  screen.write(Buffer.from(output));
  const redraw = screen.serialize();
  screen.dispose();
  return {
    live: shownIn(judge, size, Buffer.from(output)),
    attached: shownIn(judge, size, redraw),
  };
}
