/**
 * Text from programs is untrusted: a title or a status message may hold escape sequences, or
 * characters that turn the reading order of what stands around them. Everything of that kind that
 * is printed outside the session itself goes through {@link safeText}.
 */

/** What has no glyph of its own and changes how its neighbours look, or hides itself. */
const INVISIBLE =
  /\u034f|[\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e00ff}]|[\u{fe00}-\u{fe0f}\u{e0100}-\u{e01ef}]/gu;

/** Line ends, tabs, and the separators that some terminals break lines at: one space each run. */
const BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;

const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/g;

/** A half of a surrogate pair: would become three bytes of nonsense. */
const LONE_SURROGATES = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const WIDE =
  /^[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18aff}\u{1b000}-\u{1b2ff}\u{1f004}\u{1f0cf}\u{1f18e}-\u{1f265}\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f7e0}-\u{1f7eb}\u{1f90c}-\u{1f9ff}\u{1fa70}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** More marks on one letter than any script needs smear over the lines above and below. */
const MARKS_PER_LETTER_MAX = 4;

/**
 * What most text consists of. The expressions above take Unicode's tables to be compiled, which is
 * 1 ms of a list; they are only used where it matters.
 */
const PLAIN = /^[ -~]*$/;

/** Columns of one character in a terminal: 0 for marks, 2 for wide ones. */
function columnsOf(char: string): number {
  if (/^\p{M}$/u.test(char)) return 0;
  return WIDE.test(char) ? 2 : 1;
}

/** Columns that a text takes in a terminal; the text must be free of controls. */
export function textColumns(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let columns = 0;
  for (const char of text) columns += columnsOf(char);
  return columns;
}

/**
 * `text` on one line, without anything that moves the cursor, hides or reorders text, and at most
 * `maxColumns` terminal columns wide (the last one is `…` where something was cut off).
 */
export function safeText(text: string, maxColumns = Number.POSITIVE_INFINITY): string {
  if (text.length <= Math.min(maxColumns, SHOWN_MAX_UNITS) && PLAIN.test(text)) return text.trim();
  const clean = text
    // No text that is shown is that long; the bound keeps the work below small.
    .slice(0, SHOWN_MAX_UNITS)
    .replace(BREAKS, ' ')
    .replace(CONTROLS, '')
    .replace(INVISIBLE, '')
    .replace(LONE_SURROGATES, '\ufffd')
    .trim();
  return cut(clean, maxColumns);
}

/** The same for text that may have several lines. */
export function safeLines(text: string): string {
  return text
    .slice(0, SHOWN_MAX_UNITS)
    .split('\n')
    .map((line) => safeText(line))
    .join('\n');
}

const SHOWN_MAX_UNITS = 16_384;

function cut(text: string, maxColumns: number): string {
  let columns = 0;
  let marks = 0;
  let kept = '';
  /** How much of `kept` leaves room for the `…`. */
  let fits = '';
  for (const char of text) {
    const width = columnsOf(char);
    marks = width === 0 ? marks + 1 : 0;
    if (marks > MARKS_PER_LETTER_MAX) continue;
    if (columns + width > maxColumns) return maxColumns < 1 ? '' : `${fits}…`;
    columns += width;
    kept += char;
    if (columns < maxColumns) fits = kept;
  }
  return kept;
}
