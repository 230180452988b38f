/** Closes the snapshot that this process started from, as `bin/codex-sessions` and Node leave it open. */
import { closeSync, fstatSync, rmSync } from 'node:fs';
import { isPrivate } from '../platform/checked-open.ts';
import { statePaths } from '../store/paths.ts';
import { SNAPSHOT_VARIABLE, snapshotLink } from './snapshot-location.ts';

/** To be called before any child is started, as it would inherit the descriptor. */
export function closeSnapshot(): void {
  const [, digits] = /^\/proc\/self\/fd\/(\d+)$/.exec(process.execArgv.at(-1) ?? '') ?? [];
  if (digits === undefined) return;
  const fd = Number(digits);
  const stat = fstatSync(fd);
  closeSync(fd);
  if (!isPrivate(stat)) drop();
}

/** Removes a snapshot that others can write to, which the launcher cannot see; a new one will be made. */
function drop(): void {
  if (process.env[SNAPSHOT_VARIABLE]) return;
  try {
    rmSync(snapshotLink(statePaths().cache), { force: true });
  } catch {
    // The command itself reports a state directory that it cannot use.
  }
}
