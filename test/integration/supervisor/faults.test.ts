/** Faults in short, `npm run test:faults` goes on for longer; and what it has found on the way. */
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { errorCode } from '../../../src/platform/errors.ts';
import type { GuardInfo } from '../../../src/protocol/messages.ts';
import { PROGRAM } from '../../faults/program.ts';
import { faultRun } from '../../faults/run.ts';
import { answerTo, Watcher } from '../../faults/watcher.ts';
import { canMount, mountTiny } from '../../support/attack/other-user.ts';
import { RawControl } from '../../support/process/raw-client.ts';
import { repository } from '../../support/repository.ts';
import { COMMAND } from '../../support/rig/command.ts';
import { createRig, type Rig, recordFiles } from '../../support/rig/rig.ts';
import { guarded, supervisorOf } from '../../support/rig/successor.ts';

const ROUNDS = 40;
/** The same each time: what is found by chance belongs to the long runs, not to a gate. */
const SEED = 1;
const script = join(repository, 'dist', 'supervisor.js');

test('random use with random faults: nothing lost, nothing left, the next command works', async () => {
  const report = await faultRun({ seed: SEED, rounds: ROUNDS, bin: COMMAND });
  expect(report.rounds).toBe(ROUNDS);
}, 300_000);

async function handOver(rig: Rig, to = script): Promise<unknown> {
  const control = await RawControl.open(rig.socket);
  try {
    return await answerTo(control, { type: 'hand-over', node: process.execPath, script: to });
  } finally {
    control.close();
  }
}

/** As clients do: for a moment of a hand-over the socket is put aside. */
async function attachSoon(rig: Rig, fullName: string): Promise<Watcher> {
  for (;;) {
    try {
      return await Watcher.attach(rig.socket, fullName);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

test('whoever comes while a supervisor gives way to another one is served by the other one', async () => {
  const rig = createRig({ codex: PROGRAM });
  const fullName = (await rig.ok(['start', '-d'])).trim();
  for (let round = 0; round < 5; round++) {
    let done = false;
    const handedOver = handOver(rig).finally(() => {
      done = true;
    });
    const coming: Promise<Watcher>[] = [];
    while (!done) {
      coming.push(attachSoon(rig, fullName));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const started = rig.ok(['start', '-d', `meanwhile${round}`]);
    await handedOver;
    for (const watcher of await Promise.all(coming)) {
      await watcher.echo();
      watcher.close();
    }
    await started;
    const names = (await rig.list()).map(({ name }) => name);
    expect(names).toContain(`meanwhile${round}`);
  }
});

test('a hand-over for which no descriptors are left is refused in words, and leaves none behind', async () => {
  const rig = createRig({ codex: PROGRAM });
  const fullName = (await rig.ok(['start', '-d'])).trim();
  // It has a socket of the guard, which starts a moment after the session.
  await guarded(rig);
  const pid = rig.supervisorPid() as number;
  const watcher = await Watcher.attach(rig.socket, fullName);
  await watcher.echo();
  const sockets = () =>
    readdirSync(`/proc/${pid}/fd`).filter((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith('socket:');
      } catch {
        return false;
      }
    }).length;
  const before = sockets();
  const soft = (files: number) =>
    execFileSync('prlimit', ['--pid', String(pid), `--nofile=${files}:`]);
  soft(readdirSync(`/proc/${pid}/fd`).length + 4);
  await expect(handOver(rig)).rejects.toThrow(/more files can be opened/);
  soft(1_024);
  await watcher.echo();
  await rig.waitUntil(() => sockets() <= before, 'no socket to be left behind');
  watcher.close();
});

test('a guard for which no descriptors are left leaves none behind, and comes when there are', async () => {
  const rig = createRig({ codex: PROGRAM });
  await rig.ok(['start', '-d']);
  await guarded(rig);
  const control = await RawControl.open(rig.socket);
  const guard = async () => (await control.ask({ type: 'list' }, 'sessions')).guard as GuardInfo;
  const pid = supervisorOf(rig) as number;
  const open = () => readdirSync(`/proc/${pid}/fd`).length;
  const soft = (files: number) =>
    execFileSync('prlimit', ['--pid', String(pid), `--nofile=${files}:`]);
  const before = open();
  soft(before + 4);
  process.kill((await guard()).pid as number, 'SIGKILL');
  await rig.waitUntil(async () => (await guard()).state === 'off', 'it to be said');
  expect((await guard()).reason).toMatch(
    / more files can be opened, which is too few for a guard$/,
  );
  // Its lifeline.
  expect(open()).toBeLessThan(before);
  soft(1_024);
  await rig.waitUntil(async () => (await guard()).state === 'on', 'another guard');
  control.close();
});

test('a list in the moment in which the socket is gone does not call sessions lost', async () => {
  const rig = createRig({ codex: PROGRAM });
  await rig.ok(['start', '-d']);
  for (let round = 0; round < 5; round++) {
    rmSync(rig.socket);
    expect((await rig.list()).map(({ name, state }) => `${name} ${state}`)).toEqual([
      'main running',
    ]);
  }
});

test.skipIf(!canMount)(
  'a rename on a read-only disk is refused, and the session keeps its name',
  async () => {
    const rig = createRig({ codex: PROGRAM });
    await rig.ok(['start', '-d']);
    const record = recordFiles(rig);
    execFileSync('mount', ['--bind', rig.stateDir, rig.stateDir]);
    try {
      execFileSync('mount', ['-o', 'remount,bind,ro', rig.stateDir]);
      const { exitCode, stderr } = await rig.run(['rename', 'main', 'other']);
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/^codex-sessions: .*keeps its name.*EROFS.*\n {2}\S.*\n$/);
      expect((await rig.list()).map(({ name }) => name)).toEqual(['main']);
      expect(recordFiles(rig)).toEqual(record);
    } finally {
      execFileSync('umount', ['-l', rig.stateDir]);
    }
  },
);

test('a supervisor keeps no terminal of the program that started its client', async () => {
  const rig = createRig({ codex: PROGRAM });
  // Its master goes to whatever this process starts, as those of many terminal programs do.
  rig.openProgram('/bin/sh', ['-c', 'exec sleep 1000000']);
  await rig.ok(['start', '-d']);
  const pid = rig.supervisorPid() as number;
  const terminals = readdirSync(`/proc/${pid}/fd`).filter((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`).endsWith('ptmx');
    } catch {
      return false;
    }
  });
  expect(terminals).toHaveLength(1);
});

test('a socket that is removed while a supervisor gives way to another one is put back by the other one', async () => {
  const rig = createRig({ codex: PROGRAM });
  await rig.ok(['start', '-d']);
  for (let round = 0; round < 6; round++) {
    const control = await RawControl.open(rig.socket);
    rmSync(rig.socket);
    // So that it is put back before, within or after.
    await new Promise((resolve) => setTimeout(resolve, 30 * round));
    await answerTo(control, { type: 'hand-over', node: process.execPath, script });
    control.close();
    expect((await rig.list()).map(({ state }) => state)).toEqual(['running']);
  }
});

async function isServed(rig: Rig): Promise<boolean> {
  try {
    (await RawControl.open(rig.socket)).close();
    return true;
  } catch {
    return false;
  }
}

test('a supervisor that dies as it has put its socket back has a successor there', async () => {
  const rig = createRig({ codex: PROGRAM });
  const env = { CODEX_SESSIONS_SOON_MS: '0' };
  await rig.ok(['start', '-d'], { env });
  const before = await rig.list();
  for (let round = 0; round < 3; round++) {
    await guarded(rig);
    rmSync(rig.socket);
    // The guard is started in the turn of the event loop in which the socket is listened on.
    while (!(await isServed(rig))) await new Promise((resolve) => setTimeout(resolve, 1));
    process.kill(supervisorOf(rig) as number, 'SIGKILL');
    expect((await rig.list()).map(({ pid, state }) => ({ pid, state }))).toEqual([
      { pid: before[0]?.pid, state: 'running' },
    ]);
  }
});

test.skipIf(!canMount).each([
  [
    'full',
    (rig: Rig) => {
      const path = join(rig.stateDir, 'filler');
      const fd = openSync(path, 'w');
      try {
        for (;;) writeSync(fd, Buffer.alloc(4 * 1024));
      } catch {
        // Until it is.
      } finally {
        closeSync(fd);
      }
      return () => rmSync(path);
    },
  ],
  [
    'read-only',
    (rig: Rig) => {
      execFileSync('mount', ['--bind', rig.stateDir, rig.stateDir]);
      execFileSync('mount', ['-o', 'remount,bind,ro', rig.stateDir]);
      return () => void execFileSync('umount', ['-l', rig.stateDir]);
    },
  ],
] as const)('a supervisor that dies on a %s disk has a successor', async (_, spoil) => {
  const rig = createRig({ codex: PROGRAM });
  mkdirSync(rig.stateDir, { mode: 0o700 });
  const unmount = mountTiny(rig.stateDir, 256);
  onTestFinished(unmount);
  await rig.ok(['start', '-d']);
  const before = await rig.list();
  await guarded(rig);
  const mend = spoil(rig);
  const supervisor = supervisorOf(rig) as number;
  process.kill(supervisor, 'SIGKILL');
  const states = async () => (await rig.list()).map(({ pid, state }) => ({ pid, state }));
  expect(await states()).toEqual([{ pid: before[0]?.pid, state: 'running' }]);
  mend();
  await rig.waitUntil(() => supervisorOf(rig), 'the successor to have the lock');
  await rig.ok(['start', '-d', 'another']);
  expect(await states()).toHaveLength(2);
  await rig.ok(['kill-all', '-y']);
  await rig.waitUntilEmpty();
});

test.skipIf(!canMount)(
  'a socket that cannot be put back is said to be missing, until it can',
  async () => {
    const rig = createRig({ codex: PROGRAM });
    await rig.ok(['start', '-d']);
    execFileSync('mount', ['--bind', rig.stateDir, rig.stateDir]);
    try {
      rmSync(rig.socket);
      execFileSync('mount', ['-o', 'remount,bind,ro', rig.stateDir]);
      const { exitCode, stderr } = await rig.run(['ls']);
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(
        /^codex-sessions: a supervisor runs, but its socket .*\n {2}\S.* See also .*\n$/,
      );
    } finally {
      execFileSync('umount', ['-l', rig.stateDir]);
    }
    expect((await rig.list()).map(({ state }) => state)).toEqual(['running']);
  },
);

test('a supervisor that can open nothing takes no program for dead', async () => {
  const rig = createRig({ codex: PROGRAM });
  const fullName = (await rig.ok(['start', '-d'])).trim();
  // Children of a supervisor that has given way are watched by looking at them.
  await handOver(rig);
  const pid = rig.supervisorPid() as number;
  const watcher = await Watcher.attach(rig.socket, fullName);
  const soft = (files: number) =>
    execFileSync('prlimit', ['--pid', String(pid), `--nofile=${files}:`]);
  soft(3);
  const until = performance.now() + 3_000;
  while (performance.now() < until) await watcher.echo();
  soft(1_024);
  await watcher.echo();
  watcher.close();
  expect((await rig.list()).map(({ state }) => state)).toEqual(['running']);
});
