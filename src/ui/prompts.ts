/**
 * Questions, asked with inquirer. Loading it takes longer than everything else a command does, so
 * it is loaded when there is something to ask.
 */
import { PassThrough } from 'node:stream';
import { UserError } from '../platform/errors.ts';
import type { SessionInfo } from '../protocol/messages.ts';
import { shortName } from '../store/names.ts';
import { safeText } from '../terminal/safe-text.ts';
import { type ListOptions, listRows } from './list.ts';
import { BOLD, DIM, paint } from './style.ts';

/** What a shell reports for a program that Ctrl-C has ended. */
const INTERRUPTED = 130;
/** What inquirer puts before each choice: the cursor, a circle, a blank. */
const MARK_COLUMNS = 3;

type Keys = { readonly input: NodeJS.ReadableStream };

async function ask<T>(
  question: (inquirer: typeof import('./inquirer.ts'), keys: Keys) => Promise<T>,
): Promise<T> {
  const inquirer = await import('./inquirer.ts');
  const { stdin } = process;
  const input = keyboard(stdin);
  try {
    return await question(inquirer, { input });
  } catch (error) {
    // Ctrl-C; inquirer says so with an error of this name, whichever copy of the class it is.
    if (error instanceof Error && error.name === 'ExitPromptError')
      throw new UserError('nothing was done', undefined, INTERRUPTED);
    throw error;
  } finally {
    stdin.unpipe(input).pause();
  }
}

/**
 * From a terminal inquirer drops what was typed before the question was shown, which is when a user who
 * knows the question answers it; from another stream it takes everything.
 */
function keyboard(stdin: NodeJS.ReadStream): PassThrough {
  const setRawMode = (raw: boolean) => stdin.setRawMode?.(raw);
  return stdin.pipe(Object.assign(new PassThrough(), { setRawMode }));
}

/** @param validate true, or a line that says what is wrong */
export function askName(
  suggestion: string,
  validate: (name: string) => true | string,
): Promise<string> {
  const shown = safeText(suggestion);
  return ask(({ input }, keys) =>
    input(
      {
        message: 'Session name:',
        default: shown,
        validate: (text) => validate(text.trim() || shown),
      },
      keys,
    ),
  ).then((text) => text.trim());
}

/** Enter alone says no. */
export function confirm(message: string): Promise<boolean> {
  const asked = { message: safeText(message), default: false };
  return ask((inquirer, keys) => inquirer.confirm(asked, keys));
}

/** One of them. */
export function chooseOne<T>(
  message: string,
  choices: readonly { readonly name: string; readonly value: T }[],
): Promise<T> {
  const asked = { message: safeText(message), choices };
  return ask(({ select }, keys) => select(asked, keys));
}

/** Any number of them, none too; they look as they do in `ls`. */
export function choose(
  message: string,
  sessions: readonly SessionInfo[],
  options: ListOptions,
): Promise<SessionInfo[]> {
  const { width, color } = options;
  // What is chosen has a colour of its own.
  const { heading, rows } = listRows(sessions, {
    ...options,
    width: width && Math.max(1, width - MARK_COLUMNS),
    color: false,
  });
  const choices = sessions.map((session, index) => ({
    name: rows[index] ?? '',
    short: safeText(shortName(session)),
    value: session,
  }));
  const question = (text: string, status: string) =>
    status === 'done'
      ? paint(text, BOLD, color)
      : `${paint(text, BOLD, color)}\n${' '.repeat(MARK_COLUMNS)}${paint(heading, DIM, color)}`;
  const theme = { style: { message: question } };
  return ask(({ checkbox }, keys) => checkbox({ message, choices, pageSize: 15, theme }, keys));
}
