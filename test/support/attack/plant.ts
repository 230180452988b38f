/** Puts something else where a file or a directory is expected. */
import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { isRoot } from './other-user.ts';

export type Kind = 'file' | 'fifo' | 'directory' | 'socket' | 'device';

/** Only root can make a device, in some containers not even root. */
export const KINDS: readonly Kind[] = [
  ...(['file', 'fifo', 'directory', 'socket'] as const),
  ...(canMakeDevices() ? (['device'] as const) : []),
];

/**
 * Whatever is there is removed. No process listens at the socket; the device gives endless zeros.
 */
export async function plant(kind: Kind, path: string): Promise<void> {
  const ready = `${path}.ready`;
  await make(kind, ready);
  // In one step, as what is only removed may be put back before the next.
  rmSync(path, { recursive: true, force: true });
  renameSync(ready, path);
}

async function make(kind: Kind, path: string): Promise<void> {
  switch (kind) {
    case 'file':
      writeFileSync(path, 'no file of ours', { mode: 0o600 });
      return;
    case 'fifo':
      execFileSync('mkfifo', ['-m', '600', path]);
      return;
    case 'directory':
      // With something in it, as an empty directory can be replaced by a rename.
      mkdirSync(path, { mode: 0o700 });
      writeFileSync(join(path, 'something'), '', { mode: 0o600 });
      return;
    case 'device':
      execFileSync('mknod', ['-m', '600', path, 'c', '1', '5']);
      return;
    case 'socket':
      await deadSocket(path);
  }
}

/** Closing a server removes only the name that it was given. */
async function deadSocket(path: string): Promise<void> {
  const server = createServer();
  const first = join(dirname(path), '.first');
  await new Promise<void>((resolve) => server.listen(first, resolve));
  linkSync(first, path);
  await new Promise((resolve) => server.close(resolve));
}

function canMakeDevices(): boolean {
  if (!isRoot) return false;
  const path = join('/tmp', `cs-device-${process.pid}`);
  try {
    execFileSync('mknod', [path, 'c', '1', '5'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(path, { force: true });
  }
}
