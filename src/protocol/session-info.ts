/** A session as the supervisor describes it, and its end. */
import * as v from 'valibot';

export const Exit = v.object({
  code: v.nullable(v.number()),
  signal: v.nullable(v.string()),
});

/** A session as in every command and `--json`. Keys are documented in docs/json.md. */
export const SessionInfo = v.object({
  fullName: v.string(),
  name: v.string(),
  project: v.string(),
  hash: v.string(),
  root: v.string(),
  cwd: v.string(),
  state: v.picklist(['running', 'exited', 'lost']),
  status: v.nullable(v.string()),
  statusReason: v.nullable(v.string()),
  /** The program's own text for the status, safe to show; not sent by a supervisor before 0.2. */
  statusMessage: v.optional(v.nullable(v.string())),
  statusSince: v.nullable(v.string()),
  /**
   * When the present turn began, whether it runs or waits for an answer; not sent by a supervisor
   * before 0.2.
   */
  turnSince: v.optional(v.nullable(v.string())),
  statusSource: v.nullable(v.string()),
  /** Blocked, and the question on the screen accepts keys. */
  asking: v.optional(v.boolean()),
  /**
   * What it asks, in one line: the command, or else the question's title; not sent by a supervisor
   * before 0.2.
   */
  question: v.optional(v.nullable(v.string())),
  seen: v.boolean(),
  pid: v.nullable(v.number()),
  clients: v.number(),
  title: v.nullable(v.string()),
  /** Per cent of the model's context window; not sent by a supervisor before 0.2. */
  contextLeft: v.optional(v.nullable(v.number())),
  conversation: v.nullable(v.string()),
  /** Version of the Codex that runs in it or ran last. */
  codexVersion: v.optional(v.nullable(v.string())),
  /** It runs an older Codex than the installed one; set only by `ls`. */
  outdated: v.optional(v.boolean()),
  /** For an ended session: whether Codex can resume its conversation; set only by `ls`. */
  resumable: v.optional(v.nullable(v.boolean())),
  createdAt: v.string(),
  lastActivityAt: v.string(),
  endedAt: v.nullable(v.string()),
  /** `exit`: by itself; `killed`: at the user's request; `lost`: by anything else. */
  endedBy: v.optional(v.nullable(v.picklist(['exit', 'killed', 'lost']))),
  exit: v.nullable(Exit),
  /** The last lines on the screen of an ended session. */
  lastLines: v.array(v.string()),
});

export type Exit = v.InferOutput<typeof Exit>;
export type SessionInfo = v.InferOutput<typeof SessionInfo>;
