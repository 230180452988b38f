/** A question of a session on another machine: it may say anything, so what is shown of it is checked. */
import type { Choice, Question } from '../protocol/question.ts';

const KINDS = ['command', 'patch', 'network', 'trust', 'question', 'other'];
/** `y`, `esc`: it is shown as it stands, and typed. */
const KEY = /^[!-~]{1,16}$/;
/** A menu has some ten. */
const CHOICES_MAX = 100;

/** Undefined if it makes no sense; what this version does not know is left out. */
export function checkedQuestion(value: unknown): Question | undefined {
  const { kind, title, command, reason, choices, text, fingerprint } = (value ?? {}) as Question;
  const isTextOrNull = (one: unknown) => one === null || typeof one === 'string';
  if (
    !KINDS.includes(kind) ||
    typeof title !== 'string' ||
    !isTextOrNull(command) ||
    !isTextOrNull(reason) ||
    typeof fingerprint !== 'string' ||
    !Array.isArray(text) ||
    !text.every((line) => typeof line === 'string') ||
    !Array.isArray(choices) ||
    choices.length > CHOICES_MAX ||
    !choices.every(isChoice)
  )
    return undefined;
  return {
    ...{ kind, title, command, reason, text, fingerprint },
    choices: choices.map(({ number, label, key, selected }) => ({ number, label, key, selected })),
  };
}

function isChoice(value: unknown): value is Choice {
  const { number, label, key, selected } = (value ?? {}) as Choice;
  return (
    Number.isSafeInteger(number) &&
    number > 0 &&
    typeof label === 'string' &&
    (key === null || (typeof key === 'string' && KEY.test(key))) &&
    typeof selected === 'boolean'
  );
}
