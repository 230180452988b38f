/**
 * What Node runs under `--build-snapshot` to make the startup snapshot (startup/snapshot-builder.ts).
 * It has the whole program; libraries in files of their own are read when needed, as without it.
 */
import { startupSnapshot } from 'node:v8';
import { start, warmUp } from '../cli/main.ts';

startupSnapshot.setDeserializeMainFunction(start);
void warmUp().then(() => {
  // The snapshot keeps Node's one timer armed for limits that were cleared (platform/idle-timer.ts), and
  // once deserialized it never fires, nor does any later limit. A short one arms it again.
  setTimeout(() => {}, 1);
});
