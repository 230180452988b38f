/** The user's directories; from the environment if possible, as loading `node:os` takes 1 ms. */
import { isAbsolute, resolve } from 'node:path';

/** As login(1), `/` for a user without an entry in passwd, as in a container. */
export function homeDirectory(env: NodeJS.ProcessEnv = process.env): string {
  const { HOME: home } = env;
  if (home && isAbsolute(home)) return resolve(home);
  try {
    return process.getBuiltinModule('node:os').userInfo().homedir || '/';
  } catch {
    return '/';
  }
}

/** As `os.tmpdir()`, from `env`. */
export function temporaryDirectory(env: NodeJS.ProcessEnv = process.env): string {
  const dir = env.TMPDIR || env.TMP || env.TEMP || '/tmp';
  return dir.length > 1 && dir.endsWith('/') ? dir.slice(0, -1) : dir;
}
