/**
 * The user's working directory, which may have been deleted, or have a name that Node cannot
 * represent.
 */
import { existsSync } from 'node:fs';
import { UserError } from './errors.ts';
import { isMangled } from './utf8-check.ts';

/** @throws UserError when there is none, or its path is not UTF-8 */
export function workingDirectory(): string {
  let directory: string;
  try {
    directory = process.cwd();
  } catch {
    throw new UserError(
      'the working directory has been deleted',
      'Go to a directory that exists, or name one with -C DIR.',
    );
  }
  refuseMangled(directory);
  return directory;
}

/** For looking up programs: the root directory if there is no working directory. */
export function lookupDirectory(): string {
  try {
    return workingDirectory();
  } catch {
    return '/';
  }
}

/** @throws UserError for a path that is not UTF-8 */
export function refuseMangled(directory: string): void {
  if (isMangled(directory, existsSync))
    throw new UserError(
      `the path of the directory ${directory} is not UTF-8`,
      'Rename it (convmv can), or start in another one: -C DIR.',
    );
}
