/**
 * Terminal state that the emulator does not model: kitty's keyboard stacks, modifyOtherKeys, palette
 * colours, which modes were changed, and other lasting settings. Tracked by parser hooks.
 */
import { ANSI, MOUSE_ENCODINGS, MOUSE_MODES, SIDE_MARGINS } from '../../terminal/private-modes.ts';
import { ChangedModes } from './changed-modes.ts';
import { LastingSettings } from './lasting-settings.ts';
import type { HookTarget } from './parser-hooks.ts';

/** Kitty evicts the oldest entry beyond this depth. */
const KEYBOARD_STACK_DEPTH = 8;
/** The flags that kitty keeps (`screen_push_key_encoding_flags`); the protocol defines five. */
const KEYBOARD_FLAGS = 0x7f;
/** xterm knows 0 to 3. */
const MODIFY_OTHER_KEYS_MAX = 3;
/** Colour specifications are short ("rgb:ffff/ffff/ffff"). */
const COLOR_SPEC = /^[#\w:/.,%-]{1,64}$/;
const PALETTE_SIZE = 256;
const FIRST_DYNAMIC_COLOR = 10;
const LAST_DYNAMIC_COLOR = 19;
const RESET_OFFSET = 100;

/** One screen's keyboard flags: those that `CSI = u` set below the stack, and those pushed. */
export interface KeyboardFlags {
  base: number;
  stack: number[];
}

export class ExtraState {
  keyboard: { main: KeyboardFlags; alternate: KeyboardFlags } = emptyKeyboard();
  /** Number of pops of the main stack that exceeded what the program had pushed. */
  overPops = 0;
  /**
   * Since the last full reset. kitty ignores DECSTR, so what DECSTR resets may still be set there.
   */
  wasSoftReset = false;
  modifyOtherKeys = 0;
  readonly palette = new Map<number, string>();
  readonly dynamicColors = new Map<number, string>();
  readonly modes = new ChangedModes();
  readonly settings = new LastingSettings();
  /** In the order in which they were set. */
  readonly mouseModes = new Set<number>();
  readonly mouseEncodings = new Set<number>();

  reset(): void {
    this.keyboard = emptyKeyboard();
    this.wasSoftReset = false;
    this.modifyOtherKeys = 0;
    this.palette.clear();
    this.dynamicColors.clear();
    this.modes.reset();
    this.settings.reset();
    this.mouseModes.clear();
    this.mouseEncodings.clear();
  }

  /** Hooks into the parser; `onAlternate`: whether the alternate screen is shown. */
  attach(parser: HookTarget, onAlternate: () => boolean): void {
    const keys = (): KeyboardFlags =>
      onAlternate() ? this.keyboard.alternate : this.keyboard.main;
    parser.registerCsiHandler({ prefix: '>', final: 'u' }, (params) => {
      push(keys(), number(params[0]) & KEYBOARD_FLAGS);
      return true;
    });
    parser.registerCsiHandler({ prefix: '<', final: 'u' }, (params) => {
      const own = keys();
      const count = number(params[0]) || 1;
      if (count > own.stack.length && own === this.keyboard.main) this.overPops++;
      pop(own, count);
      return true;
    });
    parser.registerCsiHandler({ prefix: '=', final: 'u' }, (params) => {
      setFlags(keys(), number(params[0]) & KEYBOARD_FLAGS, number(params[1]) || 1);
      return true;
    });
    parser.registerCsiHandler({ prefix: '>', final: 'm' }, (params) => {
      const value = number(params[1]);
      if (number(params[0]) === 4 && value <= MODIFY_OTHER_KEYS_MAX) this.modifyOtherKeys = value;
      return true;
    });
    parser.registerCsiHandler({ prefix: '>', final: 'n' }, (params) => {
      if (number(params[0]) === 4) this.modifyOtherKeys = 0;
      return true;
    });
    parser.registerCsiHandler({ prefix: '?', final: 'h' }, (params) => this.#modes(params, true));
    parser.registerCsiHandler({ prefix: '?', final: 'l' }, (params) => this.#modes(params, false));
    parser.registerCsiHandler({ prefix: '?', final: 's' }, (params) => {
      for (const param of params) this.#save(number(param));
      return true;
    });
    this.#attachColors(parser);
    this.settings.attach(parser);
  }

  #attachColors(parser: HookTarget): void {
    parser.registerOscHandler(4, (data) => {
      const slots = data.split(';');
      for (let i = 0; i + 1 < slots.length; i += 2) {
        setColor(this.palette, Number(slots[i]), slots[i + 1] as string);
      }
      return true;
    });
    parser.registerOscHandler(104, (data) => {
      if (data === '') this.palette.clear();
      else for (const index of data.split(';')) this.palette.delete(Number(index));
      return true;
    });
    for (let code = FIRST_DYNAMIC_COLOR; code <= LAST_DYNAMIC_COLOR; code++) {
      parser.registerOscHandler(code, (data) => {
        for (const [offset, spec] of data.split(';').entries()) {
          if (code + offset <= LAST_DYNAMIC_COLOR) {
            setColor(this.dynamicColors, code + offset, spec);
          }
        }
        return true;
      });
      parser.registerOscHandler(code + RESET_OFFSET, () => {
        this.dynamicColors.delete(code);
        return true;
      });
    }
  }

  /** Always returns false, so that the emulator's own handler runs too. */
  #modes(params: (number | number[])[], on: boolean): boolean {
    for (const param of params) this.setMode(number(param), on);
    return false;
  }

  setMode(mode: number, on: boolean): void {
    if (MOUSE_MODES.includes(mode)) toggle(this.mouseModes, mode, on);
    else if (MOUSE_ENCODINGS.includes(mode)) toggle(this.mouseEncodings, mode, on);
    else if (mode === ANSI) this.settings.vt52 = !on;
    else this.modes.set(mode, on);
    if (mode === SIDE_MARGINS && !on) this.settings.drop('margins');
  }

  /** DECSTR. */
  softReset(): void {
    this.wasSoftReset = true;
    this.modes.softReset();
    this.settings.drop('margins');
  }

  #save(mode: number): void {
    if (MOUSE_MODES.includes(mode)) this.modes.save(mode, this.mouseModes.has(mode) || undefined);
    else if (MOUSE_ENCODINGS.includes(mode))
      this.modes.save(mode, this.mouseEncodings.has(mode) || undefined);
    else this.modes.save(mode);
  }
}

/** The flags in force. */
export function currentFlags(keys: KeyboardFlags): number {
  return keys.stack.at(-1) ?? keys.base;
}

function emptyKeyboard(): { main: KeyboardFlags; alternate: KeyboardFlags } {
  return { main: { base: 0, stack: [] }, alternate: { base: 0, stack: [] } };
}

export function number(param: number | number[] | undefined): number {
  return typeof param === 'number' ? Math.max(param, 0) : 0;
}

function push(keys: KeyboardFlags, flags: number): void {
  keys.stack.push(flags);
  // As in kitty, the base counts as an entry.
  if (keys.stack.length >= KEYBOARD_STACK_DEPTH) keys.base = keys.stack.shift() as number;
}

function pop(keys: KeyboardFlags, count: number): void {
  if (count > keys.stack.length) keys.base = 0;
  keys.stack.length = Math.max(0, keys.stack.length - count);
}

function setFlags(keys: KeyboardFlags, flags: number, how: number): void {
  const old = currentFlags(keys);
  const value = how === 1 ? flags : how === 2 ? old | flags : how === 3 ? old & ~flags : old;
  if (keys.stack.length > 0) keys.stack[keys.stack.length - 1] = value;
  else keys.base = value;
}

function toggle(set: Set<number>, value: number, on: boolean): void {
  // Deleted first, so that the mode set last is last.
  set.delete(value);
  if (on) set.add(value);
}

function setColor(colors: Map<number, string>, index: number, spec: string): void {
  if (!Number.isInteger(index) || index < 0 || index >= PALETTE_SIZE) return;
  if (spec !== '?' && COLOR_SPEC.test(spec)) colors.set(index, spec);
}
