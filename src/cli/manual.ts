/**
 * `help manual`: shows the manual page of this build, even if the package manager has not installed
 * it.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { EXIT, UserError } from '../platform/errors.ts';

/** @throws UserError if there is no man(1) */
export function showManual(): number {
  const page = join(__dirname, 'codex-sessions.1');
  const { error, status } = spawnSync('man', [page], { stdio: 'inherit' });
  if (error)
    throw new UserError(
      'there is no man to show the manual with',
      `Install it (man-db or mandoc), or read ${page}.`,
    );
  return status ?? EXIT.failure;
}
