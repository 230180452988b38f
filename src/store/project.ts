/**
 * Which project a directory belongs to. It is derived from the path alone, so nothing is stored, and a
 * session is found by its name.
 */
import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errorCode, UserError } from '../platform/errors.ts';
import { sha256 } from '../platform/sha256.ts';

export interface Project {
  /** Real path of the project's top directory. */
  readonly root: string;
  /** Base name of the root, as it is on disk (any character but `/` and NUL). */
  readonly name: string;
  /** First 8 hex digits of SHA-256 of the root: tells projects of one name apart. */
  readonly hash: string;
}

const MARKERS = ['.git', '.jj', '.hg', '.svn'];

/** The nearest ancestor that a version control system marks, else the directory itself. */
export function projectOf(directory: string): Project {
  const start = realDirectory(directory);
  for (let at = start; ; at = dirname(at)) {
    if (MARKERS.some((marker) => existsSync(join(at, marker)))) return projectAt(at);
    if (dirname(at) === at) return projectAt(start);
  }
}

export function projectAt(root: string): Project {
  const hash = sha256(root).slice(0, 8);
  return { root, name: basename(root) || 'root', hash };
}

function realDirectory(directory: string): string {
  try {
    return realpathSync(directory);
  } catch (error) {
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
