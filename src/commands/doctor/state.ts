/** Checks the state directory, the files in it and the supervisor. */

import { existsSync, lstatSync, readdirSync, readlinkSync, statfsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import {
  isInOtherWorld,
  isOfOne,
  RefusedError,
  SupervisorLink,
  supervisorLimits,
} from '../../client/index.ts';
import { messageOf, UserError } from '../../platform/errors.ts';
import { bootId, isAlive, statOf } from '../../platform/process-identity.ts';
import { sha256 } from '../../platform/sha256.ts';
import { fitsAddress } from '../../platform/socket-address.ts';
import { VERSION } from '../../platform/version.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { isSnapshotPart, snapshotLink } from '../../startup/index.ts';
import { isHolding, lockHolder } from '../../store/lock-holder.ts';
import { hasPrivateState, type StatePaths } from '../../store/paths.ts';
import { scanRecords } from '../../store/record.ts';
import { displayName } from '../shared/context.ts';
import { isOlder } from '../shared/installed-codex.ts';
import { about, type Finding, unwritable } from './finding.ts';

/** A supervisor answers within milliseconds; a suspended one never does. */
const ANSWER_LIMIT_MS = 2_000;
/** Enough for the records of hundreds of sessions. */
const FREE_MIN_BYTES = 1024 * 1024;
/** Making a snapshot takes much less. */
const MAKING_MS = 60_000;
/** Hash digits in the name of a session's agent link; see supervisor/session/agent-link.ts. */
const AGENT_DIGITS = 12;

const CLOSED_HINT = 'Make it writable, or set CODEX_SESSIONS_DIR to another directory.';
const ELSEWHERE =
  'it runs in another container or sandbox than this command, and sessions start there';
const ELSEWHERE_HINT =
  'For sessions of their own here: set CODEX_SESSIONS_DIR to another directory.';

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

/** Also gives the live sessions, undefined if the supervisor does not tell. */
export async function checkSupervisor(
  paths: StatePaths,
): Promise<{ found: Finding[]; live: readonly SessionInfo[] | undefined }> {
  const { ok, note, finding } = about('supervisor');
  const holder = lockHolder(paths.lock);
  const pid = holder && isHolding(holder) ? holder.pid : undefined;
  try {
    using link = new SupervisorLink(paths);
    const connection = await link.find();
    if (!connection) {
      if (pid === undefined)
        return { found: [ok('none runs; the next start brings one')], live: [] };
      const hint = `It puts its socket back within a minute; if not: kill ${pid} (that ends its sessions)`;
      return { found: [finding(`pid ${pid} runs, but its socket is gone`, hint)], live: undefined };
    }
    const { sessions } = await connection.request({ type: 'list' }, 'sessions', ANSWER_LIMIT_MS);
    const version = connection.welcome?.version ?? '';
    const words = `version ${version}, pid ${connection.welcome?.pid}, sessions: ${sessions.length}`;
    const found = isOlder(version, VERSION)
      ? [note(`${words}; installed is ${VERSION}`, 'codex-sessions supervisor upgrade')]
      : [ok(words)];
    const limits = supervisorLimits(connection.welcome);
    if (limits) found.push(note(limits.text, limits.hint));
    if (isInOtherWorld(connection)) found.push(note(ELSEWHERE, ELSEWHERE_HINT));
    return { found, live: sessions };
  } catch (error) {
    // It answers, or closes connections: ending it would end its sessions for nothing.
    const alive = error instanceof RefusedError;
    const found = alive ? finding(error.message, error.hint) : silent(pid, messageOf(error));
    return { found: [found], live: undefined };
  }
}

function silent(pid: number | undefined, why: string): Finding {
  const { finding } = about('supervisor');
  if (pid === undefined) return finding(why);
  if (statOf(pid)?.state === 'T')
    return finding(`pid ${pid} is stopped (SIGSTOP), all sessions with it`, `kill -CONT ${pid}`);
  return finding(
    `pid ${pid} does not answer: ${why}`,
    `If it stays so: kill -9 ${pid}, then codex-sessions restore`,
  );
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
