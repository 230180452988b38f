/** Wraps lines at words, never inside what a user may want to copy: a command, a path. */
import { charactersOf, textColumns } from './safe-text.ts';

/** Up to where the sentence continues after a command. */
const REST_OF_COMMAND = '[^,;]*?(?=[.,;]?$|[.,;] | \\()';
const KEPT = [
  '"[^"]*"',
  '`[^`]*`',
  "(?<=^|\\s)'[^']*'(?!\\w)",
  `(?<=^\\s*|: )(?:codex-sessions|npm|kill|chmod|loginctl|tmux) ${REST_OF_COMMAND}`,
  'codex-sessions [a-z]\\S*(?: -\\S+)*',
  '\\S+(?: --?[A-Za-z]\\S*(?: [A-Z]+)?)+',
  // A path with spaces: the word after a space has a slash too.
  '[~/]\\S*[^\\s,;:](?: (?=[^\\s/]+/)\\S*[^\\s,;:])+',
];
const WORD = new RegExp(`(?:${KEPT.join('|')}|\\S)+`, 'g');

/**
 * @param columns of the terminal; a wider word gets a line of its own
 * @param indent of continuation lines; default: the indentation of the wrapped line
 * @param widthOf a line, in columns, if not all of it will be visible
 */
export function wrapped(
  text: string,
  columns: number,
  indent?: number,
  widthOf = textColumns,
): string {
  return text
    .split('\n')
    .map((line) => wrappedLine(line, columns, indent, widthOf))
    .join('\n');
}

function wrappedLine(
  line: string,
  columns: number,
  indent: number | undefined,
  widthOf: (line: string) => number,
): string {
  // Painted text is a table, and already fits.
  if (line.includes('\x1b') || widthOf(line) <= columns) return line;
  const before = /^ */.exec(line)?.[0] ?? '';
  const [first = '', ...words] = line.trim().match(WORD) ?? [];
  const lines = [before + first];
  for (const word of words) {
    const longer = `${lines.at(-1)} ${word}`;
    if (widthOf(longer) <= columns) lines[lines.length - 1] = longer;
    else lines.push((indent === undefined ? before : ' '.repeat(indent)) + word);
  }
  return lines.join('\n');
}

/**
 * Wraps a line of free text at spaces, which are kept within a line; a word that is wider than the
 * line is broken. Further lines are indented like the text, after a list mark or a number and its
 * space.
 */
export function wrappedText(line: string, columns: number): string {
  if (textColumns(line) <= columns) return line;
  const indent = /^\s*(?:(?:[^\p{L}\p{N}\s]|\d{1,3}[.)]) )?/u.exec(line)?.[0] ?? '';
  const room = columns - textColumns(indent);
  if (room < INDENTED_MIN_COLUMNS) return line;
  const lines = [''];
  for (const word of line.slice(indent.length).match(/ +|[^ ]+/g) ?? [])
    for (const part of textColumns(word) > room ? charactersOf(word) : [word]) {
      const longer = `${lines.at(-1)}${part}`;
      if (textColumns(longer.trimEnd()) <= room) lines[lines.length - 1] = longer;
      else lines.push(part.trimStart());
    }
  const below = ' '.repeat(textColumns(indent));
  return lines
    .map((text, index) => (index === 0 ? indent : below) + text.trimEnd())
    .filter((text, index) => index === 0 || text.trim() !== '')
    .join('\n');
}

/** Narrower text would be unreadable. */
const INDENTED_MIN_COLUMNS = 8;
