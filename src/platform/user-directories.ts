/** The user's directories; from the environment if possible, as loading `node:os` takes 1 ms. */
import { isAbsolute, resolve } from 'node:path';

/**
 * HOME if it is an absolute path, otherwise the directory in passwd. As in login(1), `/` for a user
 * without an entry in passwd, as in some containers.
 */
export function homeDirectory(env: NodeJS.ProcessEnv = process.env): string {
  const { HOME: home } = env;
  if (home && isAbsolute(home)) return resolve(home);
  try {
    return process.getBuiltinModule('node:os').userInfo().homedir || '/';
  } catch {
    return '/';
  }
}

/** Variables with a path that is used by the supervisor, or by a program in another directory. */
const PATHS = ['CODEX_HOME', 'CODEX_SQLITE_HOME', 'SSH_AUTH_SOCK', 'TMPDIR'];

/**
 * Makes relative paths in these variables absolute, in place; not if there is no working directory.
 */
export function anchorPaths(env: NodeJS.ProcessEnv): void {
  for (const name of PATHS) {
    const path = env[name];
    if (!path || isAbsolute(path)) continue;
    try {
      env[name] = resolve(path);
    } catch {
      // The working directory has been deleted.
    }
  }
}

/** As `os.tmpdir()`, from `env`. */
export function temporaryDirectory(env: NodeJS.ProcessEnv = process.env): string {
  const dir = env.TMPDIR || env.TMP || env.TEMP || '/tmp';
  return dir.length > 1 && dir.endsWith('/') ? dir.slice(0, -1) : dir;
}
