/**
 * What a client sends on a control connection, as schemas: they check what comes in, and the types are
 * inferred from them. What the supervisor sends is in answers.ts.
 *
 * Frozen since protocol 1 (test/unit/protocol/frozen.test.ts): the first line, `welcome`, `list`,
 * `attach`, `kill` and their answers. Other messages may be added; a supervisor answers a type that
 * it does not know with `refused`, code `unknown-type`, and the connection goes on.
 */
import * as v from 'valibot';
import {
  ARGUMENTS_MAX,
  COLUMNS_MAX,
  MESSAGE_MAX_BYTES,
  PEEK_LINES_MAX,
  ROWS_MAX,
  SESSIONS_MAX,
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

/** First line of a connection: a control connection, or the raw bytes of one attachment. */
export const FirstLine = v.variant('type', [
  v.object({ type: v.literal('hello'), protocol: v.number(), version: text(64) }),
  v.object({ type: v.literal('data'), token }),
]);

/** What the client's terminal is; `token` pairs the data connection that belongs to it. */
export const ClientTerminal = v.object({
  token,
  cols: columns,
  rows,
  readOnly: v.optional(v.boolean(), false),
  /** The client's SSH agent, for the session's stable link. */
  sshAuthSock: v.optional(path),
});

export const SessionSpec = v.object({
  fullName,
  project: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
  /** It becomes part of a file's name. */
  name: v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/)),
  hash: v.pipe(v.string(), v.regex(/^[0-9a-f]{8}$/)),
  root: path,
  cwd: path,
  /** The program and the arguments that are run. */
  file: path,
  args: v.pipe(v.array(text(1_000_000)), v.maxLength(ARGUMENTS_MAX)),
  /** What the user gave after `--`: kept in the record, and refused for a live session. */
  userArgs: v.pipe(v.array(text(1_000_000)), v.maxLength(ARGUMENTS_MAX)),
  env: v.record(v.string(), v.string()),
  umask: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(0o777)),
  /** Lines that are kept above the screen. */
  scrollback: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(100_000)),
  /** The conversation that these arguments resume, if they do. */
  conversation: v.optional(text(64)),
  /** `userArgs` come from the record and were not typed now: a live session is no error. */
  recalled: v.optional(v.boolean()),
  /** Of the program, where it is known. */
  codexVersion: v.optional(text(64)),
  /** The user's command for notices, or `desktop`; absent: no notices. */
  notify: v.optional(text(8_192)),
});

export const Request = v.variant('type', [
  v.object({ type: v.literal('list'), id }),
  v.object({
    type: v.literal('start'),
    id,
    spec: SessionSpec,
    terminal: v.optional(ClientTerminal),
  }),
  v.object({ type: v.literal('attach'), id, fullName, terminal: ClientTerminal }),
  /** Of this connection's attachment. Not answered. */
  v.object({ type: v.literal('resize'), cols: columns, rows }),
  /** This connection's terminal needs a redraw. Not answered. */
  v.object({ type: v.literal('repaint') }),
  /**
   * Offers the client's terminal for direct output; answered by `borrow` or `returned`. `device` and
   * `inode` are those of the file at `path`, see stat(2).
   */
  v.object({ type: v.literal('lend'), path, device: count, inode: count }),
  /** Direct output may begin: the client no longer writes. `alternate`: the alternate screen is shown. */
  v.object({ type: v.literal('lent'), alternate: v.boolean() }),
  /** Ends direct output; answered by `returned`. */
  v.object({ type: v.literal('reclaim') }),
  /** This connection's attachment ends; answered by `detached`. */
  v.object({ type: v.literal('leave') }),
  v.object({ type: v.literal('detach'), id, fullName }),
  /** How a session's status came about. */
  v.object({ type: v.literal('explain'), id, fullName }),
  v.object({
    type: v.literal('kill'),
    id,
    fullNames: v.pipe(v.array(fullName), v.maxLength(SESSIONS_MAX)),
    graceMs: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(60_000))),
  }),
  /** Hands all sessions and clients to a supervisor of another version, which answers. */
  v.object({ type: v.literal('hand-over'), id, node: path, script: path }),
  /** Within its project; attached clients stay. */
  v.object({ type: v.literal('rename'), id, fullName, name: text(64) }),
  /** After the answer every change of these sessions (without names: of all) is sent. */
  v.object({
    type: v.literal('subscribe'),
    id,
    fullNames: v.optional(v.pipe(v.array(fullName), v.maxLength(SESSIONS_MAX))),
  }),
  /** What a script has to know before it types. */
  v.object({ type: v.literal('describe'), id, fullName }),
  /** Bytes for the program in one piece; answered once it has taken them. */
  v.object({
    type: v.literal('type'),
    id,
    fullName,
    /** Base64. */
    bytes: text(MESSAGE_MAX_BYTES),
  }),
  /** The screen as text, without attaching; with `lines` as many, from above the screen too. */
  v.object({
    type: v.literal('peek'),
    id,
    fullName,
    ansi: v.optional(v.boolean(), false),
    lines: v.optional(
      v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(PEEK_LINES_MAX)),
    ),
  }),
]);

export type FirstLine = v.InferOutput<typeof FirstLine>;
export type ClientTerminal = v.InferOutput<typeof ClientTerminal>;
export type ClientTerminalInput = v.InferInput<typeof ClientTerminal>;
export type SessionSpec = v.InferOutput<typeof SessionSpec>;
export type Request = v.InferOutput<typeof Request>;
export type RequestInput = v.InferInput<typeof Request>;
