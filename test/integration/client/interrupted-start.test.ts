/** However `start` ends while it asks a Codex that hangs what it supports, nothing of that runs on. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';
import { COMMAND } from '../../support/rig/command.ts';
import { createRig, type Rig } from '../../support/rig/rig.ts';

/** Also its child hangs, which has no terminal and ignores what can be ignored. */
const HANGS = `sh -c 'trap "" HUP INT TERM; exec sleep 1000' &
echo $! >>"$HOME/pids.$1"; exec sleep 1000`;

/** Until the program hangs, with its child. */
async function asked(rig: Rig): Promise<void> {
  const pids = join(rig.home, 'pids.--version');
  await rig.waitUntil(
    () => existsSync(pids) && readFileSync(pids, 'utf8').includes('\n'),
    'the program to be asked for its version',
  );
}

test.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const)('by %s', async (signal) => {
  const rig = createRig({ codex: HANGS });
  const start = spawn(COMMAND, ['start', '-d'], {
    cwd: rig.projectDir,
    env: { ...rig.env },
    stdio: 'ignore',
  });
  await asked(rig);
  start.kill(signal);
  await once(start, 'exit');
  // The rig knows every process that has its environment.
  await rig.waitUntil(() => rig.processes().length === 0, 'all that was started to end');
});

test('by Ctrl-C, in a terminal', async () => {
  const rig = createRig({ codex: HANGS });
  const terminal = rig.open(['start']);
  await asked(rig);
  terminal.press('ctrl+c');
  await terminal.waitForExit();
  await rig.waitUntil(() => rig.processes().length === 0, 'all that was started to end');
});
