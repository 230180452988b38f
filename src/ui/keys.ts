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
  | 'page-up'
  | 'page-down'
  | 'first'
  | 'last'
  | 'erase'
  | 'erase-word'
  | 'erase-all';

export type KeyEvent =
  | { readonly type: 'action'; readonly action: Action }
  | { readonly type: 'text'; readonly text: string; readonly pasted?: boolean };

const BY_CONTROL: Readonly<Record<string, Action>> = {
  c: 'cancel',
  g: 'cancel',
  h: 'erase',
  j: 'down',
  k: 'up',
  m: 'accept',
  n: 'down',
  p: 'up',
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
  57414: 'accept',
  57419: 'up',
  57420: 'down',
  57421: 'page-up',
  57422: 'page-down',
  57423: 'first',
  57424: 'last',
};
const BY_FINAL: Readonly<Record<string, Action>> = {
  A: 'up',
  B: 'down',
  H: 'first',
  F: 'last',
  M: 'accept',
  Z: 'up',
};
const BY_NUMBER: Readonly<Record<string, Action>> = {
  '1': 'first',
  '4': 'last',
  '5': 'page-up',
  '6': 'page-down',
  '7': 'first',
  '8': 'last',
};
const ALT = 2;
const CTRL = 4;

export class KeyReader {
  readonly #tokens = new InputTokenizer();
  readonly #text = new TextDecoder();
  readonly #pasted = new TextDecoder();

  push(bytes: Uint8Array, now: number): KeyEvent[] {
    return this.#tokens.push(bytes, now).flatMap((token) => this.#read(token));
  }

  #read({ kind, bytes }: Token): KeyEvent[] {
    if (kind === 'text') return plain(this.#text.decode(bytes, { stream: true }));
    if (kind === 'paste') return this.#paste(bytes);
    return kind === 'key' ? sequence(Buffer.from(bytes).toString('latin1')) : [];
  }

  /** A paste never accepts: its line ends become spaces. */
  #paste(bytes: Uint8Array): KeyEvent[] {
    const text = this.#pasted
      .decode(bytes, { stream: true })
      .replace(/\x1b\[20[01]~/g, '')
      .replace(/[\x00-\x1f\x7f]+/g, ' ');
    return text === '' ? [] : [{ type: 'text', text, pasted: true }];
  }
}

function plain(text: string): KeyEvent[] {
  return (text.match(/[\x00-\x1f\x7f]|[^\x00-\x1f\x7f]+/g) ?? []).flatMap((run) => {
    const code = run.charCodeAt(0);
    if (code >= 0x20 && code !== 0x7f) return [{ type: 'text', text: run }];
    if (code === 9 || code === 127) return action(BY_CODE[code]);
    return action(BY_CONTROL[String.fromCharCode(code | 0x60)]);
  });
}

function action(found: Action | undefined): KeyEvent[] {
  return found ? [{ type: 'action', action: found }] : [];
}

function sequence(bytes: string): KeyEvent[] {
  if (bytes === '\x1b') return action('cancel');
  if (bytes === '\x1b\x7f') return action('erase-word');
  if (bytes.startsWith('\x1bO')) return action(BY_FINAL[bytes[2] ?? '']);
  const [, parameters = '', final = ''] = /^\x1b\[([\d;:]*)([A-Za-z~])$/.exec(bytes) ?? [];
  const fields = parameters.split(';');
  if (final === 'u') return encoded(fields[0] ?? '', fields[1], fields[2]);
  if (final === '~' && fields[0] === '27') return encoded(fields[2] ?? '', fields[1]);
  return action(final === '~' ? BY_NUMBER[fields[0] ?? ''] : BY_FINAL[final]);
}

/** `codes` is `code[:shifted[:base]]`; modifiers are 1 + their bits. */
function encoded(codes: string, modifiers = '1', text?: string): KeyEvent[] {
  const [code = 0, shifted] = codes.split(':').map(Number);
  const bits = (Number.parseInt(modifiers, 10) || 1) - 1;
  if ((bits & CTRL) !== 0)
    return action(
      codesOf(codes, false)
        .map((one) => BY_CONTROL[letter(one)])
        .find(Boolean),
    );
  const named = BY_CODE[code];
  if (named === 'erase' && (bits & ALT) !== 0) return action('erase-word');
  if (named) return action(named);
  if ((bits & ALT) !== 0) return [];
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
