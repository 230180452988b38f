/** The context of a command: its project, its terminal, and whether it runs inside a session. */

import { readlinkSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { isatty } from 'node:tty';
import { displayName, type SessionScan, typedName } from '../../client/index.ts';
import { usageError } from '../../platform/errors.ts';
import { homeDirectory } from '../../platform/user-directories.ts';
import { parseFullName } from '../../store/names.ts';
import { isUnderVersionControl, type Project, projectAt, projectOf } from '../../store/project.ts';
import { isDialed } from '../../terminal/far-terminal.ts';
import { keyLabel } from '../../terminal/key-names.ts';
import { colorWanted, print, printExactly, say, terminalWidth } from '../../terminal/output.ts';
import { safeText } from '../../terminal/safe-text.ts';
import type { ListOptions } from '../../ui/list.ts';

export { displayName, typedName };

/**
 * The project of the working directory. Never fails: a project that was deleted under the user's
 * shell still has sessions, which the user may want to list or kill, and those of other projects
 * can be reached from anywhere.
 */
export function here(env: NodeJS.ProcessEnv = process.env): Project {
  try {
    return withReach(projectOf(process.cwd()), env);
  } catch {
    const { PWD } = env;
    return projectAt(deletedDirectory() ?? (PWD && isAbsolute(PWD) ? PWD : '/'));
  }
}

/**
 * The working directory that was deleted, as Linux remembers it (proc(5)). The shell of the launcher may
 * have emptied PWD: dash does.
 */
function deletedDirectory(): string | undefined {
  try {
    const path = readlinkSync('/proc/self/cwd');
    return path.endsWith(DELETED) ? path.slice(0, -DELETED.length) : undefined;
  } catch {
    return undefined;
  }
}

const DELETED = ' (deleted)';

/**
 * A user who comes over ssh is in the home directory, and means any session of the machine; so does
 * `HOST/NAME`.
 */
function withReach(project: Project, env: NodeJS.ProcessEnv): Project {
  if (isDialed()) return { ...project, reachesAll: true };
  const overSsh = Boolean(env.SSH_CONNECTION || env.SSH_TTY);
  return overSsh && !isUnderVersionControl(project) ? { ...project, reachesAll: true } : project;
}

/** The format of a list for this standard output. */
export function listOptions({ full = false, wide = false } = {}): ListOptions {
  return {
    full,
    wide,
    width: terminalWidth(),
    color: colorWanted(),
    now: Date.now(),
    home: homeDirectory(),
    current: process.env.CODEX_SESSIONS_SESSION,
  };
}

/** Exact for a script, made safe for a terminal. */
export function printName({ fullName }: { readonly fullName: string }): void {
  if (isatty(1)) print(safeText(fullName));
  else printExactly(fullName);
}

/** @throws UserError (usage) inside a session, whose detach and switch keys would conflict */
export async function refuseNesting(
  nest: boolean,
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const outer = env.CODEX_SESSIONS_SESSION;
  if (!outer || nest) return;
  const name = parseFullName(outer);
  const { loadConfig } = await import('../../store/config.ts');
  const key = keyLabel((await loadConfig(env, here(env))).switchKey);
  throw usageError(
    `this terminal is inside the session ${name ? displayName(name) : safeText(outer)}`,
    `${key ? `${key} switches to another session; ` : ''}--nest opens one inside this one all the same.`,
  );
}

/** Reports record files that could not be read and are left as they are. */
export function sayUnknown({ later, unreadable }: SessionScan['unknown']): void {
  for (const path of later) say(`By a later version of codex-sessions, and left alone: ${path}`);
  for (const path of unreadable) say(`Cannot be read, and left alone: ${path}`);
}
