import { expect, test } from 'vitest';
import type { Question } from '../../../src/protocol/question.ts';
import { checkedQuestion } from '../../../src/remote/index.ts';

const QUESTION: Question = {
  kind: 'command',
  title: 'Run it?',
  command: 'make',
  reason: null,
  choices: [
    { number: 1, label: 'Yes', key: 'y', selected: true },
    { number: 2, label: 'No', key: null, selected: false },
  ],
  text: ['Run it?'],
  fingerprint: 'abc',
};
const [choice] = QUESTION.choices;

test('a question from another machine is as it was, without what is not known here', () => {
  expect(checkedQuestion(QUESTION)).toEqual(QUESTION);
  expect(checkedQuestion({ ...QUESTION, more: 1 })).toEqual(QUESTION);
});

test.each([
  undefined,
  null,
  'text',
  {},
  { ...QUESTION, kind: 'later' },
  { ...QUESTION, title: 1 },
  { ...QUESTION, text: 'one' },
  { ...QUESTION, text: [1] },
  { ...QUESTION, fingerprint: null },
  { ...QUESTION, choices: {} },
  { ...QUESTION, choices: [null] },
  // It would be written to the terminal as it stands.
  { ...QUESTION, choices: [{ ...choice, key: '\x1b' }] },
  { ...QUESTION, choices: [{ ...choice, key: '\x9b' }] },
  { ...QUESTION, choices: [{ ...choice, number: Number.NaN }] },
  { ...QUESTION, choices: [{ ...choice, number: '\x1b[2J' }] },
  { ...QUESTION, choices: Array.from({ length: 1_000 }, () => choice) },
])('one that makes no sense is none: %j', (value) => {
  expect(checkedQuestion(value)).toBeUndefined();
});
