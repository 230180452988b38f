/**
 * Opens files after checking them. Type, owner and mode are checked on the open descriptor, as the path
 * may lead to another user's file a moment later. Opening never blocks, as it otherwise would on a FIFO.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { basename } from 'node:path';
import { errorCode, UserError } from './errors.ts';
import { isTrusted } from './ownership.ts';

const { O_APPEND, O_CREAT, O_DIRECTORY, O_NOCTTY, O_NOFOLLOW, O_NONBLOCK } = constants;
const { O_RDONLY, O_WRONLY } = constants;
const OTHERS = 0o077;

/** For reading, without blocking, and without making a terminal the controlling one. */
export const READ_FLAGS = O_RDONLY | O_NONBLOCK | O_NOCTTY;

export interface OpenDirectory {
  readonly fd: number;
  /** On Linux a path to the open directory, valid even after it was moved; elsewhere its plain path. */
  readonly path: string;
}

/** @throws UserError for anything but a regular file; the system's errors */
export function openRegular(path: string, flags = READ_FLAGS, mode?: number): number {
  return openChecked(path, flags, mode, (stat) => {
    if (!stat.isFile()) throw notRegular(path);
    // O_NOFOLLOW means a directory of our own, in which nothing may belong to another user.
    if ((flags & O_NOFOLLOW) !== 0 && !isTrusted(stat))
      throw new UserError(`${path} belongs to another user`, 'Remove it.');
  });
}

export function notRegular(path: string): UserError {
  return new UserError(`${path} is not a regular file`, 'Remove it, or move it away.');
}

/** ENXIO: a socket cannot be opened, nor a FIFO without a reader for writing. */
export function asNotRegular(error: unknown, path: string): unknown {
  return errorCode(error) === 'ENXIO' ? notRegular(path) : error;
}

/** The text of a regular file; follows links. @throws as {@link openRegular} */
export function readRegular(path: string): string {
  return read(openRegular(path));
}

/** The text of a file in a directory of our own. @throws as {@link openRegular}; ELOOP for a link */
export function readOwn(path: string): string {
  return read(openRegular(path, READ_FLAGS | O_NOFOLLOW));
}

/** Opens a file in a directory of our own, created if it is missing. @throws as {@link readOwn} */
export function openToAppend(path: string): number {
  return openRegular(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600);
}

/** Whether it is ours and not open to others. */
export function isPrivate({ uid, mode }: Pick<Stats, 'uid' | 'mode'>): boolean {
  return uid === process.getuid?.() && (mode & OTHERS) === 0;
}

/**
 * The caller closes it. Refuses a path that is itself a link unless `links` is `followed`.
 * @throws the system's error, or one that says that it is not a private directory
 */
export function openPrivateDirectory(
  path: string,
  links: 'refused' | 'followed' = 'refused',
): OpenDirectory {
  const flags = O_RDONLY | O_DIRECTORY | (links === 'refused' ? O_NOFOLLOW : 0);
  const fd = openPrivate(path, flags, (stat) => stat.isDirectory());
  return { fd, path: process.platform === 'linux' ? `/proc/self/fd/${fd}` : path };
}

/** Opens a private regular file for reading; the caller closes it. @throws as {@link openPrivateDirectory} */
export function openPrivateFile(path: string): number {
  return openPrivate(path, READ_FLAGS | O_NOFOLLOW, (stat) => stat.isFile());
}

function openPrivate(path: string, flags: number, isOfTheKind: (stat: Stats) => boolean): number {
  return openChecked(path, flags, undefined, (stat) => {
    if (isOfTheKind(stat) && isPrivate(stat)) return;
    const name = basename(path);
    throw new Error(`${name} is open to other users, or not of the kind that it should be`);
  });
}

/** @param check throws to refuse the file */
function openChecked(
  path: string,
  flags: number,
  mode: number | undefined,
  check: (stat: Stats) => void,
): number {
  const fd = openNow(path, flags, mode);
  try {
    check(fstatSync(fd));
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function openNow(path: string, flags: number, mode: number | undefined): number {
  try {
    return openSync(path, flags | O_NONBLOCK | O_NOCTTY, mode);
  } catch (error) {
    throw asNotRegular(error, path);
  }
}

function read(fd: number): string {
  try {
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}
