/**
 * Questions, asked with inquirer. Loading it takes longer than everything else a command does, so
 * it is loaded when there is something to ask.
 */
import { UserError } from '../errors.ts';
import { shortName } from '../names.ts';
import type { SessionInfo } from '../protocol/messages.ts';
import { safeText } from '../safe-text.ts';
import { since, stateOf } from './session-text.ts';

/** What a shell reports for a program that Ctrl-C has ended. */
const INTERRUPTED = 130;

async function ask<T>(
  question: (inquirer: typeof import('./inquirer.ts')) => Promise<T>,
): Promise<T> {
  try {
    return await question(await import('./inquirer.ts'));
  } catch (error) {
    // Ctrl-C; inquirer says so with an error of this name, whichever copy of the class it is.
    if (error instanceof Error && error.name === 'ExitPromptError')
      throw new UserError('nothing was done', undefined, INTERRUPTED);
    throw error;
  }
}

/** @param validate true, or a line that says what is wrong */
export function askName(
  suggestion: string,
  validate: (name: string) => true | string,
): Promise<string> {
  return ask(({ input }) =>
    input({
      message: 'Session name:',
      default: suggestion,
      validate: (text) => validate(text.trim() || suggestion),
    }),
  ).then((text) => text.trim());
}

/** Enter alone says no. */
export function confirm(message: string): Promise<boolean> {
  return ask((inquirer) => inquirer.confirm({ message, default: false }));
}

/** One of them. */
export function chooseOne<T>(
  message: string,
  choices: readonly { readonly name: string; readonly value: T }[],
): Promise<T> {
  return ask(({ select }) => select({ message, choices }));
}

/** Any number of them, none too. */
export function choose(
  message: string,
  sessions: readonly SessionInfo[],
  now: number = Date.now(),
): Promise<SessionInfo[]> {
  const choices = sessions.map((session) => ({
    name: `${safeText(shortName(session))}  ${safeText(stateOf(session, now).text)}, active ${since(session.lastActivityAt, now)} ago`,
    short: safeText(shortName(session)),
    value: session,
  }));
  return ask(({ checkbox }) => checkbox({ message, choices, pageSize: 15 }));
}
