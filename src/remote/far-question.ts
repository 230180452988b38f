/** Checks a question of a session on another machine, which may contain anything. */
import type { Choice, Question } from '../protocol/question.ts';

const KINDS = ['command', 'patch', 'network', 'trust', 'question', 'other'];
/** A key such as `y` or `esc`, which is shown as it is, and typed. */
const KEY = /^[!-~]{1,16}$/;
/** A menu has some ten choices. */
const CHOICES_MAX = 100;

/** Undefined if it is invalid; keys that this version does not know are left out. */
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
