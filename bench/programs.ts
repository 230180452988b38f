/** What must not be what is measured is in C: the ends of a paste, and the program that writes. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './repository.ts';

const DIRECTORY = join(repository, '.bench', 'programs');
const compiled = new Map<string, string>();

/**
 * The path of the program, compiled once a run.
 * @throws where there is no C compiler
 */
export function program(name: 'receiver' | 'paster' | 'producer'): string {
  const known = compiled.get(name);
  if (known) return known;
  mkdirSync(DIRECTORY, { recursive: true });
  const path = join(DIRECTORY, name);
  const source = join(repository, 'bench', 'programs', `${name}.c`);
  execFileSync('cc', ['-O2', '-Wall', '-Wextra', '-Werror', '-o', path, source]);
  compiled.set(name, path);
  return path;
}
