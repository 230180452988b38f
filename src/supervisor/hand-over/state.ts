/**
 * What one supervisor leaves to its successor: plain data, sent as one line of JSON over a pipe.
 * Descriptors are numbers in the successor's own table. A successor may be of another version, so
 * it checks the shape, and a later version may only add to it.
 */
import * as v from 'valibot';
import { fd, SessionState } from '../session/session-state.ts';

/** A successor refuses any other, and the old supervisor goes on. */
export const HAND_OVER_VERSION = 1;

/** Set for a successor, to the number of descriptors that it inherits. */
export const TAKE_OVER_VARIABLE = 'CODEX_SESSIONS_TAKE_OVER';
/** Where a supervisor reports to the process that started it; a successor closes it last. */
export const READY_FD = 3;
/** From here a successor reads its state, one line, then `go`. */
export const TAKE_OVER_FD = 4;
export const FIRST_INHERITED_FD = 5;

export const HandOverState = v.object({
  version: v.literal(HAND_OVER_VERSION),
  pid: v.number(),
  listener: fd,
  /** Of the file that clients find it by. */
  listenerInode: v.optional(v.number()),
  /** Control connections; those with an attachment are named again in its session. */
  controls: v.array(
    v.object({
      fd,
      /** Base64: read and not acted upon, such as the beginning of a message. */
      partial: v.string(),
      /** Full names that it follows, null for all; undefined when it follows nothing. */
      follows: v.optional(v.nullable(v.array(v.string()))),
      /** The request for this hand-over, to be answered by the successor. */
      answer: v.optional(v.number()),
    }),
  ),
  sessions: v.array(SessionState),
  /** Data connections whose request has not been read yet; `early` as `typed` of a client. */
  offered: v.optional(v.array(v.object({ token: v.string(), fd, early: v.string() })), []),
  colors: v.record(v.string(), v.string()),
  /** Number of the last event that was published. */
  eventSeq: v.number(),
});

export type HandOverState = v.InferOutput<typeof HandOverState>;
