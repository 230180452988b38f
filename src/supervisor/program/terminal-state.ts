/** The part of a hand-over that describes a program's terminal; see hand-over/state.ts. */
import * as v from 'valibot';

export const TerminalState = v.object({
  lastOutputAt: v.number(),
  cols: v.number(),
  rows: v.number(),
  spoke: v.boolean(),
  toldFocus: v.boolean(),
  title: v.optional(v.string()),
  /** Base64: what rebuilds the screen, see Screen.serialize. */
  screen: v.string(),
  /** Base64: typed, and not yet taken by the program. */
  pending: v.string(),
  /** What the program's observer dumped. */
  program: v.optional(v.unknown()),
});

export type TerminalState = v.InferOutput<typeof TerminalState>;
