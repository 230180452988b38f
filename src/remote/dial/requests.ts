/** What another machine may request: JSON in an `open` frame. */
import { hostProblem } from '../../store/host-names.ts';
import { checkFarTerminal, type FarTerminal } from '../../terminal/far-terminal.ts';

/** Runs a command here, as if it were typed into a shell here. */
export interface ExecRequest {
  readonly type: 'exec';
  /** Our command's name and its arguments. */
  readonly words: readonly string[];
  /** Absolute, or relative to the home directory, also with `~/`; empty: the home directory. */
  readonly directory: string;
  /** The name by which the user calls this machine, for advice. Not sent by every version. */
  readonly host?: string;
  /** The user's terminal; null if output goes to a file or a pipe. */
  readonly terminal: FarTerminal | null;
  /** Standard input is sent; otherwise it is empty. */
  readonly input: boolean;
}

/** Connects to the supervisor here, if one is running. */
export interface SocketRequest {
  readonly type: 'socket';
  /** Hexadecimal id of an attachment: what still serves it on an older connection is ended. */
  readonly voids?: string;
}

/** Why a channel was refused. */
export interface DialRefusal {
  readonly message: string;
  readonly hint?: string | undefined;
  readonly exitCode?: number | undefined;
}

/** How a command ended. */
export interface DialExit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** More than any user types. */
const WORDS_MAX = 10_000;

/**
 * The commands that may be run from another machine: those that need no terminal of their own. The
 * value says whether they start Codex, for which the environment of a login shell is needed.
 */
export const DIALED_COMMANDS: Readonly<Record<string, { readonly startsCodex?: boolean }>> = {
  ...{ start: { startsCodex: true }, run: { startsCodex: true }, fork: { startsCodex: true } },
  ...{ restart: { startsCodex: true }, restore: { startsCodex: true } },
  ...{
    detach: {},
    list: {},
    status: {},
    explain: {},
    send: {},
    answer: {},
    wait: {},
    peek: {},
    log: {},
  },
  ...{ events: {}, kill: {}, 'kill-all': {}, rename: {}, forget: {}, doctor: {} },
};

export function startsCodex(command: string): boolean {
  return Object.hasOwn(DIALED_COMMANDS, command) && DIALED_COMMANDS[command]?.startsCodex === true;
}

/** Undefined for an invalid request, or one of a later version. */
export function parseRequest(value: unknown): ExecRequest | SocketRequest | undefined {
  const given = (value ?? {}) as Record<string, unknown>;
  const { type, words, directory, host, terminal, input, voids } = given;
  if (type === 'socket') return { type, ...(isId(voids) && { voids }) };
  if (type !== 'exec' || !Array.isArray(words) || typeof directory !== 'string') return undefined;
  if (words.length === 0 || words.length > WORDS_MAX || !words.every(isWord)) return undefined;
  const far = checkFarTerminal(terminal) ?? null;
  const known = isHost(host) ? { host } : {};
  return { type, words, directory, ...known, terminal: far, input: input === true };
}

function isHost(value: unknown): value is string {
  return typeof value === 'string' && hostProblem(value) === undefined;
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{8,64}$/.test(value);
}

function isWord(word: unknown): word is string {
  return typeof word === 'string' && !word.includes('\0');
}

/** `value` came from another machine. */
export function parseRefusal(value: unknown): DialRefusal {
  const { message, hint, exitCode } = (value ?? {}) as Record<string, unknown>;
  return {
    message: typeof message === 'string' ? message : 'it was refused without a reason',
    ...(typeof hint === 'string' && { hint }),
    ...(isExitCode(exitCode) && { exitCode }),
  };
}

export function parseExit(value: unknown): DialExit {
  const { code, signal } = (value ?? {}) as Record<string, unknown>;
  return {
    code: isExitCode(code) ? code : null,
    signal: typeof signal === 'string' && /^SIG[A-Z0-9]{1,8}$/.test(signal) ? signal : null,
  };
}

function isExitCode(code: unknown): code is number {
  return Number.isInteger(code) && (code as number) >= 0 && (code as number) <= 255;
}
