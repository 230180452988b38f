/** A limit that was taken back wakes nobody: the kernel says how long a process means to sleep. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { bundle } from '../../support/process/bundle.ts';
import { waitUntil } from '../../support/process/wait-until.ts';
import { repository } from '../../support/repository.ts';

/** `epoll_pwait` in include/uapi/asm-generic/unistd.h, and in x86's own table. */
const EPOLL_PWAIT: Partial<Record<NodeJS.Architecture, string>> = { x64: '281', arm64: '22' };
const FOR_EVER = '0xffffffff';

const body = (take: string) => `
const { clearIdleTimeout } = require('./idle-timer.js');
const limit = setTimeout(() => {}, 600_000);
limit.unref();
${take}
process.stdin.resume();
process.stdout.write('ready');`;

/** How long the main thread sleeps at most, in ms; undefined while it does not. */
function sleeps(pid: number): number | undefined {
  const [call, , , , timeout = ''] = readFileSync(`/proc/${pid}/syscall`, 'utf8').split(' ');
  if (call !== EPOLL_PWAIT[process.arch]) return undefined;
  const ms = Number(timeout);
  return timeout.endsWith(FOR_EVER.slice(2)) ? Number.POSITIVE_INFINITY : ms;
}

async function longestSleep(take: string): Promise<number> {
  const place = mkdtempSync(join(tmpdir(), 'take-back-'));
  await bundle(join(repository, 'src/platform/idle-timer.ts'), join(place, 'idle-timer.js'));
  const child = spawn(process.execPath, ['-e', body(take)], { cwd: place });
  onTestFinished(() => {
    child.kill();
    rmSync(place, { recursive: true });
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  // Until then it has things to do: its first second is full of short sleeps.
  return waitUntil(
    () => {
      const ms = sleeps(child.pid ?? 0);
      return ms !== undefined && ms > 10_000 && ms;
    },
    { what: 'a long sleep' },
  );
}

test.skipIf(process.platform !== 'linux' || !EPOLL_PWAIT[process.arch])(
  'a limit that is taken back is not waited for',
  async () => {
    expect(await longestSleep('')).toBeLessThan(600_001);
    expect(await longestSleep('clearIdleTimeout(limit);')).toBe(Number.POSITIVE_INFINITY);
  },
);
