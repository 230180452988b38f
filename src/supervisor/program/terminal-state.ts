/** What a supervisor passes on of a program's terminal; see hand-over/state.ts. */
import * as v from 'valibot';

export const TerminalState = v.object({
  lastOutputAt: v.number(),
  cols: v.number(),
  rows: v.number(),
  spoke: v.boolean(),
  toldFocus: v.boolean(),
  title: v.optional(v.string()),
  /** Base64: what rebuilds the screen, see Screen.snapshot. */
  screen: v.string(),
  /** Base64: typed, and not yet taken by the program. */
  pending: v.string(),
  /** The observer's own. */
  program: v.optional(v.unknown()),
});

export type TerminalState = v.InferOutput<typeof TerminalState>;
