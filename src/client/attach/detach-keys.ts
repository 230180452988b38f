/**
 * The detach and switch keys, in every form that a terminal may send them: the raw control character,
 * kitty's CSI u with or without event types, xterm's modifyOtherKeys, and win32-input-mode (mode 9001).
 * Sources: kitty keyboard protocol; xterm ctlseqs, "modifyOtherKeys"; Windows Terminal, spec #4999.
 */
import { usageError } from '../../platform/errors.ts';
import { InputTokenizer, type Token } from '../../terminal/input-tokens.ts';
import { codesOf } from '../../terminal/key-codes.ts';
import { safeJson } from '../../terminal/safe-text.ts';

export type KeyAction = 'detach' | 'switch';

/** Ctrl and a character: a key that every encoding distinguishes from all others. */
export interface ControlKey {
  readonly byte: number;
  /** Code points that terminals report for it; several, as keyboard layouts differ. */
  readonly codes: readonly number[];
}

const SPACE = 0x20;
const SHIFT = 1;
const ALT = 2;
const CTRL = 4;
/** Caps lock and num lock are ignored. */
const LOCKS = 64 | 128;

/**
 * Parses `ctrl+X`, `c-X` or `^X` for a letter but M (Enter) or one of `@ \ ] ^ _ space`; undefined for `none`.
 * @throws UserError (usage) for anything else
 */
export function parseKey(name: string, setting: string): ControlKey | undefined {
  if (name.toLowerCase() === 'none') return undefined;
  const char = /^(?:ctrl\+|c-|\^)(space|[a-z@[\\\]^_])$/i.exec(name)?.[1]?.toLowerCase();
  if (!char || char === '[' || char === 'm')
    throw usageError(
      `${setting} = ${safeJson(name)} is not a key that can be used`,
      'Use ctrl+ and a letter, or one of @ \\ ] ^ _ space; or "none".',
    );
  if (char === 'space') return { byte: 0, codes: [SPACE] };
  const code = char.charCodeAt(0);
  const byte = char.toUpperCase().charCodeAt(0) & 0x1f;
  // Ctrl-^ is Ctrl-6 or Ctrl-Shift-6 on most keyboards, Ctrl-_ is Ctrl-Shift-minus, Ctrl-@ is Ctrl-Shift-2.
  const aliases: Record<string, number[]> = { '^': [54], _: [45], '@': [50] };
  return { byte, codes: [code, ...(aliases[char] ?? [])] };
}

/** `Ctrl-\` for `ctrl+\`; undefined for none. */
export function keyLabel(key: string): string | undefined {
  if (key.toLowerCase() === 'none') return undefined;
  const label = `Ctrl-${key.replace(/^(?:ctrl\+|c-|\^)(?=.)/i, '').toUpperCase()}`;
  return label === 'Ctrl-^' ? 'Ctrl-^ (Ctrl-6)' : label;
}

export interface Scanned {
  /** For the program, in order. */
  readonly forward: readonly Uint8Array[];
  /** The key that followed `forward`, if one of ours did. */
  readonly action: KeyAction | undefined;
  /** What followed the key in the same chunk, for the next listener. */
  readonly rest?: readonly Uint8Array[];
}

export class KeyScanner {
  readonly #tokenizer = new InputTokenizer();
  readonly #keys: readonly (readonly [KeyAction, ControlKey])[];

  constructor(keys: { detach: ControlKey | undefined; switch: ControlKey | undefined }) {
    const all: [KeyAction, ControlKey | undefined][] = [
      ['detach', keys.detach],
      ['switch', keys.switch],
    ];
    this.#keys = all.filter((entry): entry is [KeyAction, ControlKey] => entry[1] !== undefined);
  }

  /** The start of a sequence is held back until its rest comes; call {@link flush} if it does not. */
  get holding(): boolean {
    return this.#tokenizer.holding;
  }

  /** A bracketed paste has begun and not ended. */
  get inPaste(): boolean {
    return this.#tokenizer.inPaste;
  }

  push(chunk: Uint8Array, now: number): Scanned {
    if (this.#tokenizer.isPlain(chunk)) return this.#scan([{ kind: 'text', bytes: chunk }]);
    return this.#scan(this.#tokenizer.push(chunk, now));
  }

  flush(): Scanned {
    return this.#scan(this.#tokenizer.flush());
  }

  #scan(tokens: readonly Token[]): Scanned {
    const forward: Uint8Array[] = [];
    for (const [i, { kind, bytes }] of tokens.entries()) {
      const later = () => tokens.slice(i + 1).map((token) => token.bytes);
      if (kind === 'text') {
        const hit = this.#inText(bytes);
        if (hit) {
          if (hit.at > 0) forward.push(bytes.subarray(0, hit.at));
          return { forward, action: hit.action, rest: [bytes.subarray(hit.at + 1), ...later()] };
        }
      } else if (kind === 'key') {
        const action = this.#inSequence(bytes);
        if (action) return { forward, action, rest: later() };
      }
      forward.push(bytes);
    }
    return { forward, action: undefined };
  }

  #inText(bytes: Uint8Array): { at: number; action: KeyAction } | undefined {
    let first: { at: number; action: KeyAction } | undefined;
    for (const [action, key] of this.#keys) {
      const at = bytes.indexOf(key.byte);
      if (at >= 0 && (!first || at < first.at)) first = { at, action };
    }
    return first;
  }

  #inSequence(bytes: Uint8Array): KeyAction | undefined {
    const pressed = parseKeySequence(Buffer.from(bytes).toString('latin1'));
    if (!pressed) return undefined;
    const modifiers = pressed.modifiers & ~LOCKS;
    if ((modifiers & ~SHIFT) !== CTRL) return undefined;
    for (const [action, key] of this.#keys)
      if (pressed.codes.some((code) => key.codes.includes(code))) return action;
    return undefined;
  }
}

/** Key press or repeat as CSI u or modifyOtherKeys; releases are not tokens of kind `key`. */
function parseKeySequence(text: string): { codes: number[]; modifiers: number } | undefined {
  const kitty = /^\x1b\[(\d+(?::\d*){0,2})(?:;(\d*)(?::\d+)?)?(?:;[\d:]*)?u$/.exec(text);
  if (kitty) {
    const modifiers = Number(kitty[2] || '1') - 1;
    return { codes: codesOf(kitty[1] ?? '', (modifiers & SHIFT) !== 0), modifiers };
  }
  const other = /^\x1b\[27;(\d+);(\d+)~$/.exec(text);
  return other
    ? { codes: [Number(other[2])], modifiers: Number(other[1]) - 1 }
    : parseWin32Key(text);
}

/** Bits of dwControlKeyState. */
const WIN32 = { alt: 0x03, ctrl: 0x0c, shift: 0x10 } as const;

/** `CSI virtual key; scan code; character; is down; control keys; repeated _`; 0 where there is nothing. */
function parseWin32Key(text: string): ReturnType<typeof parseKeySequence> {
  if (!/^\x1b\[[\d;]*_$/.test(text)) return undefined;
  const [key = 0, , character = 0, , state = 0] = text.slice(2, -1).split(';').map(Number);
  // The characters of Ctrl and a letter or sign are 64 or, in lower case, 96 below those.
  const codes = character > 0 && character < 32 ? [character + 64, character + 96] : [];
  // NUL is no character there. A virtual key tells of no other sign: it is the same on all layouts.
  if (key === SPACE) codes.push(key);
  const is = (bits: number, modifier: number) => (state & bits ? modifier : 0);
  return { codes, modifiers: is(WIN32.ctrl, CTRL) | is(WIN32.shift, SHIFT) | is(WIN32.alt, ALT) };
}
