/**
 * What Node runs under `--build-snapshot` to make the startup snapshot (startup/snapshot-builder.ts).
 * It has the whole program; libraries in files of their own are read when needed, as without it.
 */
import { startupSnapshot } from 'node:v8';
import { loader } from '../startup/code-cache.ts';

const program = loader(require)('./cli-main.js') as typeof import('../cli/main.ts');

startupSnapshot.setDeserializeMainFunction(() => program.start());
void program.warmUp().then(() => {
  // Node's one timer stays armed for limits that were cleared (platform/idle-timer.ts). Out of the
  // snapshot it never fires, nor does any later limit: a short one sets it anew.
  setTimeout(() => {}, 1);
});
