/** What is made of a supervisor that is looked at and ended from outside, whatever it says or does. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { supervisorHolder } from '../../../src/client/connection/supervisor-holder.ts';
import { replaceSupervisor, seeSupervisor } from '../../../src/client/replace-supervisor.ts';
import { isAlive } from '../../../src/platform/process-identity.ts';
import { type StatePaths, statePaths } from '../../../src/store/paths.ts';
import { type Play, startFake } from '../../support/process/guarded-fake.ts';
import { killProcess, listProcesses } from '../../support/process/processes.ts';
import { waitUntil } from '../../support/process/wait-until.ts';

async function play(as: Play): Promise<{ paths: StatePaths; pid: number }> {
  const state = mkdtempSync(join(tmpdir(), 'cs-replace-'));
  chmodSync(state, 0o700);
  const { pid = 0 } = await startFake(state, as);
  onTestFinished(async () => {
    // The guard would bring the next one: first it, then whoever it guards.
    for (let left = ofState(state); left.length > 0; left = ofState(state)) {
      for (const one of left.reverse()) killProcess(one);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    rmSync(state, { recursive: true });
  });
  return { paths: statePaths({ HOME: state, CODEX_SESSIONS_DIR: state }), pid };
}

const ofState = (state: string) =>
  listProcesses().filter(({ command }) => command.includes(` ${state} `));
const named = (name: string) => `codex:p:${name}:00000000`;
const ON = { state: 'on', pid: 1, deaths: 0 };

test('one that is stopped is known by its guard, and has a successor', async () => {
  const { paths, pid } = await play({ sessions: ['a', 'b'], after: ['a', 'b'] });
  process.kill(pid, 'SIGSTOP');
  const before = await seeSupervisor(paths);
  expect(before).toMatchObject({ holder: { pid }, answers: false, guard: 'on' });
  const now = await replaceSupervisor(paths, before!);
  expect(now).toMatchObject({ sessions: 2, names: [named('a'), named('b')] });
  expect(now?.pid).not.toBe(pid);
  expect(supervisorHolder(paths)?.pid).toBe(now?.pid);
});

test('so is one whose guard is stopped with it', async () => {
  const { paths, pid } = await play({ sessions: ['a'], after: ['a'] });
  const guard = ofState(paths.dir).find(({ parent }) => parent === pid);
  for (const one of [guard?.pid ?? 0, pid]) process.kill(one, 'SIGSTOP');
  const before = await seeSupervisor(paths);
  expect(await replaceSupervisor(paths, before!)).toMatchObject({ pid: guard?.pid, sessions: 1 });
});

test('what it says of its guard counts, as long as it answers', async () => {
  const off = { state: 'off', reason: 'no /dev/shm', deaths: 0 };
  const { paths, pid } = await play({ sessions: ['a'], said: [off], after: ['a'] });
  const before = await seeSupervisor(paths);
  expect(before).toMatchObject({ answers: true, guard: 'off', said: off });
  expect(before?.sessions).toEqual([named('a')]);
  expect(supervisorHolder(paths)?.pid).toBe(pid);
});

test('a guard that is being started is waited for', async () => {
  const starting = { state: 'starting', deaths: 0 };
  const { paths } = await play({ sessions: ['a'], said: [starting, starting, ON] });
  expect(await seeSupervisor(paths)).toMatchObject({ answers: true, guard: 'on' });
});

test('one without a guard ends with its sessions, and nobody is waited for', async () => {
  const { paths, pid } = await play({ sessions: ['a'] });
  const before = await seeSupervisor(paths);
  expect(before).toMatchObject({ answers: true, guard: 'off' });
  expect(await replaceSupervisor(paths, before!)).toBeUndefined();
  expect(supervisorHolder(paths)).toBeUndefined();
  expect(isAlive(pid, before!.holder.startTime)).toBe(false);
  await waitUntil(() => seeSupervisor(paths).then((seen) => seen === undefined), {
    what: 'none to be seen',
  });
});

test('a successor that does not come is said, with what to do', async () => {
  const { paths, pid } = await play({ sessions: ['a'], said: [ON] });
  const before = await seeSupervisor(paths);
  await expect(replaceSupervisor(paths, before!)).rejects.toMatchObject({
    message: `pid ${pid} was ended, but no successor answers within 10 s`,
    hint: expect.stringContaining('codex-sessions restore'),
  });
});

test('a process that has its number in the lock, but began at another time, is not touched', async () => {
  const { paths, pid } = await play({ sessions: ['a'] });
  const before = await seeSupervisor(paths);
  const other = { ...before!, holder: { ...before!.holder, startTime: '1' } };
  expect(await replaceSupervisor(paths, other)).toBeUndefined();
  expect(supervisorHolder(paths)?.pid).toBe(pid);
});
