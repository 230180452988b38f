/**
 * What a supervisor passes to its successor: plain data, sent as one line of JSON over a pipe.
 * Descriptors are numbered as in the successor's table. A successor may be of another version, so it
 * validates the data, and later versions may only add to it.
 */
import * as v from 'valibot';
import { fd, SessionState } from '../session/session-state.ts';

/** A successor refuses any other version, and its predecessor continues. */
export const HAND_OVER_VERSION = 1;

/** Set in a successor's environment, to the number of descriptors that it inherits. */
export const TAKE_OVER_VARIABLE = 'CODEX_SESSIONS_TAKE_OVER';
/** Pipe to the process that started the supervisor; a successor closes it once it has the lock. */
export const READY_FD = 3;
/** Pipe from which a successor reads two lines: the state and `go`. */
export const TAKE_OVER_FD = 4;
export const FIRST_INHERITED_FD = 5;

export const HandOverState = v.object({
  version: v.literal(HAND_OVER_VERSION),
  pid: v.number(),
  listener: fd,
  /** Inode of the listening socket's file. */
  listenerInode: v.optional(v.number()),
  /** Control connections; those with an attachment appear again in their session. */
  controls: v.array(
    v.object({
      fd,
      /** Base64: read but not processed, for example the beginning of a message. */
      partial: v.string(),
      /** Full names of its subscription, null for all; undefined if there is none. */
      follows: v.optional(v.nullable(v.array(v.string()))),
      /** The session that its preview shows; not sent by a supervisor before 0.2. */
      preview: v.optional(v.object({ fullName: v.string(), cols: v.number(), rows: v.number() })),
      /** The request for this hand-over, to be answered by the successor. */
      answer: v.optional(v.number()),
    }),
  ),
  sessions: v.array(SessionState),
  /** Data connections whose request has not been read yet; `early` is like a client's `typed`. */
  offered: v.optional(v.array(v.object({ token: v.string(), fd, early: v.string() })), []),
  colors: v.record(v.string(), v.string()),
  /** Number of the last event that was published. */
  eventSeq: v.number(),
});

export type HandOverState = v.InferOutput<typeof HandOverState>;
