/** Finds which Codex to run. */
import { type Stats, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { isProgram } from '../platform/programs.ts';
import { homeDirectory } from '../platform/user-directories.ts';
import { cachedProbe } from './probe-cache.ts';
import { isCodexItself, npmVersion } from './program-kind.ts';

/**
 * The path of the program to run, or undefined if there is none: `CODEX_SESSIONS_CODEX`, else
 * `command` (from the configuration), else `codex`. A name without a slash is looked up on the
 * `PATH` of `env`; a path is relative to `cwd`. Symbolic links are not resolved: those of version
 * managers lead to one program that looks at the name it was called by.
 */
export function findCodex(wanted: Wanted): string | undefined {
  return candidates(wanted).find(isProgram);
}

/** If {@link findCodex} finds none: the file that it would be if it were executable. */
export function unrunnableCodex(wanted: Wanted): string | undefined {
  return candidates(wanted).find((path) => statOf(path)?.isFile());
}

interface Wanted {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly command?: string | undefined;
}

function candidates({ env, cwd, command }: Wanted): string[] {
  const wanted = env.CODEX_SESSIONS_CODEX || command || 'codex';
  const path = wanted.startsWith('~/') ? join(homeDirectory(env), wanted.slice(2)) : wanted;
  if (path.includes('/')) return [resolve(cwd, path)];
  // An empty entry means the working directory, as in a shell.
  return (env.PATH ?? '')
    .split(delimiter)
    .map((directory) => join(isAbsolute(directory) ? directory : resolve(cwd, directory), path));
}

/** Undefined also if a parent is a file (ENOTDIR) or not accessible (EACCES). */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

/**
 * The version of `binary`, if it is known without running it: from the npm package that contains
 * it, or from an earlier probe. Unknown for a program that starts Codex, such as a version
 * manager's shim.
 */
export function installedVersion(binary: string, cacheDir: string): string | undefined {
  const known = npmVersion(binary);
  // A version before 0.2 also cached probes of such programs.
  if (known !== undefined || !isCodexItself(binary)) return known;
  return cachedProbe({ binary }, cacheDir)?.version;
}
