/**
 * The script that Node runs with `--build-snapshot` to make the startup snapshot
 * (startup/snapshot-builder.ts). It contains the whole program; separately bundled libraries are still
 * loaded when needed.
 */
import { startupSnapshot } from 'node:v8';
import { start, warmUp } from '../cli/main.ts';

startupSnapshot.setDeserializeMainFunction(start);
void warmUp().then(() => {
  // In the snapshot, Node's one timer is still armed for cleared timeouts (platform/idle-timer.ts); after
  // deserialization neither it nor any later timeout would fire. A short timeout arms it again.
  setTimeout(() => {}, 1);
});
