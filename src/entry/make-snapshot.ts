/** Run by the supervisor, beside it: makes the snapshot that commands start from. */
import { setPriority } from 'node:os';
import { messageOf } from '../platform/errors.ts';
import { makeSnapshot } from '../startup/snapshot-builder.ts';
import { thisOrigin } from '../startup/snapshot-location.ts';
import { statePaths } from '../store/paths.ts';

/** Of 19: it is nobody's first concern. */
const NICENESS = 10;

try {
  setPriority(NICENESS);
} catch {
  // As it is, then.
}
process.umask(0o077);
makeSnapshot(statePaths().cache, thisOrigin()).catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
});
