/**
 * Schemas of what a client sends on a control connection: they validate the messages, and the types are
 * inferred from them. What the supervisor sends is in answers.ts.
 *
 * Frozen since protocol 1 (test/unit/protocol/frozen.test.ts): the first line, `welcome`, `list`,
 * `attach`, `resize`, `leave`, `detach`, `kill` and their answers. Other messages may be added; a
 * supervisor answers an unknown type with `refused`, code `unknown-type`, and keeps the connection.
 */
import * as v from 'valibot';
import {
  ARGUMENTS_MAX,
  BACKGROUND_COLUMNS,
  BACKGROUND_ROWS,
  COLUMNS_MAX,
  KEEP_MAX_CHARACTERS,
  MESSAGE_MAX_BYTES,
  PEEK_LINES_MAX,
  ROWS_MAX,
  SESSIONS_MAX,
  START_WAIT_MAX_MS,
  TYPE_LIMIT_MAX_MS,
} from './limits.ts';

export type * from './answers.ts';
export { Exit, SessionInfo } from './session-info.ts';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const id = count;
const text = (max: number) => v.pipe(v.string(), v.maxLength(max));
const fullName = text(1_000);
const path = text(8_192);
const token = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/));
const columns = v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(COLUMNS_MAX));
const rows = v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(ROWS_MAX));

/** First line of a control connection (`hello`) or of the data connection of an attachment (`data`). */
export const FirstLine = v.variant('type', [
  v.object({ type: v.literal('hello'), protocol: v.number(), version: text(64) }),
  v.object({ type: v.literal('data'), token }),
]);

/** What a terminal's own scrollback gets on attaching; see docs/scrollback.md. */
export const ScrollbackOnAttach = v.picklist(['all', 'missed', 'none']);

/** The client's terminal; `token` identifies its data connection. */
export const ClientTerminal = v.object({
  token,
  cols: columns,
  rows,
  readOnly: v.optional(v.boolean(), false),
  /** The client's SSH agent, to which the session's stable link will point. */
  sshAuthSock: v.optional(path),
  /** Stays the same while the terminal and its shell do; absent if that is unknown. */
  identity: v.optional(v.pipe(v.string(), v.regex(/^[\d:]{1,100}$/))),
  scrollback: v.optional(ScrollbackOnAttach, 'all'),
  /**
   * Continues the attachment of this token, whose supervisor has died. `state`: what that
   * supervisor last sent with `keep`.
   */
  resumes: v.optional(v.object({ state: v.optional(text(KEEP_MAX_CHARACTERS)) })),
});

/** Part of a shell command. */
const limit = v.pipe(v.string(), v.regex(/^(?:\d{1,20}|unlimited)$/));
/** As a terminal replies to OSC 10 to 12: `rgb:ffff/ffff/ffff`. */
const color = v.pipe(v.string(), v.regex(/^rgb:[\da-f]{1,4}\/[\da-f]{1,4}\/[\da-f]{1,4}$/i));

export const SessionSpec = v.object({
  fullName,
  project: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
  /** Becomes part of a file name. */
  name: v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/)),
  hash: v.pipe(v.string(), v.regex(/^[0-9a-f]{8}$/)),
  root: path,
  cwd: path,
  /** The program to run and its arguments. */
  file: path,
  args: v.pipe(v.array(text(1_000_000)), v.maxLength(ARGUMENTS_MAX)),
  /** The user's arguments after `--`: stored in the record, refused for a live session. */
  userArgs: v.pipe(v.array(text(1_000_000)), v.maxLength(ARGUMENTS_MAX)),
  env: v.record(v.string(), v.string()),
  umask: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(0o777)),
  /**
   * Soft and hard limits as in getrlimit(2), such as `nofile`. The supervisor's if absent or
   * unknown.
   */
  limits: v.optional(v.record(text(16), v.tuple([limit, limit]))),
  niceness: v.optional(v.pipe(v.number(), v.integer(), v.minValue(-20), v.maxValue(19))),
  /** Lines of scrollback. */
  scrollback: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(100_000)),
  /** The conversation that `args` resume, if any. */
  conversation: v.optional(text(64)),
  /** The directory in which to resume it, whatever directory it was in before. */
  directory: v.optional(path),
  /** `userArgs` come from the record, not from the command line: not an error for a live session. */
  recalled: v.optional(v.boolean()),
  /** Version of the program, if known. */
  codexVersion: v.optional(text(64)),
  /**
   * The keys that submit a prompt, in the program's words (codex/submit-keys.ts); absent if not
   * known.
   */
  submitKeys: v.optional(v.pipe(v.array(text(100)), v.maxLength(100))),
  /** The user's command for notices, or `desktop`; absent: no notices. */
  notify: v.optional(text(8_192)),
});

const waitMs = v.pipe(v.number(), v.minValue(0), v.maxValue(TYPE_LIMIT_MAX_MS));

/** How long a program may take to read what a script types. */
export const TypeLimits = v.object({
  /** All of it. */
  allMs: waitMs,
  /** While it reads nothing at all. */
  idleMs: waitMs,
});

export const Request = v.variant('type', [
  v.object({ type: v.literal('list'), id }),
  v.object({
    type: v.literal('start'),
    id,
    spec: SessionSpec,
    terminal: v.optional(ClientTerminal),
    /** Without a terminal: the session's size until one is attached. */
    size: v.optional(v.object({ cols: columns, rows })),
    /** The client is asking its own terminal for its colours; `colors` will follow. */
    colorsFollow: v.optional(v.boolean()),
    /**
     * Without a terminal: wait up to this many milliseconds until the program is up or has ended
     * (the session's `state` says which) before answering.
     */
    waitMs: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(START_WAIT_MAX_MS))),
    /** Wait until the program says that its start is over. */
    begun: v.optional(v.boolean()),
  }),
  /** The colours of the client's terminal, by the number of the OSC that asks for them. */
  v.object({
    type: v.literal('colors'),
    id,
    colors: v.object({
      10: v.optional(color),
      11: v.optional(color),
      12: v.optional(color),
    }),
  }),
  v.object({ type: v.literal('attach'), id, fullName, terminal: ClientTerminal }),
  /** New size of this connection's terminal. Not answered. */
  v.object({ type: v.literal('resize'), cols: columns, rows }),
  /** This connection's terminal needs a redraw. Not answered. */
  v.object({ type: v.literal('repaint') }),
  /**
   * Offers the client's terminal for direct output; answered by `borrow` or `returned`. `device` and
   * `inode` identify the file at `path`, see stat(2).
   */
  v.object({ type: v.literal('lend'), path, device: count, inode: count }),
  /** Direct output may begin, the client no longer writes. `alternate`: the alternate screen is shown. */
  v.object({ type: v.literal('lent'), alternate: v.boolean() }),
  /** Ends direct output; answered by `returned`. */
  v.object({ type: v.literal('reclaim') }),
  /** Ends this connection's attachment; answered by `detached`. */
  v.object({ type: v.literal('leave') }),
  v.object({ type: v.literal('detach'), id, fullName }),
  /** The user has seen what a session did until now. No effect if its status has changed since. */
  v.object({ type: v.literal('seen'), id, fullName, statusSince: text(64) }),
  /** Asks how a session's status came about. */
  v.object({ type: v.literal('explain'), id, fullName }),
  v.object({
    type: v.literal('kill'),
    id,
    fullNames: v.pipe(v.array(fullName), v.maxLength(SESSIONS_MAX)),
    graceMs: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(60_000))),
  }),
  /** Hands all sessions and clients over to a new supervisor, started from `script`; it answers. */
  v.object({ type: v.literal('hand-over'), id, node: path, script: path }),
  /** Renames a session within its project; attached clients stay. */
  v.object({ type: v.literal('rename'), id, fullName, name: text(64) }),
  /** After the reply, sends every change of these sessions, or of all without `fullNames`. */
  v.object({
    type: v.literal('subscribe'),
    id,
    fullNames: v.optional(v.pipe(v.array(fullName), v.maxLength(SESSIONS_MAX))),
  }),
  /** Asks for what a script needs before it types. */
  v.object({ type: v.literal('describe'), id, fullName }),
  /** Types bytes into the program in one piece; answered once it has taken them. */
  v.object({
    type: v.literal('type'),
    id,
    fullName,
    /** Base64. */
    bytes: text(MESSAGE_MAX_BYTES),
    /**
     * Makes the request repeatable: with the same key it types only once, even if the supervisor
     * has died in between. Refused as `maybe-typed` if it is unknown whether it has typed.
     */
    key: v.optional(token),
    /**
     * Afterwards it is refused as `not-taken`, with what was `taken`: the rest will not be typed.
     * Without limits it waits for as long as the program lives.
     */
    limits: v.optional(TypeLimits),
  }),
  /** Asks for the screen as text, or for its last `lines` including the scrollback. */
  v.object({
    type: v.literal('peek'),
    id,
    fullName,
    ansi: v.optional(v.boolean(), false),
    lines: v.optional(
      v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(PEEK_LINES_MAX)),
    ),
  }),
  /**
   * Follows a session's screen by `preview` notifications, instead of the one that this connection
   * followed before; null: none any more. With at most this many columns and rows.
   */
  v.object({
    type: v.literal('preview'),
    id,
    fullName: v.nullable(fullName),
    cols: v.optional(columns, BACKGROUND_COLUMNS),
    rows: v.optional(rows, BACKGROUND_ROWS),
  }),
  /** Asks for the question that a session asks, once it is drawn. */
  v.object({ type: v.literal('question'), id, fullName }),
  /**
   * Gives an answer to the question with this fingerprint and to no other; answered once it has
   * taken effect. If refused as `no-question`, `other-question` or `no-such-choice`, nothing was
   * typed; if as `not-taken`, it was typed and nothing has changed.
   */
  v.object({
    type: v.literal('answer'),
    id,
    fullName,
    /** The key of a choice as drawn on the screen, or its number. */
    choice: text(32),
    fingerprint: text(64),
    /** As in `type`. */
    key: v.optional(token),
  }),
]);

export type FirstLine = v.InferOutput<typeof FirstLine>;
export type ScrollbackOnAttach = v.InferOutput<typeof ScrollbackOnAttach>;
export type ClientTerminal = v.InferOutput<typeof ClientTerminal>;
export type ClientTerminalInput = v.InferInput<typeof ClientTerminal>;
export type SessionSpec = v.InferOutput<typeof SessionSpec>;
export type Request = v.InferOutput<typeof Request>;
export type TypeLimits = v.InferOutput<typeof TypeLimits>;
export type RequestInput = v.InferInput<typeof Request>;
