/**
 * Finds what must not be in text that a person sees, character by character and from Unicode's
 * properties alone; and texts that are full of it.
 */
import fc from 'fast-check';

const HIDDEN =
  /^[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}]$/u;
const PICTOGRAPH = /^\p{Extended_Pictographic}$/u;
const MODIFIER = /^\p{Emoji_Modifier}$/u;
const STYLES: readonly string[] = ['\ufe0e', '\ufe0f'];
const JOINER = '\u200d';
const KEYCAP = '\u20e3';

function flag(region: string): string {
  const tags = [...region].map((letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0)));
  return `\u{1f3f4}${tags.join('')}\u{e007f}`;
}

/** The regions whose flags are emoji. */
const FLAGS = ['gbeng', 'gbsct', 'gbwls'].map(flag);

export function isHidden(char: string): boolean {
  return HIDDEN.test(char);
}

/** The pictograph that ends before `at`, with its style and its skin. */
function pictographBefore(chars: readonly string[], at: number): boolean {
  let before = at - 1;
  if (MODIFIER.test(chars[before] ?? '')) before--;
  if (STYLES.includes(chars[before] ?? '')) before--;
  return PICTOGRAPH.test(chars[before] ?? '');
}

function belongsToEmoji(chars: readonly string[], at: number): boolean {
  const [before = '', char = '', after = ''] = chars.slice(Math.max(0, at - 1), at + 2);
  if (at === 0) return false;
  if (char === JOINER) return pictographBefore(chars, at) && PICTOGRAPH.test(after);
  if (!STYLES.includes(char)) return false;
  return (
    PICTOGRAPH.test(before) || (/^[0-9#*]$/.test(before) && char === '\ufe0f' && after === KEYCAP)
  );
}

/**
 * The characters of `text` that must not be there, as `U+202E at 7`. Line feeds are allowed;
 * `allowed`, such as our own sequences, is removed first.
 */
export function hiddenIn(text: string, allowed?: RegExp): string[] {
  let rest = allowed ? text.replace(allowed, ' ') : text;
  for (const one of FLAGS) rest = rest.replaceAll(one, 'flag');
  const chars = [...rest];
  return chars.flatMap((char, at) => {
    if (char === '\n' || !isHidden(char) || belongsToEmoji(chars, at)) return [];
    return `U+${char.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')} at ${at}`;
  });
}

/** Characters that have done harm, or do in other programs. */
const NASTY = [
  ...[
    '\x1b]0;pwned\x07',
    '\x1b[2J',
    '\x1b[31m',
    '\x1b[8m',
    '\x1bP',
    '\x9b31m',
    '\x9d0;x\x9c',
    '\x7f',
  ],
  ...['\u202e', '\u2066', '\u2067', '\u2069', '\u200e', '\u061c', '\u200b', '\u2060', '\ufeff'],
  ...['\r', '\r\n', '\t', '\v', '\f', '\b', '\x85', '\u2028', '\u2029', '\u00ad', '\u034f'],
  ...[
    '\u180b',
    '\u180e',
    '\u{1d173}',
    '\u{13430}',
    '\u{e0041}',
    '\u{e0001}',
    '\u{e01ef}',
    '\u3164',
  ],
  ...[
    '\u200d',
    '\ufe0f',
    '\ufe0e',
    KEYCAP,
    '1\ufe0f',
    '\u{1f3ff}',
    '\u{1f1e9}',
    '\u0301',
    '\u0301'.repeat(9),
  ],
];
const EMOJI = [
  ...[
    '👨\u200d👩\u200d👧',
    '❤\ufe0f',
    '⌚\ufe0e',
    '1\ufe0f\u20e3',
    '👋🏽',
    '🏳\ufe0f\u200d🌈',
    '🇩🇪',
    '🚀',
  ],
  ...[flag('gbeng'), flag('gbwls'), flag('ustx'), '\u{1f3f4}\u{e0067}', '👩🏻\u200d🤝\u200d👨🏿'],
];
const WORDS = ['ultra', 'a', ' ', '日本', 'é', 'עברית', '\u0916\u093e', '각', '.', '1', '#'];

/** Any text, mostly made of dangerous characters. */
export function nastyText(maxLength = 12): fc.Arbitrary<string> {
  const part = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...NASTY) },
    { weight: 2, arbitrary: fc.constantFrom(...EMOJI) },
    { weight: 3, arbitrary: fc.constantFrom(...WORDS) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
  );
  return fc.array(part, { maxLength }).map((parts) => parts.join(''));
}
