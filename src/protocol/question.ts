/** What a program asks its user, as drawn on the screen; safe to show. */
import * as v from 'valibot';

export const Choice = v.object({
  /** From 1, as drawn on the screen. */
  number: v.number(),
  label: v.string(),
  /**
   * The key that gives it at once, as drawn beside it: `y`, `esc`. Null if there is none; then its
   * number does.
   */
  key: v.nullable(v.string()),
  /** Enter would choose this one. */
  selected: v.boolean(),
});

export const Question = v.object({
  /** `other`: not understood. Then there are no choices, and `text` has everything. */
  kind: v.picklist(['command', 'patch', 'network', 'trust', 'question', 'other']),
  /** The program's own words, in one line. */
  title: v.string(),
  /**
   * What is to be run, exactly as shown; if the command has several lines, they are joined by line
   * feeds.
   */
  command: v.nullable(v.string()),
  reason: v.nullable(v.string()),
  choices: v.array(Choice),
  /** The question's own rows, without timer, spinner or footer. */
  text: v.array(v.string()),
  /**
   * Identifies this question as it was when it was read: an answer meant for another one is
   * refused.
   */
  fingerprint: v.string(),
});

export type Choice = v.InferOutput<typeof Choice>;
export type Question = v.InferOutput<typeof Question>;
