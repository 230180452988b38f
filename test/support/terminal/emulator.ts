/**
 * The user's terminal: an emulator that answers queries as a real one does. xterm answers what
 * it models; kitty's keyboard stack, modifyOtherKeys and the colour queries are added here.
 */
import xterm from '@xterm/headless';
import type { KeyModes } from './keys.ts';

export interface Modes extends KeyModes {
  alternateScreen: boolean;
  bracketedPaste: boolean;
  focusEvents: boolean;
  mouse: string;
  sgrMouse: boolean;
  synchronized: boolean;
  cursorHidden: boolean;
  insert: boolean;
  origin: boolean;
  wraparound: boolean;
}

/** By the number of the OSC that asks for it. */
export type Colours = Readonly<Record<10 | 11 | 12, string>>;

const DARK: Colours = {
  10: 'rgb:e6e6/e6e6/e6e6',
  11: 'rgb:1e1e/1e1e/2e2e',
  12: 'rgb:e6e6/e6e6/e6e6',
};
export const LIGHT: Colours = {
  10: 'rgb:1010/1010/1010',
  11: 'rgb:fdfd/f6f6/e3e3',
  12: 'rgb:2020/2020/2020',
};
/** Kitty's own limit is of this order; a program that never pops must not grow it for ever. */
const STACK_ENTRIES = 32;

/** As a terminal is when it has just been opened; the rest is off. */
const DEC_DEFAULTS: readonly (readonly [number, boolean])[] = [
  [7, true],
  [8, true],
  [25, true],
  [1007, true],
  [1035, true],
  [1036, true],
];
/** One mode by several numbers. */
const ALTERNATES = [47, 1047, 1049];

type Params = readonly (number | number[])[];

function param(params: Params, index: number, fallback: number): number {
  const value = params[index];
  return typeof value === 'number' && value > 0 ? value : fallback;
}

interface PenInternals {
  _inputHandler: { _curAttrData: { fg: number; bg: number } };
  _charsetService: { charset: object | undefined };
}

export class Emulator {
  readonly xterm: xterm.Terminal;
  title = '';
  bells = 0;
  #modifyOtherKeys = 0;
  #stacks = { normal: [0], alternate: [0] };
  #sgrMouse = false;
  #cursorHidden = false;
  #answer: (bytes: string) => void;
  /** Every private mode that was ever set or reset. */
  #decModes = new Map(DEC_DEFAULTS);
  #savedModes = new Map<number, boolean>();
  #titles: string[] = [];
  #palette = new Map<number, string>();
  #dynamic = new Map<number, string>();

  /** Modes of which it says that it does not know them. */
  readonly unknownModes = new Set<number>();
  /** As a window with an icon and a pointer shows it. */
  progress = '';
  pointer = '';
  sideMargins = '';
  keyboardLocked = false;

  /** @param answer gets what a terminal would send back by itself */
  constructor(cols: number, rows: number, answer: (bytes: string) => void, colours = DARK) {
    this.#answer = (bytes) => (this.#asked ? this.#asked.push(bytes) : answer(bytes));
    this.xterm = new xterm.Terminal({
      cols,
      rows,
      scrollback: 5000,
      allowProposedApi: true,
      logLevel: 'off',
      windowOptions: { pushTitle: true, popTitle: true },
    });
    this.xterm.onData((bytes) => this.#answer(bytes));
    this.xterm.onTitleChange((title) => {
      this.title = title;
    });
    this.xterm.onBell(() => {
      this.bells += 1;
    });
    this.#keyboard();
    this.#colours(colours);
    this.#unreportedModes();
    this.#privateModes();
    this.#titleStack();
    this.#statusStrings();
    this.#lastingSettings();
  }

  #lastingSettings(): void {
    const { parser } = this.xterm;
    parser.registerOscHandler(9, (data) => {
      if (data.startsWith('4;')) this.progress = data.startsWith('4;0') ? '' : data.slice(2);
      return true;
    });
    parser.registerOscHandler(22, (data) => {
      this.pointer = data;
      return true;
    });
    parser.registerCsiHandler({ final: 's' }, (params) => {
      if (!this.#isSet(69)) return false;
      this.sideMargins = params.join(';');
      return true;
    });
    for (const final of ['h', 'l'])
      parser.registerCsiHandler({ final }, (params) => {
        if (params.includes(2)) this.keyboardLocked = final === 'h';
        return false;
      });
  }

  /** With a report of the new size, if the program asked for these (mode 2048). */
  resize(cols: number, rows: number): void {
    this.xterm.resize(cols, rows);
    this.#reportSize();
  }

  #reportSize(): void {
    if (!this.#isSet(2048)) return;
    const { cols, rows } = this.xterm;
    this.#answer(`\x1b[48;${rows};${cols};${rows * 20};${cols * 10}t`);
  }

  /** Answers go here instead of to the program while the terminal is asked by a test. */
  #asked: string[] | undefined;

  /** What the terminal answers to these questions. */
  async ask(questions: string): Promise<string> {
    await this.write(new Uint8Array(0));
    const answers: string[] = [];
    this.#asked = answers;
    await this.write(Buffer.from(questions));
    this.#asked = undefined;
    return answers.join('');
  }

  #privateModes(): void {
    const { parser } = this.xterm;
    const note = (final: 'h' | 'l', on: boolean) =>
      parser.registerCsiHandler({ prefix: '?', final }, (params) => {
        for (const mode of params) this.#setMode(Number(mode), on);
        if (on && params.includes(2048)) this.#reportSize();
        return false;
      });
    note('h', true);
    note('l', false);
    // DECSTR.
    parser.registerCsiHandler({ intermediates: '!', final: 'p' }, () => {
      for (const mode of [1, 6, 66]) this.#setMode(mode, false);
      return false;
    });
    parser.registerCsiHandler({ prefix: '?', final: 's' }, (params) => {
      for (const mode of params) this.#savedModes.set(Number(mode), this.#isSet(Number(mode)));
      return true;
    });
    parser.registerCsiHandler({ prefix: '?', final: 'r' }, (params) => {
      for (const mode of params)
        this.#setMode(Number(mode), this.#savedModes.get(Number(mode)) ?? false);
      return true;
    });
    parser.registerCsiHandler({ prefix: '?', intermediates: '$', final: 'p' }, (params) => {
      const mode = Number(params[0]);
      const value = this.unknownModes.has(mode) ? 0 : this.#isSet(mode) ? 1 : 2;
      this.#answer(`\x1b[?${mode};${value}$y`);
      return true;
    });
  }

  #isSet(mode: number): boolean {
    return this.#decModes.get(mode) ?? false;
  }

  #setMode(mode: number, on: boolean): void {
    if (mode === 1049) this.#keepWithCursor(on);
    if (this.unknownModes.has(mode)) return;
    if (mode === 69 && !on) this.sideMargins = '';
    this.#decModes.set(ALTERNATES.includes(mode) ? 1049 : mode, on);
  }

  #cursorStyle = 0;
  #kept: { modes: [number, boolean][]; cursorStyle: number } | undefined;

  /** As kitty does: reverse video, wrapping and the cursor's shape are saved with the cursor. */
  #keepWithCursor(save: boolean): void {
    if (save) {
      const modes = [5, 7].map((mode): [number, boolean] => [mode, this.#isSet(mode)]);
      this.#kept ??= { modes, cursorStyle: this.#cursorStyle };
      return;
    }
    for (const [mode, on] of this.#kept?.modes ?? []) this.#setMode(mode, on);
    this.#cursorStyle = this.#kept?.cursorStyle ?? this.#cursorStyle;
    this.#kept = undefined;
  }

  /** What the next character would look like, which no query tells here. */
  get pen(): { colors: number[]; drawing: boolean } {
    const core = (this.xterm as unknown as { _core: PenInternals })._core;
    const { fg, bg } = core._inputHandler._curAttrData;
    return { colors: [fg, bg], drawing: core._charsetService.charset !== undefined };
  }

  #statusStrings(): void {
    const { parser } = this.xterm;
    parser.registerCsiHandler({ intermediates: ' ', final: 'q' }, (params) => {
      this.#cursorStyle = param(params, 0, 0);
      return false;
    });
    parser.registerDcsHandler({ intermediates: '$', final: 'q' }, (what) => {
      if (what !== ' q') return false;
      this.#answer(`\x1bP1$r${this.#cursorStyle} q\x1b\\`);
      return true;
    });
  }

  /** Entries of both screens' keyboard stacks; the first is what the terminal began with. */
  get keyboardStacks(): { normal: readonly number[]; alternate: readonly number[] } {
    return this.#stacks;
  }

  /** Columns of the tab stops, which no query tells. */
  get tabStops(): number[] {
    const { tabs } = (this.xterm as unknown as { _core: { buffer: { tabs: object } } })._core
      .buffer;
    return Object.entries(tabs).flatMap(([x, set]) => (set ? [Number(x)] : []));
  }

  #titleStack(): void {
    this.xterm.parser.registerCsiHandler({ final: 't' }, (params) => {
      if (params[0] === 22) this.#titles.push(this.title);
      else if (params[0] === 23) this.title = this.#titles.pop() ?? this.title;
      else return false;
      return true;
    });
  }

  write(data: Uint8Array): Promise<void> {
    return new Promise((resolve) => this.xterm.write(data, resolve));
  }

  get #stack(): number[] {
    return this.#stacks[this.xterm.buffer.active.type];
  }

  get #kittyFlags(): number {
    return this.#stack.at(-1) ?? 0;
  }

  #keyboard(): void {
    const { parser } = this.xterm;
    parser.registerCsiHandler({ prefix: '?', final: 'u' }, () => {
      this.#answer(`\x1b[?${this.#kittyFlags}u`);
      return true;
    });
    parser.registerCsiHandler({ prefix: '>', final: 'u' }, (params) => {
      const stack = this.#stack;
      stack.push(param(params, 0, 0));
      if (stack.length > STACK_ENTRIES) stack.shift();
      return true;
    });
    parser.registerCsiHandler({ prefix: '<', final: 'u' }, (params) => {
      const stack = this.#stack;
      stack.length = Math.max(0, stack.length - param(params, 0, 1));
      if (stack.length === 0) stack.push(0);
      return true;
    });
    parser.registerCsiHandler({ prefix: '=', final: 'u' }, (params) => {
      const flags = param(params, 0, 0);
      const current = this.#kittyFlags;
      const way = param(params, 1, 1);
      this.#stack[this.#stack.length - 1] =
        way === 2 ? current | flags : way === 3 ? current & ~flags : flags;
      return true;
    });
    parser.registerCsiHandler({ prefix: '>', final: 'm' }, (params) => {
      if (param(params, 0, 0) === 4) this.#modifyOtherKeys = param(params, 1, 0);
      return true;
    });
  }

  #colours(own: Colours): void {
    const colour = (code: number, value: string) =>
      this.xterm.parser.registerOscHandler(code, (data) => {
        if (data === '?') this.#answer(`\x1b]${code};${this.#dynamic.get(code) ?? value}\x1b\\`);
        else this.#dynamic.set(code, data);
        return true;
      });
    for (const code of [10, 11, 12])
      this.xterm.parser.registerOscHandler(code + 100, () => this.#dynamic.delete(code) || true);
    this.xterm.parser.registerOscHandler(4, (data) => {
      const [index, value] = data.split(';');
      if (value === '?') {
        const color = this.#palette.get(Number(index)) ?? 'default';
        this.#answer(`\x1b]4;${index};${color}\x1b\\`);
      } else this.#palette.set(Number(index), value ?? '');
      return true;
    });
    this.xterm.parser.registerOscHandler(104, () => {
      this.#palette.clear();
      return true;
    });
    for (const code of [10, 11, 12] as const) colour(code, own[code]);
  }

  #unreportedModes(): void {
    const watch = (final: string, on: boolean) =>
      this.xterm.parser.registerCsiHandler({ prefix: '?', final }, (params) => {
        if (params.includes(1006)) this.#sgrMouse = on;
        if (params.includes(25)) this.#cursorHidden = !on;
        return false;
      });
    watch('h', true);
    watch('l', false);
  }

  /** The visible lines, without the blanks at their right ends. */
  screen(): string[] {
    const { active } = this.xterm.buffer;
    return Array.from(
      { length: this.xterm.rows },
      (_, row) => active.getLine(active.viewportY + row)?.translateToString(true) ?? '',
    );
  }

  /** Everything that the active screen still has, history first. */
  history(): string[] {
    const { active } = this.xterm.buffer;
    return Array.from(
      { length: active.length },
      (_, row) => active.getLine(row)?.translateToString(true) ?? '',
    );
  }

  /** From 0, in cells. */
  cursor(): { x: number; y: number } {
    const { active } = this.xterm.buffer;
    return { x: active.cursorX, y: active.cursorY };
  }

  modes(): Modes {
    const { modes, buffer } = this.xterm;
    return {
      kittyFlags: this.#kittyFlags,
      modifyOtherKeys: this.#modifyOtherKeys,
      applicationCursor: modes.applicationCursorKeysMode,
      alternateScreen: buffer.active.type === 'alternate',
      bracketedPaste: modes.bracketedPasteMode,
      focusEvents: modes.sendFocusMode,
      mouse: modes.mouseTrackingMode,
      sgrMouse: this.#sgrMouse,
      synchronized: modes.synchronizedOutputMode,
      cursorHidden: this.#cursorHidden,
      insert: modes.insertMode,
      origin: modes.originMode,
      wraparound: modes.wraparoundMode,
    };
  }
}
