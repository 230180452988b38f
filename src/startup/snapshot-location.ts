/**
 * Where the snapshot lies that `bin/codex-sessions` starts from, and what it was made of: the launcher
 * compares the same with nothing but `sh`. A link leads to the one that is in use, so that another
 * takes its place at once.
 */
import { closeSync, fstatSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { openPrivateDirectory, openPrivateFile } from '../platform/checked-open.ts';
import { bootId } from '../platform/process-identity.ts';

/** Says where it is, instead of the state directory; with `none` there is none. */
export const SNAPSHOT_VARIABLE = 'CODEX_SESSIONS_SNAPSHOT';

/**
 * As in `bin/codex-sessions`: V8 takes no snapshot that was made under other options. The hashes of
 * strings stay as they are in the file, which takes 4 ms off a start.
 */
export const SNAPSHOT_NODE_FLAGS = ['--no-rehash-snapshot'];

/**
 * The sticky bit, of the snapshot and its directory. Only a file's owner can set it, and the launcher,
 * which has no test for the rest of the mode, can see it: nobody else has made these. In a directory
 * that has it, nobody else can replace what is the owner's.
 */
export const MARK = 0o1000;

/** In the snapshot's directory. */
export const FILES = {
  /**
   * The snapshot itself, with the modification time of the Node that made it: whoever writes to a file
   * changes its time, and only its owner can set it back.
   */
  blob: 'client',
  /** One line: the build, and the machine's start. */
  madeFor: 'made-for',
  /** Links. */
  node: 'node',
  launcher: 'launcher',
  dist: 'dist',
} as const;

/** What a snapshot is made of. */
export interface Origin {
  readonly node: string;
  readonly launcher: string;
  readonly dist: string;
}

/** Of this process and this installation; all are real paths. */
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
 * The build, and the machine's start: another processor may need other code, and whatever a loss of
 * power has left half written is not used afterwards.
 * @throws the file system's errors
 */
export function madeFor({ dist }: Origin): string {
  return `${readFileSync(join(dist, 'build-id'), 'utf8').trim()} ${bootId()}`;
}

/** Whether the launcher would use it, and nobody else can write to it. */
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

/** A directory that was, or is about to be, linked to; or a link that was to take the other's place. */
export function isSnapshotPart(path: string): boolean {
  return /^snapshot-\w+(?:\.link)?$/.test(basename(path));
}
