/** All that the rest of the source has to do with how a command starts quickly. */
import { restoreEnvironment } from './launcher-environment.ts';
import { closeSnapshot } from './snapshot-descriptor.ts';

export {
  isCurrent,
  isSnapshotPart,
  SNAPSHOT_VARIABLE,
  snapshotLink,
  thisOrigin,
} from './snapshot-location.ts';
export { makeSnapshotLater } from './snapshot-schedule.ts';

/** Undoes what `bin/codex-sessions` did for its Node alone; before anything is read or started. */
export function leaveLauncher(): void {
  closeSnapshot();
  restoreEnvironment(process.env);
}
