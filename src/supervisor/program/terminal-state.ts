/** The state of a program's terminal in a hand-over; see hand-over/state.ts. */
import * as v from 'valibot';

/** State that is neither on the screen nor on its way to the program. */
export const TerminalFacts = v.object({
  /** When text last came, see ProgramTerminal.activeAt. */
  lastOutputAt: v.number(),
  cols: v.number(),
  rows: v.number(),
  spoke: v.boolean(),
  toldFocus: v.boolean(),
  /** The last DECSET 2031 report that it got, or a reply that says the same. */
  toldScheme: v.optional(v.string()),
  title: v.optional(v.string()),
  /** From the program observer's dump. */
  program: v.optional(v.unknown()),
});

export const TerminalState = v.object({
  ...TerminalFacts.entries,
  /** Base64, from Screen.serialize. */
  screen: v.string(),
  /** Base64: input not yet accepted by the program's terminal. */
  pending: v.string(),
  /** The program may have reported more in the meantime: its last report does not count. */
  stale: v.optional(v.boolean()),
});

export type TerminalFacts = v.InferOutput<typeof TerminalFacts>;

export type TerminalState = v.InferOutput<typeof TerminalState>;
