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

const FOREGROUND = 'rgb:e6e6/e6e6/e6e6';
const BACKGROUND = 'rgb:1e1e/1e1e/2e2e';
/** Kitty's own limit is of this order; a program that never pops must not grow it for ever. */
const STACK_ENTRIES = 32;

type Params = readonly (number | number[])[];

function param(params: Params, index: number, fallback: number): number {
  const value = params[index];
  return typeof value === 'number' && value > 0 ? value : fallback;
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

  /** @param answer gets what a terminal would send back by itself */
  constructor(cols: number, rows: number, answer: (bytes: string) => void) {
    this.#answer = answer;
    this.xterm = new xterm.Terminal({
      cols,
      rows,
      scrollback: 5000,
      allowProposedApi: true,
      logLevel: 'off',
    });
    this.xterm.onData(answer);
    this.xterm.onTitleChange((title) => {
      this.title = title;
    });
    this.xterm.onBell(() => {
      this.bells += 1;
    });
    this.#keyboard();
    this.#colours();
    this.#unreportedModes();
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

  #colours(): void {
    const colour = (code: number, value: string) =>
      this.xterm.parser.registerOscHandler(code, (data) => {
        if (data === '?') this.#answer(`\x1b]${code};${value}\x1b\\`);
        return true;
      });
    colour(10, FOREGROUND);
    colour(11, BACKGROUND);
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
