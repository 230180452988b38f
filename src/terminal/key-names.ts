/**
 * The names of keys in the configuration: `ctrl+\`, `alt+d`, and a key after a prefix as in tmux,
 * `ctrl+b d`.
 */

/** One press of a key. */
export interface Stroke {
  readonly modifier: 'ctrl' | 'alt' | undefined;
  /** One ASCII character; in lower case with Ctrl. */
  readonly char: string;
}

export interface NamedKey {
  readonly prefix?: Stroke;
  readonly key: Stroke;
}

export const KEY_RULE =
  '"none", "ctrl+" and a letter but m or one of @ \\ ] ^ _ space, "alt+" and a letter, digit or sign' +
  ' but one of O P X [ ] ^ _, or such a key as a prefix and one after it ("ctrl+b d")';

/** Without Ctrl-[ and Ctrl-M, which are Esc and Enter. */
const CTRL = /^(?:ctrl\+|c-|\^)(space|[a-ln-z@\\\]^_])$/i;
/** Without characters that begin a sequence when they follow ESC. */
const ALT = /^(?:alt\+|m-)([!-NQ-WYZ\\`-~])$/i;
const ALT_BEGINS_SEQUENCE = /[OPX]$/;

/** `none`, or undefined for what {@link KEY_RULE} excludes. */
export function readKey(text: string): NamedKey | 'none' | undefined {
  if (text.toLowerCase() === 'none') return 'none';
  const [first = '', second, ...more] = text.split(' ');
  const lead = withModifier(first);
  if (!lead || more.length > 0) return undefined;
  if (second === undefined) return { key: lead };
  const key = /^[!-~]$/.test(second) ? { modifier: undefined, char: second } : withModifier(second);
  // If the prefix is pressed twice, one press goes to the program.
  return key && !isSame(lead, key) ? { prefix: lead, key } : undefined;
}

function withModifier(text: string): Stroke | undefined {
  const ctrl = CTRL.exec(text)?.[1]?.toLowerCase();
  if (ctrl) return { modifier: 'ctrl', char: ctrl === 'space' ? ' ' : ctrl };
  const alt = ALT_BEGINS_SEQUENCE.test(text) ? undefined : ALT.exec(text)?.[1];
  return alt ? { modifier: 'alt', char: alt } : undefined;
}

function isSame(a: Stroke, b: Stroke): boolean {
  // Both are NUL.
  const charOf = ({ modifier, char }: Stroke) => (modifier === 'ctrl' && char === ' ' ? '@' : char);
  return a.modifier === b.modifier && charOf(a) === charOf(b);
}

/**
 * How the first of two keys makes the second one useless: they are the same, or one is the other's
 * prefix.
 */
export function clashOf(a: NamedKey, b: NamedKey): 'same' | 'prefix' | undefined {
  if (a.prefix && b.prefix)
    return isSame(a.prefix, b.prefix) && isSame(a.key, b.key) ? 'same' : undefined;
  if (!isSame(a.prefix ?? a.key, b.prefix ?? b.key)) return undefined;
  return a.prefix || b.prefix ? 'prefix' : 'same';
}

/**
 * `Ctrl-\` for `ctrl+\`, `Ctrl-B d` for `ctrl+b d`; undefined for none, and for what is not a key.
 */
export function keyLabel(name: string): string | undefined {
  const named = readKey(name);
  if (named === undefined || named === 'none') return undefined;
  const { prefix, key } = named;
  return prefix ? `${strokeLabel(prefix)} ${strokeLabel(key)}` : strokeLabel(key);
}

function strokeLabel({ modifier, char }: Stroke): string {
  if (modifier === 'alt') return `Alt-${char}`;
  if (modifier === undefined) return char;
  if (char === ' ') return 'Ctrl-Space';
  return char === '^' ? 'Ctrl-^ (Ctrl-6)' : `Ctrl-${char.toUpperCase()}`;
}
