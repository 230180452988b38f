/**
 * An error that the user can act on is a {@link UserError}; only `cli/main.ts` turns it into two lines and
 * an exit code.
 */

/** The documented exit codes (README, "Exit codes"). */
export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  noSuchSession: 3,
  ambiguousName: 4,
  codexNotFound: 5,
  notReady: 6,
  timeLimit: 7,
  /** It is unknown whether what was typed has arrived. */
  maybeTyped: 8,
} as const;

export class UserError extends Error {
  /** What to do about it, in one line. */
  readonly hint: string | undefined;
  readonly exitCode: number;

  constructor(message: string, hint?: string, exitCode: number = EXIT.failure) {
    super(message);
    this.name = 'UserError';
    this.hint = hint;
    this.exitCode = exitCode;
  }
}

export function usageError(message: string, hint: string): UserError {
  return new UserError(message, hint, EXIT.usage);
}

/** The `code` of a system error (`ENOENT`…); undefined for anything else. */
export function errorCode(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : undefined;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What to do about system errors, wherever they come from. */
const ADVICE: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full: make room and try again.',
  EDQUOT: 'Your quota is used up: make room and try again.',
  EROFS: 'The file system is read-only: set CODEX_SESSIONS_DIR to a directory that you can write.',
  EACCES: 'Look at the permissions of that path.',
  EMFILE: 'Too many files are open: close some, or raise "ulimit -n".',
  ENFILE: 'Too many files are open on this machine.',
};

export function adviceFor(code: string | undefined): string | undefined {
  return code === undefined ? undefined : ADVICE[code];
}
