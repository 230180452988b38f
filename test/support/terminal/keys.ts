/**
 * What a terminal sends for a key, which depends on what the program asked for: the old control
 * codes, xterm's modifyOtherKeys, or kitty's keyboard protocol.
 * Source: https://sw.kovidgoyal.net/kitty/keyboard-protocol/
 */

export interface KeyModes {
  /** Kitty's progressive enhancement flags; 0 is off. */
  kittyFlags: number;
  /** xterm's modifyOtherKeys; 0 is off. */
  modifyOtherKeys: number;
  applicationCursor: boolean;
}

const REPORT_EVENTS = 2;
const REPORT_ALL = 8;

const NAMED: Record<string, number> = {
  enter: 13,
  tab: 9,
  backspace: 127,
  escape: 27,
  esc: 27,
  space: 32,
};
const CURSOR: Record<string, string> = {
  up: 'A',
  down: 'B',
  right: 'C',
  left: 'D',
  home: 'H',
  end: 'F',
};
const MODIFIERS: Record<string, number> = { shift: 1, alt: 2, ctrl: 4 };

interface Key {
  name: string;
  /** Kitty's bits: shift 1, alt 2, ctrl 4. */
  modifiers: number;
}

function parse(spec: string): Key {
  const parts = spec === '+' ? ['+'] : spec.split('+');
  const name = parts.pop() ?? '';
  let modifiers = 0;
  for (const part of parts) {
    const bit = MODIFIERS[part];
    if (bit === undefined) throw new Error(`unknown modifier in key "${spec}"`);
    modifiers |= bit;
  }
  return { name, modifiers };
}

function controlCode(name: string): string {
  if (name === 'space') return '\0';
  if (name === '?') return '\x7f';
  const code = name.toUpperCase().charCodeAt(0);
  if (name.length !== 1 || code < 0x40 || code > 0x5f) throw new Error(`no control code: ${name}`);
  return String.fromCharCode(code & 0x1f);
}

function codeOf({ name }: Key): number {
  const code = NAMED[name] ?? (name.length === 1 ? name.codePointAt(0) : undefined);
  if (code === undefined) throw new Error(`unknown key "${name}"`);
  return code;
}

function legacy(key: Key): string {
  const alt = key.modifiers & 2 ? '\x1b' : '';
  if (key.modifiers & 4) return alt + controlCode(key.name);
  return alt + String.fromCodePoint(codeOf(key));
}

function cursorKey(final: string, key: Key, modes: KeyModes): string {
  if (key.modifiers !== 0) return `\x1b[1;${key.modifiers + 1}${final}`;
  return (modes.applicationCursor && modes.kittyFlags === 0 ? '\x1bO' : '\x1b[') + final;
}

function kitty(key: Key, flags: number): string {
  const code = codeOf(key);
  const editing = code === 13 || code === 9 || code === 127;
  if (editing && key.modifiers === 0 && !(flags & REPORT_ALL)) return legacy(key);
  const isText = key.modifiers <= 1 && code >= 32 && code !== 127;
  const modifiers = key.modifiers + 1;
  const press =
    isText && !(flags & REPORT_ALL)
      ? String.fromCodePoint(code)
      : `\x1b[${code}${modifiers > 1 ? `;${modifiers}` : ''}u`;
  return flags & REPORT_EVENTS ? `${press}\x1b[${code};${modifiers}:3u` : press;
}

/**
 * @param spec `a`, `enter`, `ctrl+\\`, `ctrl+^`, `alt+x`, `shift+up` …
 * @returns the press, and the release too where the program asked for releases
 */
export function encodeKey(spec: string, modes: KeyModes): string {
  const key = parse(spec);
  const final = CURSOR[key.name];
  if (final !== undefined) return cursorKey(final, key, modes);
  if (modes.kittyFlags !== 0) return kitty(key, modes.kittyFlags);
  if (modes.modifyOtherKeys === 2 && key.modifiers > 1) {
    return `\x1b[27;${key.modifiers + 1};${codeOf(key)}~`;
  }
  return legacy(key);
}
