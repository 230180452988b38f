/** Where the state directory is, or would be. */
import { isAbsolute, join } from 'node:path';
import { UserError } from '../platform/errors.ts';
import { homeDirectory } from '../platform/user-directories.ts';

export interface StatePlace {
  readonly dir: string;
  /** The variable that determines it. */
  readonly from: 'CODEX_SESSIONS_DIR' | 'XDG_STATE_HOME' | 'HOME';
}

/** @throws UserError when CODEX_SESSIONS_DIR is not absolute */
export function statePlace(env: NodeJS.ProcessEnv): StatePlace {
  const own = env.CODEX_SESSIONS_DIR;
  if (own) {
    if (isAbsolute(own)) return { dir: own, from: 'CODEX_SESSIONS_DIR' };
    throw new UserError(
      `CODEX_SESSIONS_DIR is not an absolute path: ${own}`,
      'Set it to a path that starts with /.',
    );
  }
  const xdg = env.XDG_STATE_HOME;
  if (xdg && isAbsolute(xdg)) return { dir: join(xdg, 'codex-sessions'), from: 'XDG_STATE_HOME' };
  return { dir: join(homeDirectory(env), '.local', 'state', 'codex-sessions'), from: 'HOME' };
}
