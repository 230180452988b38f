/**
 * Ends the process that serves an attachment on an older connection, when the attachment comes
 * again because that connection broke. sshd may not have noticed yet that it is dead, but nothing
 * may be typed by it any more.
 */
import { readdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from '../../platform/errors.ts';
import { privately } from '../../platform/private-files.ts';
import { isHolding, linkTarget, readHolder } from '../../store/lock-holder.ts';
import { ensurePrivateDirectory, type StatePaths } from '../../store/paths.ts';

/** It ends within some ms. */
const END_LIMIT_MS = 2_000;
const POLL_MS = 5;

/**
 * Ends the process that serves `id`, if it is another one.
 * @returns a function that removes our own mark
 */
export async function takeVoid(paths: StatePaths, id: string): Promise<() => void> {
  const directory = join(paths.dir, 'ssh');
  ensurePrivateDirectory(directory);
  removeLeftovers(directory);
  const mark = join(directory, `${id}.attached`);
  const mine = linkTarget(process.pid);
  const until = Date.now() + END_LIMIT_MS;
  while (!marked(mark, mine)) {
    const holder = readHolder(mark);
    if (holder && isHolding(holder)) {
      process.kill(holder.pid, Date.now() < until ? 'SIGTERM' : 'SIGKILL');
      await sleep(POLL_MS);
    } else rmSync(mark, { force: true });
  }
  return () => {
    if (targetOf(mark) === mine) rmSync(mark, { force: true });
  };
}

/** Marks of processes that were killed. */
function removeLeftovers(directory: string): void {
  for (const name of readdirSync(directory).filter((one) => one.endsWith('.attached'))) {
    const holder = readHolder(join(directory, name));
    if (holder && !isHolding(holder)) rmSync(join(directory, name), { force: true });
  }
}

function marked(mark: string, mine: string): boolean {
  try {
    privately(() => symlinkSync(mine, mark));
    return true;
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    return targetOf(mark) === mine;
  }
}

function targetOf(mark: string): string | undefined {
  try {
    return readlinkSync(mark);
  } catch {
    return undefined;
  }
}
