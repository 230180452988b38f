/** The start-up snapshot that the commands of tests run from: made once for a whole run of them. */
import { join } from 'node:path';
import { snapshotOf } from '../../../scripts/snapshot-of.mjs';
import { repository } from '../repository.ts';

/** From the process that made it to the workers, which have its environment. */
const VARIABLE = 'CODEX_SESSIONS_TEST_SNAPSHOT';

/** What CODEX_SESSIONS_SNAPSHOT is to be; outside of a test run there is none. */
export function testSnapshot(): string {
  return process.env[VARIABLE] ?? 'none';
}

/** Only Linux has them; elsewhere the tests run without. */
export function makeTestSnapshot(
  build = repository,
  place = join(repository, 'node_modules', '.cache', 'test-snapshot'),
): void {
  if (process.platform !== 'linux') return;
  process.env[VARIABLE] = snapshotOf(build, place);
}
