/**
 * A socket's address holds a path of 107 bytes on Linux and 103 on macOS, and Node silently truncates a
 * longer one. On Linux a long path is reached through its directory's descriptor, so that the socket is
 * in the state directory however deep that is: in a temporary directory, another user could create the
 * path first, it would depend on each shell's TMPDIR, and old files are removed.
 */
import { closeSync, constants, openSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { openPrivateDirectory } from './checked-open.ts';

export const SOCKET_PATH_MAX_BYTES = 103;

export interface SocketAddress {
  /** For `listen` and `connect`; valid until {@link release}. */
  readonly path: string;
  /** To be called once connected, or once the server is closed; idempotent. */
  release(): void;
}

export function fitsAddress(path: string): boolean {
  return Buffer.byteLength(path) <= SOCKET_PATH_MAX_BYTES;
}

/** @throws the system's error if the directory does not exist */
export function socketAddress(path: string): SocketAddress {
  if (fitsAddress(path)) return plain(path);
  return within(openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY), path);
}

/**
 * For a client, which sends its environment and what is typed: accepts only a private directory, where no
 * other user can have put a socket, even if the path is exchanged meanwhile. Checked on Linux only.
 * @throws as {@link openPrivateDirectory}
 */
export function privateSocketAddress(path: string): SocketAddress {
  if (process.platform !== 'linux') return plain(path);
  return within(openPrivateDirectory(dirname(path)).fd, path);
}

function plain(path: string): SocketAddress {
  return { path, release: () => {} };
}

function within(directory: number, path: string): SocketAddress {
  let open = true;
  return {
    path: join('/proc/self/fd', String(directory), basename(path)),
    release: () => {
      if (open) closeSync(directory);
      open = false;
    },
  };
}
