/** Waits until a supervisor is running, by watching the directory of its socket. */
import { watch } from 'node:fs';
import { dirname } from 'node:path';
import {
  ensurePrivateDirectory,
  ensureStateDirectory,
  type StatePaths,
} from '../../store/paths.ts';
import { connect } from './connect.ts';
import type { Connection } from './connection.ts';

/** Resolves once there is one, which may be never. @throws the signal's reason when it is aborted */
export async function awaitSupervisor(
  paths: StatePaths,
  signal?: AbortSignal,
): Promise<Connection> {
  ensureStateDirectory(paths);
  const directory = dirname(paths.socket);
  ensurePrivateDirectory(directory);
  let changed = () => {};
  const watcher = watch(directory, () => changed());
  const wake = () => changed();
  signal?.addEventListener('abort', wake);
  try {
    for (;;) {
      signal?.throwIfAborted();
      // Armed before connecting, so that no change in between is missed.
      const change = new Promise<void>((resolve) => {
        changed = resolve;
      });
      const connection = await connect(paths);
      if (connection) return connection;
      await change;
    }
  } finally {
    watcher.close();
    signal?.removeEventListener('abort', wake);
  }
}
