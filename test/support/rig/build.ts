/**
 * Tests of the built command need an up-to-date build. `npm test` builds before; this is for
 * `vitest` alone. The new files are moved in at the end, so that another run of tests in the same
 * tree never sees a directory without them.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { repository } from '../repository.ts';
import { makeTestSnapshot } from './snapshot.ts';

const dist = join(repository, 'dist');

function newestMs(path: string): number {
  if (!existsSync(path)) return 0;
  const files = readdirSync(path, { recursive: true, withFileTypes: true });
  const times = files
    .filter((file) => file.isFile())
    .map((file) => statSync(join(file.parentPath, file.name)).mtimeMs);
  return Math.max(0, ...times);
}

function isFresh(): boolean {
  const entries = ['cli.js', 'supervisor.js', 'codex-sessions.1'].map((name) => join(dist, name));
  entries.push(join(repository, 'THIRD-PARTY-NOTICES'));
  if (!entries.every((file) => existsSync(file))) return false;
  const builtMs = Math.min(...entries.map((file) => statSync(file).mtimeMs));
  return builtMs >= newestMs(join(repository, 'src'));
}

/** Set where the build failed; the environment is what the workers get from here. */
const ERROR_VARIABLE = 'CODEX_SESSIONS_TEST_BUILD_ERROR';

/** @throws if the tree did not build: the present command is not the one to be tested */
export function requireBuild(): void {
  const error = process.env[ERROR_VARIABLE];
  if (error !== undefined) throw new Error(`the command could not be built\n${error}`);
}

/** Vitest calls it once, before the first test file. Only tests of the command need it. */
export async function setup(): Promise<void> {
  await build();
  if (process.env[ERROR_VARIABLE] === undefined) makeTestSnapshot();
}

async function build(): Promise<void> {
  if (isFresh()) return;
  const fresh = join(repository, 'node_modules', '.cache', `dist-${process.pid}`);
  const built = await execa('npx', ['tsup', '--silent', '--out-dir', fresh], {
    cwd: repository,
    reject: false,
  });
  if (built.failed) {
    process.env[ERROR_VARIABLE] = built.stderr;
    return;
  }
  mkdirSync(dist, { recursive: true });
  // Chunks before the entries that name them.
  const names = readdirSync(fresh).sort((a) => (/^(cli|supervisor)\.js$/.test(a) ? 1 : -1));
  for (const name of names) renameSync(join(fresh, name), join(dist, name));
  rmSync(fresh, { recursive: true, force: true });
}
