/**
 * Prompts, with inquirer. Loading it takes longer than everything else a command does, so it is loaded
 * on first use.
 */
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { UserError } from '../platform/errors.ts';
import { farTerminal } from '../terminal/far-terminal.ts';
import { say } from '../terminal/output.ts';
import { safeText } from '../terminal/safe-text.ts';

/** The exit code that shells report for a program ended by Ctrl-C: 128 + SIGINT. */
const INTERRUPTED = 130;

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
    // Ctrl-C. Compared by name, as the class may exist in several copies.
    if (error instanceof Error && error.name === 'ExitPromptError')
      throw new UserError('nothing was done', undefined, INTERRUPTED);
    throw error;
  } finally {
    stdin.unpipe(input).pause();
  }
}

/**
 * From a terminal inquirer discards what was typed before the prompt was shown, which a user who knows
 * the question does; from any other stream it reads everything.
 */
function keyboard(stdin: NodeJS.ReadStream): PassThrough {
  const setRawMode = (raw: boolean) => stdin.setRawMode?.(raw);
  return stdin.pipe(Object.assign(new PassThrough(), { setRawMode }));
}

/** @param validate returns true, or a line that says what is wrong */
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

/** Enter alone means `otherwise`. */
export function confirm(message: string, otherwise = false): Promise<boolean> {
  if (farTerminal()) return confirmFar(message, otherwise);
  const asked = { message: safeText(message), default: otherwise };
  return ask((inquirer, keys) => inquirer.confirm(asked, keys));
}

/** The user is at another machine, and types a line. */
async function confirmFar(message: string, otherwise: boolean): Promise<boolean> {
  say(`${safeText(message)} ${otherwise ? '[Y/n]' : '[y/N]'}, and Enter`);
  const lines = createInterface({ input: process.stdin });
  try {
    for await (const line of lines)
      return line.trim() === '' ? otherwise : /^y(?:es)?$/i.test(line.trim());
    return false;
  } finally {
    lines.close();
    process.stdin.pause();
  }
}

export function chooseOne<T>(
  message: string,
  choices: readonly { readonly name: string; readonly value: T }[],
): Promise<T> {
  const asked = { message: safeText(message), choices };
  return ask(({ select }, keys) => select(asked, keys));
}
