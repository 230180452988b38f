/**
 * Finds which key an escape sequence stands for: kitty's CSI u with or without event types, xterm's
 * modifyOtherKeys, win32-input-mode (mode 9001), and ESC before a character. Sources: kitty
 * keyboard protocol; xterm ctlseqs, "modifyOtherKeys"; Windows Terminal, spec #4999.
 */
import { codesOf } from '../../terminal/key-codes.ts';
import type { Stroke } from '../../terminal/key-names.ts';

const ESC = 0x1b;
const CSI = 0x5b;
/** Final bytes of sequences that stand for a key with a character: u, ~ and _. */
const ENDS = [0x75, 0x7e, 0x5f];
const SPACE = 0x20;
export const SHIFT = 1;
const ALT = 2;
export const CTRL = 4;
/** Caps lock and num lock are ignored. */
const LOCKS = 64 | 128;

export interface Press {
  /** Code points of the key, with and without Shift. */
  readonly codes: readonly number[];
  /** Modifiers, without the locks. */
  readonly modifiers: number;
  /** Code points that it types, if the sequence has them; regardless of Ctrl and Alt. */
  readonly typed: readonly number[];
}

/** Ctrl and a character: a key that every encoding can tell from all others. */
export interface ControlKey {
  readonly byte: number;
  /** Code points that terminals report for it; several, as keyboard layouts differ. */
  readonly codes: readonly number[];
}

export function controlKey(char: string): ControlKey {
  const byte = char.toUpperCase().charCodeAt(0) & 0x1f;
  // Ctrl-^ is Ctrl-6 or Ctrl-Shift-6 on most keyboards, Ctrl-_ is Ctrl-Shift-minus, Ctrl-@ is Ctrl-Shift-2.
  const aliases: Record<string, number[]> = { '^': [54], _: [45], '@': [50] };
  return { byte, codes: [char.charCodeAt(0), ...(aliases[char] ?? [])] };
}

/** For a token of the kinds `key` and `release`; undefined for a key without a character. */
export function pressOf(bytes: Uint8Array): Press | undefined {
  // Arrows and the like, which are frequent.
  if (bytes[1] === CSI && !ENDS.includes(bytes[bytes.length - 1] ?? 0)) return undefined;
  const text = Buffer.from(bytes).toString('latin1');
  return kittyKey(text) ?? modifiedKey(text) ?? win32Key(text) ?? metaKey(bytes);
}

function kittyKey(text: string): Press | undefined {
  const [, field, mask, as] =
    /^\x1b\[(\d+(?::\d*){0,2})(?:;(\d*)(?::\d+)?)?(?:;([\d:]*))?u$/.exec(text) ?? [];
  if (field === undefined) return undefined;
  const modifiers = (Number(mask || '1') - 1) & ~LOCKS;
  const shift = (modifiers & SHIFT) !== 0;
  const codes = codesOf(field, shift);
  if (as) return { codes, modifiers, typed: as.split(':').map(Number) };
  const [, shifted] = field.split(':').map(Number);
  // The first code is the key without Shift.
  const typed = shift ? codes.slice(shifted ? 1 : 0).map(upperOf) : codes;
  return { codes, modifiers, typed };
}

function modifiedKey(text: string): Press | undefined {
  const [, mask, code] = /^\x1b\[27;(\d+);(\d+)~$/.exec(text) ?? [];
  if (code === undefined) return undefined;
  const codes = [Number(code)];
  return { codes, modifiers: (Number(mask) - 1) & ~LOCKS, typed: codes };
}

/** Bits of dwControlKeyState. */
const WIN32 = { alt: 0x03, ctrl: 0x0c, shift: 0x10 } as const;

/** `CSI virtual key; scan code; character; is down; control keys; repeated _`; 0 where there is nothing. */
function win32Key(text: string): Press | undefined {
  if (!/^\x1b\[[\d;]*_$/.test(text)) return undefined;
  const [key = 0, , character = 0, , state = 0] = text.slice(2, -1).split(';').map(Number);
  // Ctrl and a letter or sign give its code minus 64, or minus 96 for lower case.
  const codes = character > 0 && character < 32 ? [character + 64, character + 96] : [];
  // Ctrl-Space has no character (NUL), so its virtual key counts. Virtual keys are the same on all
  // layouts, so they identify no other sign.
  if (key === SPACE) codes.push(key);
  const is = (bits: number, modifier: number) => (state & bits ? modifier : 0);
  const held = is(WIN32.ctrl, CTRL) | is(WIN32.alt, ALT);
  const prints = character >= SPACE;
  // AltGr is reported as Ctrl and Alt, and only types a character.
  const modifiers = is(WIN32.shift, SHIFT) | (prints && held === (CTRL | ALT) ? 0 : held);
  return { codes, modifiers, typed: prints ? [character] : [] };
}

/** ESC and an ASCII character. */
function metaKey([first, code, ...more]: Uint8Array): Press | undefined {
  if (first !== ESC || code === undefined || code <= SPACE || code > 0x7e || more.length > 0)
    return undefined;
  return { codes: [code], modifiers: ALT, typed: [code] };
}

/** The shifted character, for letters; for signs it is unknown unless the terminal reports it. */
function upperOf(code: number): number {
  return code >= 0x61 && code <= 0x7a ? code - SPACE : code;
}

/**
 * Shift, Ctrl, the locks and the like on their own: kitty's private codes, win32's virtual keys.
 */
export function isModifierAlone(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes).toString('latin1');
  const kitty = Number(/^\x1b\[(\d+)[;:\d]*u$/.exec(text)?.[1] ?? 0);
  if ((kitty >= 57_358 && kitty <= 57_360) || (kitty >= 57_441 && kitty <= 57_454)) return true;
  const win32 = Number(/^\x1b\[(\d+);[\d;]*_$/.exec(text)?.[1] ?? 0);
  return (win32 >= 16 && win32 <= 18) || [20, 91, 92, 144, 145].includes(win32);
}

/** A key, as it is searched for. */
export class StrokeMatcher {
  readonly stroke: Stroke;
  /** The byte that it is in legacy mode; undefined with Alt, which takes two bytes. */
  readonly byte: number | undefined;
  readonly #codes: readonly number[];

  constructor(stroke: Stroke) {
    this.stroke = stroke;
    const code = stroke.char.charCodeAt(0);
    const control = stroke.modifier === 'ctrl' ? controlKey(stroke.char) : undefined;
    this.byte = stroke.modifier === 'alt' ? undefined : (control?.byte ?? code);
    this.#codes = control?.codes ?? [code];
  }

  matches({ codes, modifiers, typed }: Press): boolean {
    const { modifier } = this.stroke;
    const held = modifier === 'ctrl' ? CTRL : modifier === 'alt' ? ALT : 0;
    if ((modifiers & ~SHIFT) !== held) return false;
    return (modifier === 'ctrl' ? codes : typed).some((code) => this.#codes.includes(code));
  }

  /** Whatever is held beside it by now. */
  isReleasedBy({ codes, typed }: Press): boolean {
    return [...codes, ...typed].some((code) => this.#codes.includes(code));
  }
}
