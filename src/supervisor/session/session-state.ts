/** The state of a session and its clients in a hand-over; see hand-over/state.ts. */
import * as v from 'valibot';
import { ScrollbackOnAttach, SessionSpec } from '../../protocol/messages.ts';
import { TerminalState } from '../program/terminal-state.ts';
import { ShownState } from './shown-state.ts';

/** A descriptor in the successor's own table; 0 to 2 are the standard streams. */
export const fd = v.pipe(v.number(), v.safeInteger(), v.minValue(3));

const ClientState = v.object({
  control: fd,
  data: fd,
  cols: v.number(),
  rows: v.number(),
  readOnly: v.boolean(),
  typedAt: v.number(),
  sentBytes: v.number(),
  leads: v.boolean(),
  /** What its terminal said of its modes, by number; see TerminalModes. */
  modes: v.optional(v.array(v.tuple([v.number(), v.number()]))),
  /** Base64: read from the client but not processed. */
  typed: v.string(),
  /** See InputLedger. This and all that follows is not sent by a supervisor before 0.2. */
  typist: v.optional(v.object({ token: v.string(), taken: v.number(), given: v.number() })),
  /** As in the client's request. */
  identity: v.optional(v.string()),
  scrollback: v.optional(ScrollbackOnAttach, 'all'),
  shows: v.optional(v.boolean()),
  placed: v.optional(v.boolean()),
  held: v.optional(v.object({ ...ShownState.entries, moved: v.boolean() })),
});

export const SessionState = v.object({
  ...TerminalState.entries,
  spec: SessionSpec,
  master: fd,
  pid: v.number(),
  startTime: v.string(),
  createdAt: v.number(),
  killed: v.boolean(),
  /** Whether its program has come up; not sent by a supervisor before 0.2. */
  up: v.optional(v.boolean()),
  /** Its memory file, if it has one; not sent by a supervisor before 0.2. */
  memory: v.optional(fd),
  clients: v.array(ClientState),
  /** Terminals that have shown it, by identity; not sent by a supervisor before 0.2. */
  known: v.optional(v.record(v.string(), ShownState)),
});

export type ClientState = v.InferOutput<typeof ClientState>;
export type SessionState = v.InferOutput<typeof SessionState>;
