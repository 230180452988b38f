/**
 * What Node runs under `--build-snapshot` to make the startup snapshot (startup/snapshot-builder.ts).
 * It has the whole program; libraries in files of their own are read when needed, as without it.
 */
import { startupSnapshot } from 'node:v8';
import { loader } from '../startup/code-cache.ts';

let making = true;
// Compiled code is kept in files for what is loaded later on; the snapshot has the rest.
const load = loader(require, () => !making, '-snapshot');
const program = load('./cli-main.js') as typeof import('../cli/main.ts');

startupSnapshot.setDeserializeMainFunction(() => {
  making = false;
  program.start();
});
void program.warmUp().then(() => {
  // For Node's one timer the limits that were taken back are still to come, in the snapshot too, and
  // what is later than they would never be over (take-back.ts). A short one sets it anew.
  setTimeout(() => {}, 1);
});
