/** What a program asks its user, as it is drawn on the screen; safe to show. */
import * as v from 'valibot';

export const Choice = v.object({
  /** From 1, as drawn. */
  number: v.number(),
  label: v.string(),
  /** The key that gives it at once, as drawn beside it: `y`, `esc`; null: none, then its number does. */
  key: v.nullable(v.string()),
  /** Enter would give this one. */
  selected: v.boolean(),
});

export const Question = v.object({
  /** `other`: not understood, then there are no choices and `text` says all there is. */
  kind: v.picklist(['command', 'patch', 'network', 'trust', 'question', 'other']),
  /** The program's own words, in one line. */
  title: v.string(),
  /** What is to be run, exactly as shown; its lines are joined by line feeds where the command has several. */
  command: v.nullable(v.string()),
  reason: v.nullable(v.string()),
  choices: v.array(Choice),
  /** The question's own rows: no timer, spinner or footer. */
  text: v.array(v.string()),
  /** Names this question as it was when it was read; an answer that is meant for another one is refused. */
  fingerprint: v.string(),
});

export type Choice = v.InferOutput<typeof Choice>;
export type Question = v.InferOutput<typeof Question>;
