/**
 * Which project a directory belongs to. Name and hash derive from the path alone, so nothing is stored.
 */
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errorCode, UserError } from '../platform/errors.ts';
import { sha256 } from '../platform/sha256.ts';
import { refuseMangled } from '../platform/working-directory.ts';

export interface Project {
  /** Real path of the project's top directory. */
  readonly root: string;
  /** Base name of the root (any character but `/` and NUL). */
  readonly name: string;
  /** First 8 hex digits of the SHA-256 of the root: distinguishes projects of the same name. */
  readonly hash: string;
  /** A name alone also means the only session of that name in any other project. */
  readonly reachesAll?: boolean;
}

const MARKERS = ['.git', '.jj', '.hg', '.svn'];

/** False for a directory that is a project only because there is none around it. */
export function isUnderVersionControl({ root }: Project): boolean {
  return isMarked(root);
}

function isMarked(directory: string): boolean {
  return MARKERS.some((marker) => {
    const path = join(directory, marker);
    return existsSync(path) && !isEmptyDirectory(path);
  });
}

/**
 * git does not take it for a repository either: Codex 0.171 leaves one behind, in /tmp for example,
 * if its sandbox was killed.
 */
function isEmptyDirectory(path: string): boolean {
  try {
    return readdirSync(path).length === 0;
  } catch {
    // `.git` is a file, as in a worktree; or we have no permission to look.
    return false;
  }
}

/** The project of the nearest directory upwards that is under version control, else of `directory`. */
export function projectOf(directory: string): Project {
  const start = realDirectory(directory);
  for (let at = start; ; at = dirname(at)) {
    if (isMarked(at)) return projectAt(at);
    if (dirname(at) === at) return projectAt(start);
  }
}

export function projectAt(root: string): Project {
  const hash = sha256(root).slice(0, 8);
  return { root, name: basename(root) || 'root', hash };
}

/**
 * Identifies a directory wherever it is moved on its file system: its inode with its birth time, as
 * inode numbers are used again. Undefined if it does not exist, or if the file system has no birth
 * times.
 */
export function directoryId(path: string): string | undefined {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat?.isDirectory() && stat.birthtimeNs > 0n
    ? `${stat.ino}:${stat.birthtimeNs}`
    : undefined;
}

function realDirectory(directory: string): string {
  try {
    const path = realpathSync(directory);
    refuseMangled(path);
    if (statSync(path).isDirectory()) return path;
    throw new UserError(`${directory} is not a directory`, 'Name another one with -C DIR.');
  } catch (error) {
    if (error instanceof UserError) throw error;
    refuseMangled(directory);
    if (errorCode(error) === 'ENOENT')
      throw new UserError(
        `there is no directory ${directory}`,
        'Go to a directory that exists, or name one with -C DIR.',
      );
    throw new UserError(
      `cannot use the directory ${directory} (${errorCode(error)})`,
      'Name another one with -C DIR.',
    );
  }
}
