/**
 * Paths of all files. Unlike `XDG_RUNTIME_DIR`, the state directory survives logout, the cleaning of /tmp
 * and `su`; it is refused unless it is private.
 */
import { lstatSync, mkdirSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { errorCode, UserError } from '../platform/errors.ts';
import { isOurs } from '../platform/ownership.ts';
import { privately } from '../platform/private-files.ts';
import { sha256 } from '../platform/sha256.ts';
import { fitsAddress } from '../platform/socket-address.ts';
import { homeDirectory, temporaryDirectory } from '../platform/user-directories.ts';
import {
  adviceOnOthers,
  needHome,
  type Place,
  refuseForeignPlace,
  whoseIsInTheWay,
} from './foreign-home.ts';
import { statePlace } from './state-directory.ts';

export interface StatePaths extends Place {
  readonly socket: string;
  /** Directory with one small JSON file per session. */
  readonly records: string;
  readonly log: string;
  /** The sessions' SSH_AUTH_SOCK links. */
  readonly agents: string;
  /** Directory with one small file per terminal, see store/terminal-history.ts. */
  readonly terminals: string;
  /** Prefix of the numbered lock links, see store/lock.ts. */
  readonly lock: string;
  /** See store/guard-link.ts. */
  readonly guard: string;
  /** See store/meant-end.ts. */
  readonly meantEnd: string;
  /** See store/last-kill.ts. */
  readonly lastKill: string;
  /** What can be recreated: facts about Codex binaries (codex/), the startup snapshot (startup/). */
  readonly cache: string;
  /** The colours that terminals last reported, see store/terminal-colors.ts. */
  readonly colors: string;
  /** See store/preview-setting.ts. */
  readonly preview: string;
}

export function statePaths(env: NodeJS.ProcessEnv = process.env): StatePaths {
  const place = statePlace(env);
  const { dir } = place;
  return {
    ...place,
    home: homeDirectory(env),
    homeOfPasswd: !isAbsolute(env.HOME ?? ''),
    socket: socketPath(dir),
    records: join(dir, 'sessions'),
    log: join(dir, 'supervisor.log'),
    agents: join(dir, 'agents'),
    terminals: join(dir, 'terminals'),
    lock: join(dir, 'supervisor.lock'),
    guard: join(dir, 'supervisor.guard'),
    meantEnd: join(dir, 'supervisor.ended'),
    lastKill: join(dir, 'last-kill.json'),
    cache: join(dir, 'cache'),
    colors: join(dir, 'terminal-colors.json'),
    preview: join(dir, 'preview.json'),
  };
}

function socketPath(dir: string): string {
  const plain = join(dir, 'supervisor.sock');
  // Outside Linux the path must be shorter; macOS's temporary directory is the user's own.
  if (fitsAddress(plain) || process.platform === 'linux') return plain;
  const short = sha256(dir).slice(0, 16);
  return join(temporaryDirectory(), `codex-sessions-${process.getuid?.() ?? 0}`, `${short}.sock`);
}

/**
 * Creates the state directory, or checks that it is private.
 * @throws UserError as {@link ensurePrivateDirectory}; or when it would be in another user's home
 */
export function ensureStateDirectory(paths: StatePaths): void {
  refuseForeignPlace(paths);
  needHome(paths);
  makePrivateDirectory(paths.dir, () => whoseIsInTheWay(paths));
  checkPrivateDirectory(paths.dir, adviceOnOthers(paths));
}

/**
 * Creates a private directory, or checks that it is one.
 * @throws UserError when it cannot be created, or is a link, another user's, or open to others
 */
export function ensurePrivateDirectory(dir: string): void {
  makePrivateDirectory(dir);
  checkPrivateDirectory(dir);
}

function makePrivateDirectory(dir: string, why: () => UserError | undefined = () => undefined) {
  try {
    privately(() => makeDirectory(dir));
  } catch (error) {
    const code = errorCode(error);
    throw (
      (isForbidden(code) && why()) ||
      new UserError(
        `cannot make the directory ${dir} (${code})`,
        'Set CODEX_SESSIONS_DIR to a directory that you can write.',
      )
    );
  }
}

function isForbidden(code: string | undefined): boolean {
  return code === 'EACCES' || code === 'EPERM';
}

/**
 * Creates missing parents one by one: Node's recursive mkdir never returns below a directory such as
 * `/proc`, and reports ENOENT on a read-only file system.
 */
function makeDirectory(dir: string, parentsToo = true): void {
  try {
    mkdirSync(dir, { mode: 0o700 });
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || !parentsToo) throw error;
    makeDirectory(dirname(dir));
    makeDirectory(dir, false);
  }
}

/**
 * Whether there is a state directory. To be called before reading from it or connecting to its socket.
 * @throws UserError as {@link ensureStateDirectory}
 */
export function hasPrivateState(paths: StatePaths): boolean {
  refuseForeignPlace(paths);
  try {
    checkPrivateDirectory(paths.dir, adviceOnOthers(paths));
    const place = dirname(paths.socket);
    if (place !== paths.dir) checkPrivateDirectory(place);
    refusePlanted(paths);
    return true;
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return false;
    if (code === undefined) throw error;
    throw (isForbidden(code) && whoseIsInTheWay(paths)) || unreachable(paths.dir, code);
  }
}

/** Refuses files that others created while the directory was open to them, or that root's programs left. */
function refusePlanted({ log, records, agents, terminals, cache }: StatePaths): void {
  for (const path of [log, records, agents, terminals, cache]) {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (!stat) continue;
    const what = path === log ? 'a regular file' : 'a directory';
    const isWhat = path === log ? stat.isFile() : stat.isDirectory();
    if (isWhat && isOurs(stat)) continue;
    const why = isWhat
      ? 'belongs to another user'
      : stat.isSymbolicLink()
        ? 'is a link'
        : `is not ${what}`;
    throw new UserError(
      `${path} ${why}`,
      'Remove it, or set CODEX_SESSIONS_DIR to a directory of your own.',
    );
  }
}

function unreachable(dir: string, code: string): UserError {
  return new UserError(
    `cannot use the directory ${dir} (${code})`,
    'Set CODEX_SESSIONS_DIR to a directory of your own.',
  );
}

/** @throws UserError as {@link ensurePrivateDirectory}; the system's error, such as ENOENT */
export function checkPrivateDirectory(
  dir: string,
  aboutOthers = 'Set CODEX_SESSIONS_DIR to a directory of your own.',
): void {
  const stat = lstatSync(dir);
  const refuse = (why: string, hint: string) => new UserError(`${dir} ${why}`, hint);
  if (!stat.isDirectory())
    throw refuse(
      stat.isSymbolicLink() ? 'is a link, not a directory' : 'is not a directory',
      'Set CODEX_SESSIONS_DIR to a directory, or move away what is in its place.',
    );
  if (!isOurs(stat)) throw refuse('belongs to another user', aboutOthers);
  if ((stat.mode & 0o077) !== 0)
    throw refuse('is open to other users', `Close it: chmod 700 '${dir}'`);
}
