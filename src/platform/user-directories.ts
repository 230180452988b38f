/** The user's directories; from the environment if possible, as loading `node:os` takes 1 ms. */
import { isAbsolute, resolve } from 'node:path';

/**
 * HOME if it is an absolute path, else what passwd has. As login(1), `/` for a user without an entry in passwd, as in a container.
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

/** Variables with a path that the supervisor, or a program in another directory, uses. */
const PATHS = ['CODEX_HOME', 'CODEX_SQLITE_HOME', 'SSH_AUTH_SOCK', 'TMPDIR'];

/** Makes relative paths in these variables absolute, in place; not where there is no directory. */
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
