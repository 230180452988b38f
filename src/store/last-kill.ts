/** Remembers which sessions the last `kill` or `kill-all` was to end, for `restore --killed`. */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import * as v from 'valibot';
import { readOwn } from '../platform/checked-open.ts';
import { privately } from '../platform/private-files.ts';
import { uniqueHex } from '../platform/unique.ts';
import { safeJson } from '../terminal/safe-text.ts';
import type { StatePaths } from './paths.ts';

const Killed = v.array(v.string());
type Paths = Pick<StatePaths, 'lastKill'>;

/**
 * To be called before they are ended: a user who kills the session that he is in has no time
 * afterwards.
 * @returns false if it cannot be written
 */
export function rememberKill({ lastKill }: Paths, fullNames: readonly string[]): boolean {
  const temporary = `${lastKill}.${uniqueHex()}.tmp`;
  try {
    privately(() => writeFileSync(temporary, safeJson(fullNames), { mode: 0o600, flag: 'wx' }));
    renameSync(temporary, lastKill);
    return true;
  } catch {
    rmSync(temporary, { force: true });
    return false;
  }
}

/** Their full names; none if there was no kill, or if the file was not written by us. */
export function lastKilled({ lastKill }: Paths): readonly string[] {
  try {
    return v.parse(Killed, JSON.parse(readOwn(lastKill)));
  } catch {
    return [];
  }
}

/** A session has another full name now, or is forgotten. */
export function renameKilled(paths: Paths, before: string, now: string | undefined): void {
  const killed = lastKilled(paths);
  if (!killed.includes(before)) return;
  const left = killed.flatMap((name) => (name === before ? (now ?? []) : name));
  if (left.length > 0) rememberKill(paths, left);
  else rmSync(paths.lastKill, { force: true });
}
