/** The process in which the supervisor has the startup snapshot made. */
import { setPriority } from 'node:os';
import { messageOf } from '../platform/errors.ts';
import { makeSnapshot } from '../startup/snapshot-builder.ts';
import { thisOrigin } from '../startup/snapshot-location.ts';
import { statePaths } from '../store/paths.ts';

/** Of 19, the lowest priority: everything else is more urgent. */
const NICENESS = 10;

try {
  setPriority(NICENESS);
} catch {
  // Then it runs at the normal priority.
}
process.umask(0o077);
makeSnapshot(statePaths().cache, thisOrigin()).catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
});
