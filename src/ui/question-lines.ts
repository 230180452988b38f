/** A question as lines of text for people. */
import type { Choice, Question } from '../protocol/question.ts';

/** A question that is not understood is printed as it is on the screen. */
export function questionLines({ kind, title, reason, command, choices, text }: Question): string[] {
  if (kind === 'other' || choices.length === 0) return [...text];
  const keys = choices.map(keyText);
  const width = Math.max(...keys.map((key) => key.length));
  return [
    title,
    ...(reason === null ? [] : [`Reason: ${reason}`]),
    ...(command === null ? [] : ['', ...indented(command), '']),
    ...choices.map(
      ({ label, selected }, at) =>
        `${selected ? '>' : ' '} ${(keys[at] ?? '').padEnd(width)}  ${label}`,
    ),
  ];
}

/** `1 or y: Yes, proceed`, with semicolons between. */
export function listed(choices: readonly Choice[]): string {
  return choices.map((choice) => `${keyText(choice)} (${choice.label})`).join(', ');
}

function keyText({ number, key }: Choice): string {
  return key === null ? String(number) : `${number} or ${key}`;
}

function indented(command: string): string[] {
  return command.split('\n').map((line) => `    ${line}`);
}
