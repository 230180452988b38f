/** Checks the state directory and the files in it. */

import { existsSync, lstatSync, readdirSync, readlinkSync, statfsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isOfOne } from '../../client/index.ts';
import { messageOf, UserError } from '../../platform/errors.ts';
import { bootId, isAlive } from '../../platform/process-identity.ts';
import { sha256 } from '../../platform/sha256.ts';
import { fitsAddress } from '../../platform/socket-address.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { isSnapshotPart, snapshotLink } from '../../startup/index.ts';
import { hasPrivateState, type StatePaths } from '../../store/paths.ts';
import { scanRecords } from '../../store/record.ts';
import { displayName } from '../shared/context.ts';
import { about, type Finding, unwritable } from './finding.ts';

/** Enough for the records of hundreds of sessions. */
const FREE_MIN_BYTES = 1024 * 1024;
/** Making a snapshot takes much less. */
const MAKING_MS = 60_000;
/** Hash digits in the name of a session's agent link; see supervisor/session/agent-link.ts. */
const AGENT_DIGITS = 12;

const CLOSED_HINT = 'Make it writable, or set CODEX_SESSIONS_DIR to another directory.';
/** `usable`: whether the files in the directory are worth checking. */
export function checkDirectory(paths: StatePaths): { found: Finding[]; usable: boolean } {
  const { ok, note, finding } = about('state');
  try {
    if (!hasPrivateState(paths)) {
      const closed = unwritable('state', above(paths.dir), CLOSED_HINT);
      const none = note(`no ${paths.dir} so far: the first start makes it`);
      return { found: [closed ?? none], usable: false };
    }
    const closed = unwritable('state', paths.dir, CLOSED_HINT);
    if (closed) return { found: [closed], usable: false };
  } catch (error) {
    const hint = error instanceof UserError ? error.hint : CLOSED_HINT;
    return { found: [finding(messageOf(error), hint)], usable: false };
  }
  const found = [...modes(paths), ...room(paths)];
  if (!fitsAddress(paths.socket))
    found.push(
      note(
        "its path is too long for a socket's address: it is reached through /proc, and sessions have no SSH agent that follows you",
        'Set CODEX_SESSIONS_DIR to a shorter path.',
      ),
    );
  return { found: found.length > 0 ? found : [ok(`${paths.dir}, private`)], usable: true };
}

/** The nearest directory above that exists. */
function above(path: string): string {
  const parent = dirname(path);
  return existsSync(parent) || parent === path ? parent : above(parent);
}

function modes(paths: StatePaths): Finding[] {
  const { finding } = about('state');
  const ours = [
    ...[paths.records, paths.agents, paths.terminals],
    ...[paths.cache, paths.log, paths.socket],
  ];
  return ours.flatMap((path) => {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (!stat) return [];
    if (stat.isSymbolicLink()) return [finding(`${path} is a link`, 'Remove it.')];
    if (stat.uid !== process.getuid?.())
      return [finding(`${path} belongs to another user`, 'Remove it.')];
    if ((stat.mode & 0o077) !== 0)
      return [finding(`${path} is open to other users`, `chmod go= '${path}'`)];
    return (stat.isDirectory() && unwritable('state', path, CLOSED_HINT)) || [];
  });
}

function room(paths: StatePaths): Finding[] {
  const { bavail, bsize } = statfsSync(paths.dir);
  if (bavail * bsize >= FREE_MIN_BYTES) return [];
  return [
    about('state').finding(
      `the disk of ${paths.dir} is full: sessions that end now cannot be brought back`,
      'Make room.',
    ),
  ];
}

/** Reports records that cannot be read, and leftover processes. */
export function checkRecords(
  paths: StatePaths,
  live: readonly SessionInfo[] | undefined,
): Finding[] {
  const { ok, note, finding } = about('records');
  const { records, later, unreadable } = scanRecords(paths.records);
  const found = [
    ...unreadable.map((path) =>
      finding(
        `${path} cannot be understood`,
        'Its session cannot be brought back: mend or remove it.',
      ),
    ),
    ...later.map((path) => note(`${path} is by a later version of codex-sessions`)),
  ];
  const names = live && new Set(live.map(({ fullName }) => fullName));
  for (const record of names ? records : []) {
    const { pid, pidStart, end, fullName } = record;
    if (names?.has(fullName) || isOfOne(live ?? [], record)) continue;
    if (end !== null || record.bootId !== bootId()) continue;
    if (pidStart && isAlive(pid, pidStart))
      found.push(
        finding(
          `${displayName(record)}: its Codex (pid ${pid}) outlived the supervisor, and nobody can reach it`,
          `"codex-sessions restore" ends it and goes on with its conversation; or: kill ${pid}`,
        ),
      );
  }
  return found.length > 0 ? found : [ok(`${records.length}, all can be read`)];
}

/** Reports files that a crash has left behind; none of them does harm. */
export function checkFiles(paths: StatePaths, live: readonly SessionInfo[] | undefined): Finding[] {
  const { ok, note } = about('files');
  const agents = new Set(live?.map((s) => sha256(s.fullName).slice(0, AGENT_DIGITS)));
  const stale = [
    ...within(paths.records, (name) => name.endsWith('.tmp')),
    ...within(paths.cache, (name) => !inUse(paths.cache, name)),
    ...within(paths.agents, (name) => live !== undefined && !agents.has(name)),
    ...(live?.length === 0 && lstatSync(paths.socket, { throwIfNoEntry: false })
      ? [paths.socket]
      : []),
  ];
  if (stale.length === 0) return [ok('nothing is left over')];
  return [
    note(`left by something that died: ${stale.join(', ')}`, 'They do no harm and can be removed.'),
  ];
}

/** Whether it is the cached probe of a Codex, the snapshot, or one that is being made. */
function inUse(cache: string, name: string): boolean {
  if (name.endsWith('.json')) return true;
  const link = snapshotLink(cache);
  if (name === basename(link) || (existsSync(link) && name === readlinkSync(link))) return true;
  return isSnapshotPart(name) && Date.now() - lstatSync(join(cache, name)).mtimeMs < MAKING_MS;
}

function within(directory: string, wanted: (name: string) => boolean): string[] {
  try {
    return readdirSync(directory)
      .filter(wanted)
      .map((name) => join(directory, name));
  } catch {
    return [];
  }
}
