/** The state of a program's terminal in a hand-over; see hand-over/state.ts. */
import * as v from 'valibot';

export const TerminalState = v.object({
  /** Of text, see ProgramTerminal.activeAt. */
  lastOutputAt: v.number(),
  cols: v.number(),
  rows: v.number(),
  spoke: v.boolean(),
  toldFocus: v.boolean(),
  /** The last report of DECSET 2031 that it got, or that says the same. */
  toldScheme: v.optional(v.string()),
  title: v.optional(v.string()),
  /** Base64, from Screen.serialize. */
  screen: v.string(),
  /** Base64: input not yet accepted by the program's terminal. */
  pending: v.string(),
  /** From the program observer's dump. */
  program: v.optional(v.unknown()),
});

export type TerminalState = v.InferOutput<typeof TerminalState>;
