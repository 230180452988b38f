/**
 * Where the startup snapshot is, and what it was made from; `bin/codex-sessions` makes the same checks in
 * `sh`. A link points to the one in use, so that a new one replaces it atomically.
 */
import { closeSync, fstatSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { openPrivateDirectory, openPrivateFile } from '../platform/checked-open.ts';
import { bootId } from '../platform/process-identity.ts';

/** Names another snapshot's directory; `none` starts without one. */
export const SNAPSHOT_VARIABLE = 'CODEX_SESSIONS_SNAPSHOT';

/**
 * The same as in `bin/codex-sessions`, as V8 refuses a snapshot made with other options. Not rehashing all
 * strings makes each start 4 ms faster.
 */
export const SNAPSHOT_NODE_FLAGS = ['--no-rehash-snapshot'];

/**
 * The sticky bit, on the snapshot and its directory. Only a file's owner can set it, so it shows the
 * launcher, which cannot test the rest of the mode, that no other user made them. In a sticky directory
 * other users cannot replace the owner's files.
 */
export const MARK = 0o1000;

/** Names in the snapshot's directory. */
export const FILES = {
  /**
   * The snapshot itself, with the modification time of the Node that made it: writing to the file
   * changes its time, and only the owner can set it back.
   */
  blob: 'client',
  /** One line: build id and boot id. */
  madeFor: 'made-for',
  /** Links to what it was made from. */
  node: 'node',
  launcher: 'launcher',
  dist: 'dist',
} as const;

/** What a snapshot is made from. */
export interface Origin {
  readonly node: string;
  readonly launcher: string;
  readonly dist: string;
}

/** The origin of this process and installation, as real paths. */
export function thisOrigin(): Origin {
  const dist = realpathSync(__dirname);
  return {
    node: realpathSync(process.execPath),
    launcher: join(dirname(dist), 'bin', 'codex-sessions'),
    dist,
  };
}

export function snapshotLink(cache: string): string {
  return join(cache, 'snapshot');
}

/**
 * Build id and boot id: after a boot the processor may have changed, or a power failure may have left a
 * file half written.
 * @throws the file system's errors
 */
export function madeFor({ dist }: Origin): string {
  return `${readFileSync(join(dist, 'build-id'), 'utf8').trim()} ${bootId()}`;
}

/** Whether the launcher would use it and no other user can write to it. */
export function isCurrent(directory: string, origin: Origin): boolean {
  try {
    const opened = openPrivateDirectory(directory, 'followed');
    try {
      const at = (name: keyof typeof FILES) => join(opened.path, FILES[name]);
      return (
        isMarked(opened.fd) &&
        readFileSync(at('madeFor'), 'utf8').trim() === madeFor(origin) &&
        realpathSync(at('node')) === origin.node &&
        realpathSync(at('launcher')) === origin.launcher &&
        isWhole(at('blob'), origin)
      );
    } finally {
      closeSync(opened.fd);
    }
  } catch {
    return false;
  }
}

function isWhole(blob: string, { node }: Origin): boolean {
  const fd = openPrivateFile(blob);
  try {
    return isMarked(fd) && modifiedNs(fd) === statSync(node, { bigint: true }).mtimeNs;
  } finally {
    closeSync(fd);
  }
}

export function isMarked(fd: number): boolean {
  return (fstatSync(fd).mode & MARK) !== 0;
}

export function modifiedNs(fd: number): bigint {
  return fstatSync(fd, { bigint: true }).mtimeNs;
}

/** Whether it is a snapshot's directory, or a link not yet moved into place. */
export function isSnapshotPart(path: string): boolean {
  return /^snapshot-\w+(?:\.link)?$/.test(basename(path));
}
