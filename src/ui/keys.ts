/**
 * Decodes a terminal's input for the switcher and `watch`. The program may have left the terminal in
 * any keyboard mode, so a key may arrive as a legacy control code, as `CSI u` or by modifyOtherKeys.
 * Source: https://sw.kovidgoyal.net/kitty/keyboard-protocol/
 */
import { InputTokenizer, type Token } from '../terminal/input-tokens.ts';
import { codesOf } from '../terminal/key-codes.ts';

export type Action =
  | 'accept'
  | 'cancel'
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'word-left'
  | 'word-right'
  | 'page-up'
  | 'page-down'
  | 'first'
  | 'last'
  | 'erase'
  | 'erase-word'
  | 'erase-all'
  | 'delete'
  | 'help';

export type KeyEvent =
  | { readonly type: 'action'; readonly action: Action }
  /** Ctrl and a letter (in lower case) that is no action. */
  | { readonly type: 'control'; readonly key: string }
  | { readonly type: 'text'; readonly text: string }
  /** `text` is on one line, `lines` as it was pasted. */
  | { readonly type: 'text'; readonly text: string; readonly pasted: true; readonly lines: string };

const BY_CONTROL: Readonly<Record<string, Action>> = {
  c: 'cancel',
  g: 'cancel',
  h: 'erase',
  j: 'down',
  k: 'up',
  m: 'accept',
  u: 'erase-all',
  w: 'erase-word',
  '[': 'cancel',
};
/** Code points of CSI u; the high ones are the kitty protocol's for the keypad. */
const BY_CODE: Readonly<Record<number, Action>> = {
  9: 'down',
  13: 'accept',
  27: 'cancel',
  127: 'erase',
  57364: 'help',
  57414: 'accept',
  57417: 'left',
  57418: 'right',
  57419: 'up',
  57420: 'down',
  57421: 'page-up',
  57422: 'page-down',
  57423: 'first',
  57424: 'last',
  57426: 'delete',
};
const BY_FINAL: Readonly<Record<string, Action>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  H: 'first',
  F: 'last',
  M: 'accept',
  P: 'help',
  Z: 'up',
};
const BY_NUMBER: Readonly<Record<string, Action>> = {
  '1': 'first',
  '3': 'delete',
  '4': 'last',
  '5': 'page-up',
  '6': 'page-down',
  '7': 'first',
  '8': 'last',
  '11': 'help',
};
/** With Alt, and the arrows with Alt or Ctrl. */
const BY_ALT: Readonly<Record<string, Action>> = {
  '\x7f': 'erase-word',
  b: 'word-left',
  f: 'word-right',
};
const BY_WORD: Readonly<Partial<Record<Action, Action>>> = {
  left: 'word-left',
  right: 'word-right',
};
const LINUX_F1 = '\x1b[[A';
const ALT = 2;
const CTRL = 4;

export class KeyReader {
  readonly #tokens = new InputTokenizer();
  readonly #text = new TextDecoder();
  readonly #pasted = new TextDecoder();
  /** The last piece of a paste ended with a carriage return, to which a line feed may belong. */
  #halfEnd = false;

  push(bytes: Uint8Array, now: number): KeyEvent[] {
    return this.#tokens.push(bytes, now).flatMap((token) => this.#read(token));
  }

  #read({ kind, bytes }: Token): KeyEvent[] {
    if (kind === 'text') return plain(this.#text.decode(bytes, { stream: true }));
    if (kind === 'paste') return this.#paste(bytes);
    return kind === 'key' ? sequence(Buffer.from(bytes).toString('latin1')) : [];
  }

  /** A paste never accepts anything. */
  #paste(bytes: Uint8Array): KeyEvent[] {
    const text = this.#pasted.decode(bytes, { stream: true }).replace(/\x1b\[20[01]~/g, '');
    const whole = this.#halfEnd ? text.replace(/^\n/, '') : text;
    this.#halfEnd = text.endsWith('\r');
    const lines = whole.replace(/\r\n?/g, '\n').replace(/[\x00-\x08\x0b-\x1f\x7f]+/g, ' ');
    const pasted = { type: 'text', text: lines.replace(/[\t\n ]+/g, ' '), lines } as const;
    return lines === '' ? [] : [{ ...pasted, pasted: true }];
  }
}

function plain(text: string): KeyEvent[] {
  return (text.match(/[\x00-\x1f\x7f]|[^\x00-\x1f\x7f]+/g) ?? []).flatMap((run) => {
    const code = run.charCodeAt(0);
    if (code >= 0x20 && code !== 0x7f) return [{ type: 'text', text: run }];
    if (code === 9 || code === 127) return action(BY_CODE[code]);
    return control([code | 0x60]);
  });
}

/** `codes`: the keys that it may be, with Ctrl. */
function control(codes: readonly number[]): KeyEvent[] {
  const keys = codes.map(letter);
  const found = keys.map((key) => BY_CONTROL[key]).find(Boolean);
  if (found) return action(found);
  const key = keys.find((one) => /^[a-z]$/.test(one));
  return key === undefined ? [] : [{ type: 'control', key }];
}

function action(found: Action | undefined): KeyEvent[] {
  return found ? [{ type: 'action', action: found }] : [];
}

function sequence(bytes: string): KeyEvent[] {
  if (bytes === '\x1b') return action('cancel');
  if (bytes.length === 2 && BY_ALT[bytes[1] ?? '']) return action(BY_ALT[bytes[1] ?? '']);
  if (bytes === LINUX_F1) return action('help');
  if (bytes.startsWith('\x1bO')) return action(BY_FINAL[bytes[2] ?? '']);
  const [, parameters = '', final = ''] = /^\x1b\[([\d;:]*)([A-Za-z~])$/.exec(bytes) ?? [];
  const fields = parameters.split(';');
  if (final === 'u') return encoded(fields[0] ?? '', fields[1], fields[2]);
  if (final === '~' && fields[0] === '27') return encoded(fields[2] ?? '', fields[1]);
  const found = final === '~' ? BY_NUMBER[fields[0] ?? ''] : BY_FINAL[final];
  return action(found && bitsOf(fields[1]) & (ALT | CTRL) ? (BY_WORD[found] ?? found) : found);
}

/** `modifiers`: 1 + their bits, perhaps followed by a colon and the kind of the event. */
function bitsOf(modifiers = '1'): number {
  return (Number.parseInt(modifiers, 10) || 1) - 1;
}

/** `codes` is `code[:shifted[:base]]`. */
function encoded(codes: string, modifiers?: string, text?: string): KeyEvent[] {
  const [code = 0, shifted] = codes.split(':').map(Number);
  const bits = bitsOf(modifiers);
  const named = BY_CODE[code];
  if (named && (bits & (ALT | CTRL)) !== 0 && BY_WORD[named]) return action(BY_WORD[named]);
  if (named === 'erase') return action((bits & (ALT | CTRL)) !== 0 ? 'erase-word' : named);
  if ((bits & CTRL) !== 0) return control(codesOf(codes, false));
  if (named) return action(named);
  if ((bits & ALT) !== 0) return action(BY_ALT[letter(code)]);
  const typed = text
    ? text
        .split(':')
        .map((c) => letter(Number(c)))
        .join('')
    : '';
  const char = typed || letter((bits & 1 && shifted) || code);
  return char === '' ? [] : [{ type: 'text', text: char }];
}

/** The kitty protocol's codes of keys without a character are in the private use area. */
function letter(code: number): string {
  const printable = code >= 0x20 && code !== 0x7f && code <= 0x10ffff;
  return printable && !(code >= 0xe000 && code <= 0xf8ff) ? String.fromCodePoint(code) : '';
}
