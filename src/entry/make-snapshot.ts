/** Entry point of the process that makes the startup snapshot, started by the supervisor. */
import { setPriority } from 'node:os';
import { messageOf } from '../platform/errors.ts';
import { makeSnapshot } from '../startup/snapshot-builder.ts';
import { thisOrigin } from '../startup/snapshot-location.ts';
import { statePaths } from '../store/paths.ts';

/** Of at most 19: everything else is more urgent. */
const NICENESS = 10;

try {
  setPriority(NICENESS);
} catch {
  // Run at normal priority.
}
process.umask(0o077);
makeSnapshot(statePaths().cache, thisOrigin()).catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
});
