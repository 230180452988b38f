/** Waits for a supervisor where none runs; the file system tells when its socket appears. */
import { watch } from 'node:fs';
import { dirname } from 'node:path';
import {
  ensurePrivateDirectory,
  ensureStateDirectory,
  type StatePaths,
} from '../../store/paths.ts';
import { connect } from './connect.ts';
import type { Connection } from './connection.ts';

/** Resolves once there is one; there may never be. @throws the signal's reason when it is aborted */
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
      // Armed before it is looked for, so that none can come in between.
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
