/** The public interface of the startup snapshot. */
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

/** Undoes what `bin/codex-sessions` did for its own Node; to be called first. */
export function leaveLauncher(): void {
  closeSnapshot();
  restoreEnvironment(process.env);
}
