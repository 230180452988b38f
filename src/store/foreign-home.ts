/**
 * Nothing is created or trusted below another user's home directory (HOME after `su -m` or `sudo -E`):
 * our files would be in its owner's way, and the owner could exchange a directory between our check and
 * our use of it. A directory named by CODEX_SESSIONS_DIR is used wherever it is.
 */
import { lstatSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode, UserError } from '../platform/errors.ts';
import { directoriesUpTo, isOurs, isTrusted } from '../platform/ownership.ts';
import type { StatePlace } from './state-directory.ts';

const OWN_DIRECTORY = 'CODEX_SESSIONS_DIR to a directory of your own';

/** The intended state directory, and the home directory of this environment. */
export interface Place extends StatePlace {
  readonly home: string;
  /** It comes from passwd: HOME is unset, empty or relative. */
  readonly homeOfPasswd: boolean;
}

/** @throws UserError when a directory above it is neither ours nor root's */
export function refuseForeignPlace(place: Place): void {
  if (place.from === 'CODEX_SESSIONS_DIR') return;
  let foreign: string | undefined;
  for (const { path, stat } of directoriesUpTo(dirname(place.dir), place.home)) {
    if (!isTrusted(stat)) foreign = path;
    // One of ours below was given to us, whoever owns those above it. One of root's may be in any home.
    else if (place.from === 'XDG_STATE_HOME' && stat.uid !== 0) break;
  }
  if (foreign !== undefined) throw belongsToAnother(foreign, place);
}

/** The error if it cannot be created or read because of another user's directory above it. */
export function whoseIsInTheWay(place: Place): UserError | undefined {
  if (place.from === 'CODEX_SESSIONS_DIR') return undefined;
  const [deepest] = directoriesUpTo(dirname(place.dir), place.home);
  return deepest && !isOurs(deepest.stat) ? belongsToAnother(deepest.path, place) : undefined;
}

/** @throws UserError when the home directory does not exist: creating it is the administrator's task */
export function needHome(place: Place): void {
  const { from, home } = place;
  if (from !== 'HOME') return;
  try {
    statSync(home);
  } catch (error) {
    throw new UserError(
      `cannot use ${homeInWords(place)} (${errorCode(error)})`,
      `Set HOME to one that is there, or ${OWN_DIRECTORY}.`,
    );
  }
}

/** Advice for the owner of a home with another user's state directory in it. */
export function adviceOnOthers({ dir, from }: Place): string {
  if (from === 'CODEX_SESSIONS_DIR') return `Set ${OWN_DIRECTORY}.`;
  return `If codex-sessions was run as that user in your home: mv '${dir}' '${dir}.old'. Or set ${OWN_DIRECTORY}.`;
}

function belongsToAnother(path: string, place: Place): UserError {
  if (path === place.home)
    return new UserError(
      `${homeInWords(place)} belongs to another user`,
      `Set HOME to your own (sudo -H, su -), or ${OWN_DIRECTORY}.${leftOurs(place)}`,
    );
  if (place.from === 'XDG_STATE_HOME')
    return new UserError(
      `XDG_STATE_HOME leads to ${path}, which belongs to another user`,
      `Unset it, or set ${OWN_DIRECTORY}.${leftOurs(place)}`,
    );
  return new UserError(
    `${path} belongs to another user`,
    `Have it given to you (chown), or set ${OWN_DIRECTORY}.`,
  );
}

function homeInWords({ home, homeOfPasswd }: Place): string {
  return `the home directory ${home}${homeOfPasswd ? ' (that of passwd, as HOME is no absolute path)' : ''}`;
}

/** Advice for a user whose state directory an earlier version created there. */
function leftOurs({ dir }: Place): string {
  try {
    if (!isOurs(lstatSync(dir))) return '';
  } catch {
    return '';
  }
  return ` To end what runs there: CODEX_SESSIONS_DIR='${dir}' codex-sessions kill-all; then remove it.`;
}
