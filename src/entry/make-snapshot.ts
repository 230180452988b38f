/** Run by the supervisor, beside it: makes the snapshot that commands start from. */
import { setPriority } from 'node:os';
import { messageOf } from '../errors.ts';
import { statePaths } from '../paths.ts';
import { makeSnapshot } from '../snapshot/make.ts';
import { thisOrigin } from '../snapshot/place.ts';

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
