/**
 * What is believed is what was opened: owner and mode are asked of a descriptor, and what it leads to
 * is what is read then. A path may lead to somebody else's a moment after it was looked at.
 */
import { closeSync, constants, fstatSync, openSync, type Stats } from 'node:fs';
import { basename } from 'node:path';

const { O_DIRECTORY = 0, O_NOFOLLOW = 0, O_NONBLOCK = 0, O_RDONLY } = constants;
const OTHERS = 0o077;

export interface OpenDirectory {
  readonly fd: number;
  /** On Linux it means this directory, wherever that has gone; elsewhere it is its path. */
  readonly path: string;
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
  const fd = openSync(path, O_RDONLY | O_DIRECTORY | (links === 'refused' ? O_NOFOLLOW : 0));
  closeUnless(fd, path, (stat) => stat.isDirectory());
  return { fd, path: process.platform === 'linux' ? `/proc/self/fd/${fd}` : path };
}

/**
 * A regular file, to be read; to be closed by the caller. Neither follows a link nor waits for a pipe.
 * @throws as {@link openPrivateDirectory}
 */
export function openPrivateFile(path: string): number {
  const fd = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  closeUnless(fd, path, (stat) => stat.isFile());
  return fd;
}

function closeUnless(fd: number, path: string, isOfTheKind: (stat: Stats) => boolean): void {
  const stat = fstatSync(fd);
  if (isOfTheKind(stat) && isPrivate(stat)) return;
  closeSync(fd);
  throw new Error(`${basename(path)} is open to other users, or not of the kind that it should be`);
}
