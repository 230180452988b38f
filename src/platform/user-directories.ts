/** The user's directories, without loading `node:os` (1 ms) where the environment says them. */
import { isAbsolute, resolve } from 'node:path';

/** `/` where nobody knows one, as for login(1): a user without an entry, in a container. */
export function homeDirectory(env: NodeJS.ProcessEnv = process.env): string {
  const { HOME: home } = env;
  if (home && isAbsolute(home)) return resolve(home);
  try {
    return process.getBuiltinModule('node:os').userInfo().homedir || '/';
  } catch {
    return '/';
  }
}

/** As `os.tmpdir()`, of this environment. */
export function temporaryDirectory(env: NodeJS.ProcessEnv = process.env): string {
  const dir = env.TMPDIR || env.TMP || env.TEMP || '/tmp';
  return dir.length > 1 && dir.endsWith('/') ? dir.slice(0, -1) : dir;
}
