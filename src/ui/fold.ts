/** Breaks safe text that is too wide for a region into lines that fit. Widths are terminal columns. */
import { charactersOf, textColumns } from '../terminal/safe-text.ts';
import { wrapped } from '../terminal/wrap.ts';

/** At any character, so that nothing is added or lost: for commands. */
export function folded(text: string, columns: number): readonly string[] {
  const lines = [''];
  let room = columns;
  for (const character of charactersOf(text)) {
    const width = textColumns(character);
    if (width > room && lines.at(-1) !== '') {
      lines.push('');
      room = columns;
    }
    lines[lines.length - 1] += character;
    room -= width;
  }
  return lines;
}

/** At words, where these are not wider than a line. */
export function foldedAtWords(text: string, columns: number): readonly string[] {
  return wrapped(text, columns)
    .split('\n')
    .flatMap((line) => folded(line, columns));
}
