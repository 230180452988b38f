/** Makes the arguments and the environment usable, and safe to pass on. */
import { UserError, usageError } from '../platform/errors.ts';
import { anchorPaths } from '../platform/user-directories.ts';
import {
  decodableEntries,
  droppedVariables,
  notUtf8Arguments,
  notUtf8Variables,
} from '../platform/utf8-check.ts';
import { takeFarTerminal } from '../terminal/far-terminal.ts';
import { safeText } from '../terminal/safe-text.ts';

/** Without these variables we would read or write somewhere else. */
const NEEDED = /^(?:HOME|CODEX_HOME|CODEX_SESSIONS_.*|XDG_(?:STATE|CONFIG)_HOME)$/;

/** Shells set these variables themselves. */
const SHELLS_OWN = new Set(['PWD', 'OLDPWD', '_']);

/**
 * Makes paths absolute, and removes variables that are not UTF-8 ({@link droppedVariables}).
 * @throws UserError if an argument is not UTF-8, or one of the variables in {@link NEEDED}
 */
export function settle(argv: readonly string[], env: NodeJS.ProcessEnv): void {
  takeFarTerminal(env);
  anchorPaths(env);
  const [argument] = notUtf8Arguments(argv);
  if (argument !== undefined)
    throw usageError(
      `the argument ${safeText(argument)} is not UTF-8`,
      'Files can be given by another name, or in a directory of another name.',
    );
  for (const name of notUtf8Variables(env)) remove(name, env);
}

function remove(name: string, env: NodeJS.ProcessEnv): void {
  if (NEEDED.test(name))
    throw new UserError(
      `${name} is not UTF-8: ${env[name]}`,
      'Set it to a path that is, or to a link of another name.',
    );
  if (name === 'PATH') {
    env.PATH = decodableEntries(env.PATH ?? '');
    return;
  }
  delete env[name];
  if (!SHELLS_OWN.has(name)) droppedVariables.push(name);
}
