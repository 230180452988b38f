/** A session as the supervisor describes it, and its end. */
import * as v from 'valibot';

export const Exit = v.object({
  code: v.nullable(v.number()),
  signal: v.nullable(v.string()),
});

/** A session as every command and `--json` shows it. Keys are documented in docs/json.md. */
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
  /** The program's own words for it, safe to show; a supervisor before 0.2 does not send it. */
  statusMessage: v.optional(v.nullable(v.string())),
  statusSince: v.nullable(v.string()),
  statusSource: v.nullable(v.string()),
  /** It is blocked, and its question on the screen takes keys. */
  asking: v.optional(v.boolean()),
  seen: v.boolean(),
  pid: v.nullable(v.number()),
  clients: v.number(),
  title: v.nullable(v.string()),
  conversation: v.nullable(v.string()),
  /** Of the Codex that runs in it, or ran in it last. */
  codexVersion: v.optional(v.nullable(v.string())),
  /** It runs on an older Codex than the one that is installed; only `ls` knows. */
  outdated: v.optional(v.boolean()),
  /** Of a session that has ended: Codex has something of its conversation to go on with. */
  resumable: v.optional(v.nullable(v.boolean())),
  createdAt: v.string(),
  lastActivityAt: v.string(),
  endedAt: v.nullable(v.string()),
  /** `exit`: by itself; `killed`: because we were asked to; `lost`: by anything else. */
  endedBy: v.optional(v.nullable(v.picklist(['exit', 'killed', 'lost']))),
  exit: v.nullable(Exit),
  /** The last lines of the screen of a session that has ended. */
  lastLines: v.array(v.string()),
});

export type Exit = v.InferOutput<typeof Exit>;
export type SessionInfo = v.InferOutput<typeof SessionInfo>;
