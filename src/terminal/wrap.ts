/** Wraps lines at words, never inside what a user may want to copy: a command, a path. */
import { textColumns } from './safe-text.ts';

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
 * @param indent of continuation lines; default: the indentation of the line that is wrapped
 */
export function wrapped(text: string, columns: number, indent?: number): string {
  return text
    .split('\n')
    .map((line) => wrappedLine(line, columns, indent))
    .join('\n');
}

function wrappedLine(line: string, columns: number, indent?: number): string {
  // Painted text is a table, and already fits.
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
