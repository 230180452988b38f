/**
 * For commands that act on several sessions, as globs allow: says which, asks, and labels the
 * output of each.
 */
import { displayName, type Selection } from '../../client/index.ts';
import { EXIT, UserError, usageError } from '../../platform/errors.ts';
import type { SessionName } from '../../store/names.ts';
import { print, say } from '../../terminal/output.ts';
import { shellWords } from '../../terminal/shell-words.ts';

/** Says what each glob stands for, before anything is done. */
export function sayMatches({ globs }: Pick<Selection, 'globs'>): void {
  for (const { glob, sessions } of globs) {
    const [first, second] = sessions;
    const count = second ? `${sessions.length} sessions: ` : '';
    if (first) say(`${glob} matches ${count}${sessions.map(displayName).join(', ')}`);
  }
}

/** Whether more sessions are meant than the user has named. */
export function isMany({ globs, sessions }: Selection): boolean {
  return globs.length > 0 && sessions.length > 1;
}

/** The error for several sessions if the user cannot be asked; `more`: what follows the names. */
export function needsYes(
  command: string,
  names: readonly string[],
  { sessions }: Selection,
  more: readonly string[] = [],
): UserError {
  return usageError(
    `${shellWords(names)} means ${sessions.length} sessions, and there is no terminal to ask in`,
    `Say that you mean it: codex-sessions ${shellWords([command, '-y', ...names, ...more])}`,
  );
}

/** Prints the name of each session above its output, as `tail` does for files. */
export class Headings {
  #isFirst = true;

  print(session: SessionName): void {
    print(`${this.#isFirst ? '' : '\n'}==> ${displayName(session)} <==`);
    this.#isFirst = false;
  }
}

/** From harmless to worst. */
const CODES: readonly number[] = [
  EXIT.ok,
  EXIT.notReady,
  EXIT.failure,
  EXIT.codexNotFound,
  EXIT.noSuchSession,
  EXIT.timeLimit,
  EXIT.maybeTyped,
  EXIT.usage,
];

/** The exit code for several sessions. */
export function worstOf(codes: readonly number[]): number {
  const ranks = codes.map((code) => CODES.indexOf(CODES.includes(code) ? code : EXIT.failure));
  return CODES[Math.max(0, ...ranks)] ?? EXIT.ok;
}

/** Runs `act` on one of several sessions; an error is printed, and becomes its exit code. */
export async function onOneOf(session: SessionName, act: () => Promise<number>): Promise<number> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const name = displayName(session);
    const message = error.message.startsWith(`${name} `)
      ? error.message.slice(name.length + 1)
      : error.message;
    say(`${name}: ${message}${error.hint ? `\n  ${error.hint}` : ''}`);
    return error.exitCode;
  }
}
