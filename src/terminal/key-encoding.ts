/**
 * Encodes keys, given by name, as the bytes that a terminal would send: in the legacy encoding, or by
 * the kitty keyboard protocol if the program has requested it (Codex requests flags 7).
 */
import { usageError } from '../platform/errors.ts';

export interface KeyboardMode {
  /** The kitty flags in force: 1 disambiguate, 2 event types, 8 all keys as escapes, 16 with text. */
  readonly kittyFlags: number;
  /** DECCKM: cursor keys are sent as SS3. */
  readonly applicationCursor: boolean;
}

const KITTY_DISAMBIGUATE = 1;
const KITTY_ALL_KEYS = 8;
const KITTY_TEXT = 16;

const SHIFT = 1;
const ALT = 2;
const CTRL = 4;
const SUPER = 8;

const MODIFIERS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    shift: SHIFT,
    s: SHIFT,
    alt: ALT,
    a: ALT,
    meta: ALT,
    m: ALT,
    option: ALT,
    ctrl: CTRL,
    control: CTRL,
    c: CTRL,
    super: SUPER,
    cmd: SUPER,
  }),
);

/** Named keys with a code that is the same in ASCII and in the kitty protocol. */
const CODES: ReadonlyMap<string, number> = new Map(
  Object.entries({
    esc: 27,
    escape: 27,
    enter: 13,
    return: 13,
    tab: 9,
    backspace: 127,
    bs: 127,
    space: 32,
    plus: 43,
    minus: 45,
  }),
);

/** `CSI [1;mods] letter`; `SS3 letter` for F1–F4 and application cursor keys without modifiers. */
const LETTERS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    up: 'A',
    down: 'B',
    right: 'C',
    left: 'D',
    home: 'H',
    end: 'F',
    f1: 'P',
    f2: 'Q',
    f3: 'R',
    f4: 'S',
  }),
);

/** `CSI number [;mods] ~`. */
const NUMBERS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    insert: 2,
    ins: 2,
    delete: 3,
    del: 3,
    pageup: 5,
    pgup: 5,
    pagedown: 6,
    pgdn: 6,
    f5: 15,
    f6: 17,
    f7: 18,
    f8: 19,
    f9: 20,
    f10: 21,
    f11: 23,
    f12: 24,
  }),
);

/** The names to list in help texts. */
export const KEY_NAMES: readonly string[] = [...CODES.keys(), ...LETTERS.keys(), ...NUMBERS.keys()];

interface Key {
  readonly name: string;
  readonly modifiers: number;
}

/**
 * The bytes of the key called `name`: `esc`, `enter`, `up`, `f1`, `y`, `ctrl+c`, `shift+tab`,
 * `ctrl+alt+\` … Only the press, without a release event.
 * @throws UserError (usage) for an unknown key name.
 */
export function keyBytes(name: string, mode: KeyboardMode): Buffer {
  const key = parseKey(name);
  return Buffer.from(encode(key, mode));
}

/**
 * The same for a key in Codex's words (`ctrl-enter`, `page-up`); undefined for a key that Codex has
 * and we do not, or that a terminal in this mode sends without its modifiers.
 */
export function codexKeyBytes(name: string, mode: KeyboardMode): Buffer | undefined {
  try {
    const key = parseKey(name.replace(/page-(?=up$|down$)/, 'page'));
    const bytes = encode(key, mode);
    const bare = encode({ ...key, modifiers: 0 }, mode);
    return key.modifiers !== 0 && bytes === bare ? undefined : Buffer.from(bytes);
  } catch {
    return undefined;
  }
}

function parseKey(typed: string): Key {
  let modifiers = 0;
  let rest = typed;
  for (;;) {
    const found = /^([a-z]+)[+-](?=.)/i.exec(rest);
    const modifier = found?.[1] && MODIFIERS.get(found[1].toLowerCase());
    if (!modifier || found === null) break;
    modifiers |= modifier;
    rest = rest.slice(found[0].length);
  }
  // `Ctrl-C` means `ctrl+c`, without Shift.
  const asTyped = [...rest].length === 1 && (modifiers & CTRL) === 0;
  const name = asTyped ? rest : rest.toLowerCase();
  const control = /[\u0000-\u001f\u007f-\u009f]/.test(name);
  const known = CODES.has(name) || LETTERS.has(name) || NUMBERS.has(name);
  if (!control && (known || [...name].length === 1)) return { name, modifiers };
  throw usageError(
    `there is no key ${typed.replace(/[^\x20-\x7e]/g, '?')}`,
    'Keys are letters, esc, enter, tab, up, f1 …, with ctrl+, alt+ or shift+ before them.',
  );
}

function encode(key: Key, mode: KeyboardMode): string {
  const { name, modifiers } = key;
  const letter = LETTERS.get(name);
  const kitty = (mode.kittyFlags & (KITTY_DISAMBIGUATE | KITTY_ALL_KEYS)) !== 0;
  if (letter !== undefined) return cursorKey(letter, modifiers, mode, kitty);
  const number = NUMBERS.get(name);
  if (number !== undefined) return `\x1b[${number}${suffix(modifiers)}~`;
  const code = CODES.get(name) ?? name.codePointAt(0) ?? 0;
  const text = CODES.get(name) === undefined || code === 32 || code === 43 || code === 45;
  return kitty ? kittyKey(code, text, modifiers, mode) : legacyKey(code, text, modifiers);
}

function suffix(modifiers: number): string {
  return modifiers === 0 ? '' : `;${modifiers + 1}`;
}

function cursorKey(letter: string, modifiers: number, mode: KeyboardMode, kitty: boolean): string {
  // The kitty protocol reserves `CSI R` for the cursor position report.
  if (kitty && letter === 'R') return `\x1b[13${suffix(modifiers)}~`;
  if (modifiers !== 0) return `\x1b[1${suffix(modifiers)}${letter}`;
  const ss3 = !kitty && (mode.applicationCursor || letter >= 'P');
  return `\x1b${ss3 ? 'O' : '['}${letter}`;
}

function kittyKey(code: number, text: boolean, modifiers: number, mode: KeyboardMode): string {
  const char = String.fromCodePoint(code);
  const all = (mode.kittyFlags & KITTY_ALL_KEYS) !== 0;
  if (!all) {
    if (text && (modifiers & ~SHIFT) === 0) return shifted(char, modifiers);
    // Enter, Tab and Backspace keep their legacy bytes, so that a shell is usable after a crash.
    if (!text && code !== 27 && modifiers === 0) return char;
  }
  // The protocol sends the code of the unshifted key.
  const lower = char.toLowerCase();
  const upper = text && lower !== char;
  const effective = upper ? modifiers | SHIFT : modifiers;
  const base = upper ? (lower.codePointAt(0) ?? code) : code;
  const typed = (mode.kittyFlags & KITTY_TEXT) !== 0 && text && (modifiers & ~SHIFT) === 0;
  const textPart = typed ? `;${shifted(char, modifiers).codePointAt(0)}` : '';
  const modifierPart = effective === 0 && !typed ? '' : `;${effective + 1}`;
  return `\x1b[${base}${modifierPart}${textPart}u`;
}

function legacyKey(code: number, text: boolean, modifiers: number): string {
  const prefix = (modifiers & ALT) !== 0 ? '\x1b' : '';
  if (code === 9 && (modifiers & SHIFT) !== 0) return `${prefix}\x1b[Z`;
  const char = shifted(String.fromCodePoint(code), text ? modifiers : 0);
  if ((modifiers & CTRL) === 0) return prefix + char;
  return prefix + (controlOf(code) ?? char);
}

function shifted(char: string, modifiers: number): string {
  return (modifiers & SHIFT) !== 0 ? char.toUpperCase() : char;
}

/** The control codes of Ctrl with keys outside `@`…`_`, as on the VT220 and its successors. */
const OTHER_CONTROLS: ReadonlyMap<string, number> = new Map([
  [' ', 0],
  ['2', 0],
  ['3', 27],
  ['4', 28],
  ['5', 29],
  ['6', 30],
  ['7', 31],
  ['/', 31],
  ['8', 127],
  ['?', 127],
  ['\x7f', 8],
]);

/** The control character of Ctrl with a key; undefined if there is none. */
function controlOf(code: number): string | undefined {
  const char = String.fromCodePoint(code).toUpperCase();
  if (/^[@-_]$/.test(char)) return String.fromCodePoint(char.charCodeAt(0) & 0x1f);
  const control = OTHER_CONTROLS.get(char);
  return control === undefined ? undefined : String.fromCodePoint(control);
}

const PASTE_START = '\x1b[200~';
const PASTE_END = '\x1b[201~';

/**
 * With the cursor after such a word Codex 0.169 shows a list of skills (`$`) or files (`@`), and CR
 * chooses from it instead of submitting. A space after the word closes the list; Codex trims it from
 * the prompt.
 */
const OPENS_A_LIST = /(?:^|\s)[$@]\S*$/;

/**
 * `text` as if typed into Codex: one paste, followed by the key that submits it, if it is to be
 * submitted. Codex accepts any line ends in a paste, and does not submit plain text that arrives
 * together with a CR. `bracketed`: the program has enabled bracketed paste; without it each line
 * end becomes a CR.
 * @throws UserError (usage) for text that would end the paste, so that the rest would act as keys
 */
export function pasteBytes(text: string, bracketed: boolean, submit?: Uint8Array): Buffer {
  if (text.includes(PASTE_END) || text.includes('\u009b201~')) {
    throw usageError(
      'The text holds the sequence that ends a paste (ESC [201~), so it cannot be sent.',
      'Remove it: what follows it would be taken for keys.',
    );
  }
  const lines = text.replace(/\r\n?/g, '\n');
  const ended = submit && OPENS_A_LIST.test(lines) ? `${lines} ` : lines;
  const body = bracketed ? PASTE_START + ended + PASTE_END : lines.replaceAll('\n', '\r');
  return submit ? Buffer.concat([Buffer.from(body), submit]) : Buffer.from(body);
}
