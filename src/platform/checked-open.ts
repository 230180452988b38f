/**
 * Opens files of which something must be true. What is believed is what was opened: kind, owner and mode
 * are asked of the descriptor that is then read, as a path may lead to another user's file a moment later.
 * Nothing is waited for: opening a FIFO would wait for its other end.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { basename } from 'node:path';
import { errorCode, UserError } from './errors.ts';
import { isTrusted } from './ownership.ts';

const { O_APPEND, O_CREAT, O_DIRECTORY, O_NOCTTY, O_NOFOLLOW, O_NONBLOCK } = constants;
const { O_RDONLY, O_WRONLY } = constants;
const OTHERS = 0o077;

/** For reading, without waiting, and without making a terminal the controlling one. */
export const READ_FLAGS = O_RDONLY | O_NONBLOCK | O_NOCTTY;

export interface OpenDirectory {
  readonly fd: number;
  /** On Linux it means this directory, even after it was moved; elsewhere it is its path. */
  readonly path: string;
}

/** @throws UserError for anything but a regular file; the system's errors. */
export function openRegular(path: string, flags = READ_FLAGS, mode?: number): number {
  return openChecked(path, flags, mode, (stat) => {
    if (!stat.isFile()) throw notRegular(path);
    // In our own directories links are not followed, and nothing may belong to another user.
    if ((flags & O_NOFOLLOW) !== 0 && !isTrusted(stat))
      throw new UserError(`${path} belongs to another user`, 'Remove it.');
  });
}

export function notRegular(path: string): UserError {
  return new UserError(`${path} is not a regular file`, 'Remove it, or move it away.');
}

/** A socket cannot be opened, nor can a FIFO without a reader. */
export function asNotRegular(error: unknown, path: string): unknown {
  return errorCode(error) === 'ENXIO' ? notRegular(path) : error;
}

/** The text of a regular file, also behind a link. @throws as {@link openRegular} */
export function readRegular(path: string): string {
  return read(openRegular(path));
}

/** The text of a file in a directory of our own. @throws as {@link openRegular}; ELOOP for a link */
export function readOwn(path: string): string {
  return read(openRegular(path, READ_FLAGS | O_NOFOLLOW));
}

/** A file in a directory of our own, created where there is none. @throws as {@link readOwn} */
export function openToAppend(path: string): number {
  return openRegular(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600);
}

/** Ours, and not open to others. */
export function isPrivate({ uid, mode }: Pick<Stats, 'uid' | 'mode'>): boolean {
  return uid === process.getuid?.() && (mode & OTHERS) === 0;
}

/**
 * To be closed by the caller. A last part that is a link is refused unless `links` is `followed`.
 * @throws the system's error, or one that says that it is not what it should be
 */
export function openPrivateDirectory(
  path: string,
  links: 'refused' | 'followed' = 'refused',
): OpenDirectory {
  const flags = O_RDONLY | O_DIRECTORY | (links === 'refused' ? O_NOFOLLOW : 0);
  const fd = openPrivate(path, flags, (stat) => stat.isDirectory());
  return { fd, path: process.platform === 'linux' ? `/proc/self/fd/${fd}` : path };
}

/** A regular file, to be read and closed by the caller. @throws as {@link openPrivateDirectory} */
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

/** @param check throws for what is not to be opened */
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
