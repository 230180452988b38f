// @ts-check
/**
 * Makes a startup snapshot of the built command, as a supervisor does, in a state directory of its own:
 * tests and measurements set CODEX_SESSIONS_SNAPSHOT to it.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** On an idle machine it takes a second. */
const LIMIT_MS = 120_000;

/**
 * @param {string} repository with a build
 * @param {string} place a directory; what an earlier run left there is used again if it still fits
 * @returns {string} for CODEX_SESSIONS_SNAPSHOT
 */
export function snapshotOf(repository, place) {
  const state = join(place, 'state');
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const env = { ...process.env, CODEX_SESSIONS_DIR: state };
  const maker = join(repository, 'dist', 'make-snapshot.js');
  execFileSync(process.execPath, [maker], { env, stdio: 'pipe', timeout: LIMIT_MS });
  return join(state, 'cache', 'snapshot');
}
