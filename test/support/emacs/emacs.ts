/** Emacs, as a test needs it: in batch, with this tree's package. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { repository } from '../repository.ts';

/** The package of this tree. */
export const PACKAGE = join(repository, 'emacs');
const TESTS = join(repository, 'test', 'emacs');

/** Longer than the waits of all tests in a file. */
const BATCH_MS = 200_000;

export interface BatchOptions {
  env?: Readonly<Record<string, string>>;
  cwd?: string;
}

/** Runs Emacs in batch. @returns all that it printed. @throws with that if it fails */
export async function emacsBatch(
  args: readonly string[],
  { env, cwd = repository }: BatchOptions = {},
): Promise<string> {
  const { all } = await execa('emacs', ['--batch', '-L', PACKAGE, ...args], {
    all: true,
    cwd,
    stdin: 'ignore',
    timeout: BATCH_MS,
    ...(env && { env, extendEnv: false }),
  });
  return all;
}

/** The names of the ERT tests in a file of test/emacs. */
export function ertTests(file: string): string[] {
  const source = readFileSync(join(TESTS, `${file}.el`), 'utf8');
  return [...source.matchAll(/^\(ert-deftest (\S+)/gm)].map(([, name = '']) => name);
}

/** Runs ERT tests of a file in test/emacs: all of them, or the one of this name. */
export async function runErt(file: string, name?: string, options?: BatchOptions): Promise<string> {
  const selector = name === undefined ? 't' : `(quote ${name})`;
  const run = `(ert-run-tests-batch-and-exit ${selector})`;
  return await emacsBatch(['-L', TESTS, '-l', join(TESTS, file), '--eval', run], options);
}
