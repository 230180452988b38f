/**
 * Text from elsewhere is untrusted: directory names, titles, reports, screens, the output of Codex and
 * of other programs. It may contain escape sequences, invisible characters, and characters that
 * reorder the text around them. All text that is shown on a user's terminal outside of the session
 * itself, or written to a log, goes through this module.
 *
 * Removes what Unicode calls Cc, Cf, Default_Ignorable_Code_Point or Bidi_Control, except where it is
 * part of an emoji (UTS #51), and replaces lone surrogates.
 */
import { charWidth, JOINING_JAMO } from './char-width.ts';

/** England, Scotland and Wales: black flag, tags of the region, cancel tag. */
const FLAG =
  '\\u{1f3f4}\\u{e0067}\\u{e0062}(?:\\u{e0065}\\u{e006e}\\u{e0067}|\\u{e0073}\\u{e0063}\\u{e0074}|\\u{e0077}\\u{e006c}\\u{e0073})\\u{e007f}';
const KEYCAP = '[0-9#*]\\ufe0f\\u20e3';
const PICTOGRAPH = '\\p{Extended_Pictographic}[\\ufe0e\\ufe0f]?\\p{Emoji_Modifier}?';
const EMOJI = `${FLAG}|${KEYCAP}|${PICTOGRAPH}(?:\\u200d${PICTOGRAPH})*`;
/** Real parameters are far shorter than 100 characters. */
const SGR = '\\x1b\\[[\\d;:]{0,100}m';
const STYLES = new RegExp(SGR, 'g');
/** Tabs, line ends, and the separators at which some terminals break lines. */
const BREAKS = '[\\t\\n\\v\\f\\r\\x85\\u2028\\u2029]+';
const HIDDEN = '\\p{Cc}\\p{Cf}\\p{Default_Ignorable_Code_Point}\\p{Bidi_Control}';

/** More combining marks than any script needs would be drawn over the lines above and below. */
const MARKS_PER_LETTER_MAX = 4;

/** UTF-16 units. No text shown on one line is that long; bounds the time taken. */
const LINE_MAX_UNITS = 16_384;

const TAB = '    ';

/**
 * Anything but harmless characters of one column, of which most text consists. The expressions below
 * need Unicode's tables, which take 1 ms to compile, so they are created on first use.
 */
const UNUSUAL =
  /[^ -~\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2030-\u205e\u2190-\u21ff\u2500-\u25fc\u2713\u2717]/;

interface Expressions {
  /** Groups: what is kept, breaks, lone surrogates. */
  readonly hidden: RegExp;
  readonly hiddenButSgr: RegExp;
  readonly hiddenInJson: RegExp;
  readonly marks: RegExp;
  readonly cluster: RegExp;
}

let made: Expressions | undefined;

function expressions(): Expressions {
  if (made) return made;
  const hidden = (kept: string) => new RegExp(`(${kept})|(${BREAKS})|(\\p{Cs})|[${HIDDEN}]`, 'gu');
  made = {
    hidden: hidden(EMOJI),
    hiddenButSgr: hidden(`${SGR}|${EMOJI}`),
    hiddenInJson: new RegExp(`(?!\\n)[${HIDDEN}\\u2028\\u2029]`, 'gu'),
    marks: new RegExp(
      `([\\p{M}${JOINING_JAMO}]{${MARKS_PER_LETTER_MAX}})[\\p{M}${JOINING_JAMO}]+`,
      'gu',
    ),
    cluster: new RegExp(`(?:${EMOJI}|\\p{RI}{2}|[\\s\\S])[\\p{Mn}\\p{Me}${JOINING_JAMO}]*`, 'gu'),
  };
  return made;
}

function cleaned(text: string, hidden: RegExp): string {
  return text
    .replace(hidden, (_, kept?: string, breaks?: string, half?: string) =>
      kept !== undefined ? kept : breaks ? ' ' : half ? '\ufffd' : '',
    )
    .replace(expressions().marks, '$1');
}

/**
 * `text` on one line, without anything that moves the cursor, hides or reorders text, cut to
 * `maxColumns` terminal columns (the last one is then `…`). Each run of line ends and tabs becomes one
 * space, a lone surrogate U+FFFD.
 */
export function safeText(text: string, maxColumns = Number.POSITIVE_INFINITY): string {
  const line = text.slice(0, LINE_MAX_UNITS);
  const clean = UNUSUAL.test(line) ? cleaned(line, expressions().hidden) : line;
  return cut(clean.trim(), maxColumns);
}

/** The same for several lines: keeps line feeds and indentation; a tab becomes four spaces. */
export function safeLines(text: string, maxColumns = Number.POSITIVE_INFINITY): string {
  const safe = (line: string) =>
    UNUSUAL.test(line) ? cleaned(line.replaceAll('\t', TAB), expressions().hidden) : line;
  return text
    .split('\n')
    .map((line) => cut(safe(line), maxColumns))
    .join('\n');
}

/** As {@link safeLines}, but keeps colours and styles; for painted text whose parts are safe. */
export function safePainted(text: string): string {
  const safe = (line: string) =>
    UNUSUAL.test(line.replace(STYLES, ''))
      ? cleaned(line.replaceAll('\t', TAB), expressions().hiddenButSgr)
      : line;
  return text.split('\n').map(safe).join('\n');
}

/** `value` as JSON that parses to the same value, with escapes for what a terminal acts on or hides. */
export function safeJson(value: unknown, indent?: number): string {
  const json = JSON.stringify(value, null, indent);
  return /[^\n -~]/.test(json) ? json.replace(expressions().hiddenInJson, escaped) : json;
}

function escaped(char: string): string {
  const units = Array.from({ length: char.length }, (_, at) => char.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

/** Splits safe text into the characters that users see: emoji, and letters with their marks. */
export function charactersOf(text: string): readonly string[] {
  return UNUSUAL.test(text) ? (text.match(expressions().cluster) ?? []) : [...text];
}

/**
 * Columns that safe text takes in a terminal. Terminals differ over emoji: some give a family two
 * columns, others two for each member; some widen a heart in emoji style (U+FE0F), others do not. This
 * counts the most that any takes, so that no line is too wide; elsewhere what follows moves left.
 */
export function textColumns(text: string): number {
  if (!UNUSUAL.test(text)) return text.length;
  let columns = 0;
  let last = 0;
  for (const char of text) {
    const width = char === EMOJI_STYLE ? Number(last === 1) : charWidth(char.codePointAt(0) ?? 0);
    columns += width;
    if (width > 0) last = width;
  }
  return columns;
}

const EMOJI_STYLE = '\ufe0f';

function cut(text: string, maxColumns: number): string {
  if (text.length <= maxColumns / 2) return text;
  let columns = 0;
  let kept = '';
  /** The part of `kept` that leaves room for the `…`. */
  let fits = '';
  for (const char of charactersOf(text)) {
    columns += textColumns(char);
    if (columns > maxColumns) return maxColumns < 1 ? '' : `${fits}…`;
    kept += char;
    if (columns < maxColumns) fits = kept;
  }
  return kept;
}
