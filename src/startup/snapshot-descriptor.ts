/**
 * The snapshot that this process has started from: `bin/codex-sessions` has opened it and looked at
 * that, Node has read it, and nobody closes it.
 */
import { closeSync, fstatSync, rmSync } from 'node:fs';
import { isPrivate } from '../platform/checked-open.ts';
import { cacheDirectory, stateDirectory } from '../store/state-directory.ts';
import { SNAPSHOT_VARIABLE, snapshotLink } from './snapshot-location.ts';

/** To be called before anything is started that would inherit it. */
export function closeSnapshot(): void {
  const [, digits] = /^\/proc\/self\/fd\/(\d+)$/.exec(process.execArgv.at(-1) ?? '') ?? [];
  if (digits === undefined) return;
  const fd = Number(digits);
  const stat = fstatSync(fd);
  closeSync(fd);
  if (!isPrivate(stat)) drop();
}

/** Its owner has let others write to it, which the launcher cannot see: another one is made instead. */
function drop(): void {
  if (process.env[SNAPSHOT_VARIABLE]) return;
  try {
    rmSync(snapshotLink(cacheDirectory(stateDirectory(process.env))), { force: true });
  } catch {
    // Whoever can remove it is told so by what comes now.
  }
}
