/**
 * Opens what must be a regular file. In its place may lie anything: to open a FIFO waits for whoever is
 * at its other end, and a device may never come to an end of what it gives. So nothing is waited for, and
 * what has been opened is asked what it is, not its path.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { errorCode, UserError } from './errors.ts';
import { isTrusted } from './ownership.ts';

const { O_APPEND, O_CREAT, O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/** For reading; without the wait, and a terminal becomes nobody's. */
export const READ_FLAGS = O_RDONLY | O_NONBLOCK | O_NOCTTY;

/** @throws UserError for anything but a regular file; the system's errors. */
export function openRegular(path: string, flags = READ_FLAGS, mode?: number): number {
  const fd = openNow(path, flags, mode);
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw notRegular(path);
    // Links are not followed in our own directories; nor is anything there somebody else's.
    if ((flags & O_NOFOLLOW) !== 0 && !isTrusted(stat))
      throw new UserError(`${path} belongs to another user`, 'Remove it.');
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

export function notRegular(path: string): UserError {
  return new UserError(`${path} is not a regular file`, 'Remove it, or move it away.');
}

/** A socket cannot be opened, nor can a FIFO that nobody reads from. */
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

/** A file in a directory of our own, made where there is none. @throws as {@link readOwn} */
export function openToAppend(path: string): number {
  return openRegular(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600);
}

function read(fd: number): string {
  try {
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}
