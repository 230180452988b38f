/** Where the state directory is; apart, as it is also asked before anything else is loaded. */
import { isAbsolute, join } from 'node:path';
import { UserError } from './errors.ts';
import { homeDirectory } from './places.ts';

/** @throws UserError when the environment names one that is not absolute */
export function stateDirectory(env: NodeJS.ProcessEnv): string {
  const own = env.CODEX_SESSIONS_DIR;
  if (own) {
    if (isAbsolute(own)) return own;
    throw new UserError(
      `CODEX_SESSIONS_DIR is not an absolute path: ${own}`,
      'Set it to a path that starts with /.',
    );
  }
  const xdg = env.XDG_STATE_HOME;
  if (xdg && isAbsolute(xdg)) return join(xdg, 'codex-sessions');
  return join(homeDirectory(env), '.local', 'state', 'codex-sessions');
}

/** Of the state directory. What lies in it can be made again. */
export function cacheDirectory(dir: string): string {
  return join(dir, 'cache');
}
