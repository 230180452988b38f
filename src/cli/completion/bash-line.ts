/**
 * Reads a command line as bash does. Bash passes a completion the words split at each of
 * $COMP_WORDBREAKS, which contains the colon, and with their quotes; what is to be inserted, it
 * takes quoted.
 */

export interface BashLine {
  /** Complete words without quotes; the first is the program. */
  readonly words: readonly string[];
  /** What is typed of the last word, without quotes. */
  readonly current: string;
  /** The quote that is open at the cursor. */
  readonly quote: '' | "'" | '"';
  /** How much of `current` stays as it is; bash replaces the rest. */
  readonly kept: number;
}

/**
 * Reads `line`, which ends at the cursor. Undefined if the last word has a closed quote, or
 * something that the shell would still expand: then there is nothing to offer.
 */
export function readBashLine(line: string, wordBreaks: string): BashLine | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote: BashLine['quote'] = '';
  let kept = 0;
  let wasQuoted = false;
  let expands = false;
  for (let at = 0; at < line.length; at++) {
    const char = line[at] ?? '';
    if (quote === '' && /\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      kept = 0;
      wasQuoted = expands = false;
      continue;
    }
    word ??= '';
    if (char === quote) {
      quote = '';
      wasQuoted = true;
    } else if (quote === '' && (char === '"' || char === "'")) {
      quote = char;
      kept = word.length;
    } else if (char === '\\' && isEscape(quote, line[at + 1])) word += line[++at] ?? '';
    else {
      if (quote !== "'" && (char === '$' || char === '`')) expands = true;
      word += char;
      if (quote === '' && wordBreaks.includes(char)) kept = word.length;
    }
  }
  if (wasQuoted || expands) return undefined;
  return { words, current: word ?? '', quote, kept };
}

function isEscape(quote: BashLine['quote'], next: string | undefined): boolean {
  if (quote === "'") return false;
  return quote === '' || (next !== undefined && '\\"$`'.includes(next));
}

/** The part of `value` that bash does not have yet, as it would be typed here. */
export function insertion(value: string, { quote, kept }: BashLine): string {
  const rest = value.slice(kept);
  if (quote === "'") return rest.replaceAll("'", "'\\''");
  if (quote === '"') return rest.replace(/[\\"$`]/g, '\\$&');
  return rest.replace(/[^\w@%+=:,./\u0080-\uffff-]/g, '\\$&');
}

/** In columns where bash only lists the candidates, as it shows no descriptions by itself. */
export function describedLines(
  lines: readonly { readonly value: string; readonly description: string }[],
  columns: number,
): string[] {
  const width = Math.max(...lines.map(({ value }) => value.length));
  return lines.map(({ value, description }) => {
    const room = columns - width - '  ()'.length - 1;
    if (description === '' || room < DESCRIPTION_MIN) return value;
    const cut = description.length > room ? `${description.slice(0, room - 1)}…` : description;
    return `${value.padEnd(width)}  (${cut})`;
  });
}

/** Narrower descriptions say nothing. */
const DESCRIPTION_MIN = 10;
