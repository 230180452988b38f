/** An open file without a name, for the test that is running. */
import { closeSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

let count = 0;

/** @param directory on which file system */
export function temporaryFile(directory = tmpdir()): number {
  const path = join(directory, `memory-${process.pid}-${++count}`);
  const fd = openSync(path, 'w+', 0o600);
  rmSync(path);
  onTestFinished(() => closeSync(fd));
  return fd;
}
