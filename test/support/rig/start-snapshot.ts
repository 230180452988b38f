/** Start-up snapshots where a test can change them, and which of them a command has started from. */
import { chmodSync, cpSync, mkdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { execa, execaSync } from 'execa';
import { COMMAND } from './command.ts';
import type { Rig } from './rig.ts';
import { testSnapshot } from './snapshot.ts';

export interface Where {
  env?: Record<string, string>;
  command?: string;
}

/** What the kernel says of the process that a command runs in. */
export async function startsFromSnapshot(rig: Rig, { env = {}, command = COMMAND }: Where = {}) {
  const child = execa(command, ['events'], {
    cwd: rig.projectDir,
    env: { ...rig.env, ...env },
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
  });
  const line = () => readFileSync(`/proc/${child.pid}/cmdline`, 'utf8');
  try {
    await rig.waitUntil(() => /--snapshot-blob|codex-sessions\.js/.test(line()), 'Node to run');
    return line().includes('--snapshot-blob');
  } finally {
    child.kill();
    await child;
  }
}

/** As the maker of a snapshot does. */
export function markAsMade(directory: string): void {
  const blob = join(directory, 'client');
  execaSync('touch', ['-r', process.execPath, blob]);
  chmodSync(blob, 0o1600);
  chmodSync(directory, 0o1700);
}

/** The snapshot of this run of tests, in a place where it can be changed. @returns the place */
export function copySnapshot(copy: string): string {
  cpSync(realpathSync(testSnapshot()), copy, { recursive: true, verbatimSymlinks: true });
  markAsMade(copy);
  return copy;
}

/** A state directory with a snapshot in it. @returns that, to which the link leads */
export function stateWithSnapshot(state: string): string {
  const cache = join(state, 'cache');
  mkdirSync(cache, { recursive: true, mode: 0o700 });
  const own = copySnapshot(join(cache, 'snapshot-own'));
  symlinkSync('snapshot-own', join(cache, 'snapshot'));
  return own;
}
