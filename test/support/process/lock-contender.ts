/**
 * One of many processes that want the lock: `node lock-contender.js DIRECTORY`. It tries for ever;
 * as soon as it holds the lock it looks whether it is alone, says so and dies of SIGKILL, which is
 * how a lock becomes stale. A stall before file system calls, at random, opens every gap between
 * two of them far wider than it is by nature.
 */
import fs from 'node:fs';
import { join } from 'node:path';
import { acquireLock } from '../../../src/store/lock.ts';

const [, , directory = '', stalls = ''] = process.argv;
/** Now and then long enough for others to take the lock, die and be followed, twice. */
const [STALL_MS, LONG_STALL_MS] = [3, 120];
const HOLD_MAX_MS = 25;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

function sleep(ms: number): void {
  Atomics.wait(sleeper, 0, 0, ms);
}

function stall(): void {
  const dice = Math.random();
  if (dice < 0.1) sleep(Math.random() * LONG_STALL_MS);
  else if (dice < 0.5) sleep(Math.random() * STALL_MS);
}

type Call = (...args: unknown[]) => unknown;
const calls = fs as unknown as Record<string, Call>;
for (const name of ['readdirSync', 'readlinkSync', 'symlinkSync', 'rmSync']) {
  const call = calls[name];
  if (stalls !== 'stalls' || call === undefined) continue;
  calls[name] = (...args) => {
    stall();
    return call(...args);
  };
}

/** Held exclusively while the lock is; left behind only by one that was not alone. */
const alone = join(directory, 'alone');

for (;;) {
  const result = acquireLock(join(directory, 'supervisor.lock'));
  if (!result.held) continue;
  try {
    fs.closeSync(fs.openSync(alone, 'wx'));
  } catch {
    fs.writeSync(1, 'TWO\n');
    process.exit(1);
  }
  if (stalls === 'stalls') sleep(Math.random() * HOLD_MAX_MS);
  fs.unlinkSync(alone);
  fs.writeSync(1, 'held\n');
  process.kill(process.pid, 'SIGKILL');
}
