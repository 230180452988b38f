/**
 * Breaks safe text that is too wide for a region into lines that fit. Widths are in terminal
 * columns.
 */
import { charactersOf, textColumns } from '../terminal/safe-text.ts';
import { wrapped } from '../terminal/wrap.ts';

/** Breaks after a space or at any character, and neither adds nor drops anything. For commands. */
export function folded(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const character of charactersOf(text)) {
    if (line !== '' && textColumns(line + character) > columns) {
      const [kept, rest] = broken(line);
      lines.push(kept);
      line = rest;
    }
    line += character;
  }
  return [...lines, line];
}

/** After the last space, if that does not leave most of the line empty. */
function broken(line: string): readonly [string, string] {
  const at = line.lastIndexOf(' ') + 1;
  return at > line.length / 2 ? [line.slice(0, at), line.slice(at)] : [line, ''];
}

/** At words, unless they are wider than a line. */
export function foldedAtWords(text: string, columns: number): readonly string[] {
  return wrapped(text, columns)
    .split('\n')
    .flatMap((line) => folded(line, columns));
}
