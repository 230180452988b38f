/**
 * `help manual`: shows the manual page of this build, even if the package manager has not installed
 * it.
 */
import { join } from 'node:path';
import { EXIT, UserError } from '../platform/errors.ts';

/** @throws UserError if there is no man(1) */
export async function showManual(): Promise<number> {
  const { execa } = await import('../platform/execa.ts');
  const page = join(__dirname, 'codex-sessions.1');
  const { exitCode, signal } = await execa('man', [page], { stdio: 'inherit', reject: false });
  if (exitCode === undefined && signal === undefined)
    throw new UserError(
      'there is no man to show the manual with',
      `Install it (man-db or mandoc), or read ${page}.`,
    );
  return exitCode ?? EXIT.failure;
}
