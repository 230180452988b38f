/** The lines of a question, and of its choices. */
import type { Choice, Question } from '../../protocol/question.ts';
import { safeLines, safeText } from '../../terminal/safe-text.ts';
import { folded, foldedAtWords } from '../fold.ts';
import { BOLD, DIM, MARK, paint, TONES } from '../style.ts';

/** All of it, however long, beginning with `note`. The last line is blank. */
export function answerLines(
  question: Question,
  note: string,
  cols: number,
  color: boolean,
): readonly string[] {
  const width = Math.max(1, cols - 2);
  const { title, reason, command, text } = question;
  const styled = (line: string, style: string) => ` ${paint(line, style, color)}`;
  const words = (of: string, style: string) =>
    foldedAtWords(safeText(of), width).map((line) => styled(line, style));
  const lines = note === '' ? [] : words(note, TONES.needs);
  if (question.kind === 'other') return [...lines, ...asDrawn(text, width)];
  lines.push(...words(title, BOLD));
  if (reason !== null) lines.push(...words(reason, ''));
  if (command !== null) lines.push('', ...commandLines(command, width, color));
  // If it has neither, the screen's own text is shown.
  if (reason === null && command === null) lines.push(...asDrawn(text, width).slice(1));
  return [...lines, ''];
}

function asDrawn(text: readonly string[], width: number): readonly string[] {
  return text.flatMap((row) => folded(safeLines(row).trimEnd(), width)).map((line) => ` ${line}`);
}

/** Nothing is cut off, as the end of a command may matter. */
function commandLines(command: string, width: number, color: boolean): readonly string[] {
  return command.split('\n').flatMap((line, index) =>
    folded(safeLines(line), Math.max(1, width - 2)).map((part, at) => {
      const mark = index === 0 && at === 0 ? paint('$ ', MARK, color) : '  ';
      return ` ${mark}${part}`;
    }),
  );
}

/** `isReady`: whether the keys would be accepted now. */
export function choiceLines(
  choices: readonly Choice[],
  {
    cols,
    color,
    isReady,
  }: { readonly cols: number; readonly color: boolean; readonly isReady: boolean },
): readonly string[] {
  const keyed = choices.some(({ key }) => isOne(key));
  const indent = keyed ? '      ' : '    ';
  return choices.flatMap(({ number, key, label }) => {
    const own = keyed ? ` ${isOne(key) ? key : ' '}` : '';
    const keys = paint(`${number}${own}`, isReady ? MARK : DIM, color);
    const [first = '', ...rest] = foldedAtWords(
      safeText(label),
      Math.max(1, cols - 1 - indent.length),
    );
    return [` ${keys}  ${first}`, ...rest.map((line) => `${indent}${line}`)];
  });
}

/** `esc` and the like close the question here; such a choice is given by its number. */
function isOne(key: string | null): boolean {
  return key !== null && key.length === 1;
}
