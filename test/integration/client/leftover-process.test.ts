/** What a dead supervisor has left is ended; what merely has its number is not touched. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { endLeftover } from '../../../src/client/start/leftover-process.ts';
import { bootId, startTimeOf } from '../../../src/platform/process-identity.ts';
import type { SessionRecord } from '../../../src/store/record.ts';
import { isAlive, killProcess, processInfo } from '../../support/process/processes.ts';

/** A leader of its own group, as a session's program is, that says when it is there. */
async function program(script: string): Promise<ChildProcess & { pid: number }> {
  const child = spawn('sh', ['-c', `${script}; echo up; while :; do sleep 0.1; done`], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('sh did not start');
  onTestFinished(() => {
    const info = processInfo(pid);
    if (info) killProcess(info);
  });
  await once(child.stdout, 'data');
  return child as ChildProcess & { pid: number };
}

function recordOf(pid: number, changes: Partial<SessionRecord> = {}): SessionRecord {
  const at = new Date().toISOString();
  return {
    ...{ version: 1, fullName: 'codex:p:a:12345678', project: 'p', name: 'a', hash: '12345678' },
    ...{ root: '/p', cwd: '/p', file: 'sh', userArgs: [], previous: [], createdAt: at },
    ...{ startedAt: at, lastActivityAt: at, end: null },
    ...{ pid, pidStart: startTimeOf(pid), bootId: bootId(), ...changes },
  };
}

test('a program that outlives its terminal and hears no signal is ended', async () => {
  const { pid } = await program("trap '' HUP TERM");
  expect(await endLeftover(recordOf(pid), undefined)).toBe(true);
  expect(isAlive(pid)).toBe(false);
});

test('one that has the conversation open is ended, though its record has an end', async () => {
  const { pid } = await program(':');
  const end = { at: '', by: 'lost', code: null, signal: 'SIGKILL', lastLines: [] } as const;
  const record = recordOf(pid, { end: { ...end, lastLines: [] } });
  expect(await endLeftover(record, pid)).toBe(true);
  expect(isAlive(pid)).toBe(false);
});

test.each<[string, Partial<SessionRecord>]>([
  ['of another boot', { bootId: '00000000-0000-4000-8000-000000000000' }],
  ['that started at another time', { pidStart: '1' }],
  ['of which no boot is known', { bootId: '' }],
])('a process with the number of one %s lives on', async (_what, changes) => {
  const { pid } = await program(':');
  expect(await endLeftover(recordOf(pid, changes), undefined)).toBe(true);
  expect(isAlive(pid)).toBe(true);
});

test('a stranger that has the conversation open lives on', async () => {
  const own = await program(':');
  const stranger = await program(':');
  const end = { at: '', by: 'lost', code: null, signal: 'SIGKILL', lastLines: [] } as const;
  const record = recordOf(own.pid, { end: { ...end, lastLines: [] } });
  expect(await endLeftover(record, stranger.pid)).toBe(true);
  expect(isAlive(stranger.pid)).toBe(true);
});
