/** Breaks lines at words, never within what a user may want to copy: a command, a path. */
import { textColumns } from './safe-text.ts';

/** Up to where a sentence goes on after a command. */
const REST_OF_COMMAND = '[^,;]*?(?=[.,;]?$|[.,;] | \\()';
const KEPT = [
  '"[^"]*"',
  '`[^`]*`',
  "(?<=^|\\s)'[^']*'(?!\\w)",
  `(?<=^\\s*|: )(?:codex-sessions|npm|kill|chmod|loginctl|tmux) ${REST_OF_COMMAND}`,
  'codex-sessions [a-z]\\S*(?: -\\S+)*',
  '\\S+(?: --?[A-Za-z]\\S*(?: [A-Z]+)?)+',
  // A path with blanks: what follows one has a slash too.
  '[~/]\\S*[^\\s,;:](?: (?=[^\\s/]+/)\\S*[^\\s,;:])+',
];
const WORD = new RegExp(`(?:${KEPT.join('|')}|\\S)+`, 'g');

/**
 * @param columns of the terminal; a word that is wider stands on a line of its own
 * @param indent of all lines but the first of each line of `text`; default: as that line begins
 */
export function wrapped(text: string, columns: number, indent?: number): string {
  return text
    .split('\n')
    .map((line) => wrappedLine(line, columns, indent))
    .join('\n');
}

function wrappedLine(line: string, columns: number, indent?: number): string {
  // What is painted is a table, and fits.
  if (line.includes('\x1b') || textColumns(line) <= columns) return line;
  const before = /^ */.exec(line)?.[0] ?? '';
  const [first = '', ...words] = line.trim().match(WORD) ?? [];
  const lines = [before + first];
  for (const word of words) {
    const longer = `${lines.at(-1)} ${word}`;
    if (textColumns(longer) <= columns) lines[lines.length - 1] = longer;
    else lines.push((indent === undefined ? before : ' '.repeat(indent)) + word);
  }
  return lines.join('\n');
}
