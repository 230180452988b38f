/**
 * A socket's address holds 107 bytes of path on Linux and 103 on macOS, and Node silently cuts what
 * is longer. On Linux a long path is reached through its directory's descriptor, so that the socket
 * lies in the state directory however deep that is: a place under the temporary directory could be
 * taken first by another user, would depend on each shell's TMPDIR, and is swept by age.
 */
import { closeSync, constants, openSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { openPrivateDirectory } from './checked-open.ts';

export const SOCKET_PATH_MAX_BYTES = 103;

export interface SocketAddress {
  /** For `listen` and `connect`; means the socket only until it is released. */
  readonly path: string;
  /** To be called once connected, or once the server is closed; idempotent. */
  release(): void;
}

export function fitsAddress(path: string): boolean {
  return Buffer.byteLength(path) <= SOCKET_PATH_MAX_BYTES;
}

/** @throws the system's error where there is no such directory. */
export function socketAddress(path: string): SocketAddress {
  if (fitsAddress(path)) return plain(path);
  return within(openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY), path);
}

/**
 * For a client, which sends its environment and what is typed: only in a directory where no other user
 * can have put a socket, even if the path is exchanged meanwhile.
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
