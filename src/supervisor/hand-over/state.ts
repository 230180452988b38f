/**
 * What one supervisor leaves to its successor: plain data, sent as one line of JSON over a pipe.
 * Descriptors are numbers in the successor's own table. A successor may be of another version, so
 * its shape is checked, and a later version may only add to it.
 */
import * as v from 'valibot';
import { fd, SessionState } from '../session/session-state.ts';

/** A different one is refused by the successor, and the old supervisor goes on. */
export const HAND_OVER_VERSION = 1;

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
      /** Base64: read and not acted upon, such as the begin of a message. */
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
  /** Number of the last event that was told. */
  eventSeq: v.number(),
});

export type HandOverState = v.InferOutput<typeof HandOverState>;
