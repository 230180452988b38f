/** `supervisor restart --force`: a real supervisor that runs, or is stopped, with a guard and without. */
import { mkdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { startFake } from '../../support/process/guarded-fake.ts';
import { processInfo } from '../../support/process/processes.ts';
import { canUnshare, NEEDS_UNSHARE, unshared } from '../../support/process/unshared.ts';
import { COMMAND } from '../../support/rig/command.ts';
import { createRig, type Rig } from '../../support/rig/rig.ts';

interface Status {
  version: string;
  protocol: number;
  pid: number;
  sessions: number;
  guard: {
    state: string;
    reason?: string;
    pid?: number;
    deaths: number;
    lastDeathAt?: string;
  } | null;
}

const UNGUARDED = { CODEX_SESSIONS_NO_GUARD: '1' };
const FORCE = ['supervisor', 'restart', '--force'];
const status = async (rig: Rig) => JSON.parse(await rig.ok(['supervisor', '--json'])) as Status;

/** With so many sessions, and a guard that knows them. */
async function guarded(count: number): Promise<{ rig: Rig; pid: number; programs: number[] }> {
  const rig = createRig();
  for (let n = 1; n <= count; n++) await rig.ok(['start', '-d', `s${n}`]);
  const pid = await rig.waitUntil(async () => {
    const { pid, guard } = await status(rig);
    return guard?.state === 'on' && pid;
  }, 'the guard');
  return { rig, pid, programs: await programs(rig) };
}

async function programs(rig: Rig): Promise<number[]> {
  return (await rig.list()).map(({ pid }) => pid).sort((a, b) => a - b);
}

async function unguarded(): Promise<{ rig: Rig; pid: number }> {
  const rig = createRig({ env: UNGUARDED });
  await rig.ok(['start', '-d', 'one']);
  await rig.ok(['start', '-d', 'two']);
  return { rig, pid: (await status(rig)).pid };
}

describe('with a guard', () => {
  test.each(['runs', 'is stopped'])('one that %s is ended, and the programs go on', async (it) => {
    const { rig, pid, programs: before } = await guarded(3);
    if (it === 'is stopped') process.kill(pid, 'SIGSTOP');
    const { stdout, stderr, exitCode } = await rig.run(FORCE);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    const [, ended, now] =
      /^pid (\d+) was ended; pid (\d+) goes on with 3 sessions\n$/.exec(stdout) ?? [];
    expect(Number(ended)).toBe(pid);
    expect(processInfo(pid)?.state ?? 'Z').toBe('Z');
    expect((await status(rig)).pid).toBe(Number(now));
    expect(await programs(rig)).toEqual(before);
    // They are reached as before.
    const terminal = rig.open(['attach', 's2']);
    terminal.type('echo typed-$((40+3))\r');
    await terminal.waitFor('typed-43');
    terminal.press('ctrl+\\');
    await terminal.waitForExit();
  });

  test('however often in a row, as these deaths are meant', async () => {
    const { rig, programs: before } = await guarded(2);
    for (let times = 0; times < 5; times++) {
      const { pid } = await status(rig);
      process.kill(pid, 'SIGSTOP');
      await rig.ok(FORCE);
      expect((await status(rig)).pid).not.toBe(pid);
    }
    expect(await programs(rig)).toEqual(before);
  });

  test('twice, with JSON; the deaths are counted, and doctor says where to look', async () => {
    const { rig, pid, programs: before } = await guarded(1);
    const { version, protocol } = await status(rig);
    const first = JSON.parse(await rig.ok([...FORCE, '--json'])) as Status;
    expect(first).toEqual({ version, protocol, pid: expect.any(Number), sessions: 1 });
    // Its own guard may be on its way still, which is waited for.
    const second = JSON.parse(await rig.ok([...FORCE, '--json'])) as Status;
    expect(new Set([pid, first.pid, second.pid]).size).toBe(3);
    expect(await programs(rig)).toEqual(before);
    expect((await status(rig)).guard).toMatchObject({
      deaths: 2,
      lastDeathAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(await rig.ok(['supervisor'])).toMatch(
      /^version .*, pid \d+, 1 session\n.*\na supervisor died 2 times, the last time \d+s ago, and the sessions went on\n$/,
    );
    const doctor = await rig.run(['doctor']);
    expect(doctor.stdout).toMatch(
      /note +guard +2 supervisors have died, the last at \S+Z; the sessions/,
    );
    expect(doctor.stdout).toMatch(/see \S+supervisor\.log/);
  });

  test('is told by status, doctor and, by saying nothing, ls', async () => {
    const { rig } = await guarded(1);
    const { guard } = await status(rig);
    expect(await rig.ok(['supervisor', 'status'])).toMatch(
      new RegExp(`\n(?:guarded: the sessions go on if it dies \\(guard ${guard?.pid}\\))\n$`),
    );
    const doctor = await rig.run(['doctor', '--json']);
    expect(JSON.parse(doctor.stdout)).toContainEqual({
      check: 'guard',
      level: 'ok',
      text: `pid ${guard?.pid}: if the supervisor dies, its sessions go on`,
    });
    expect((await rig.run(['ls'])).stderr).toBe('');
  });

  test('doctor advises it for one that is stopped, and it helps', async () => {
    const { rig, pid } = await guarded(1);
    process.kill(pid, 'SIGSTOP');
    const { stdout, exitCode } = await rig.run(['doctor', '--json']);
    expect(exitCode).toBe(1);
    const found = JSON.parse(stdout) as { check: string; hint?: string }[];
    const { hint } = found.find(({ check }) => check === 'supervisor') ?? {};
    expect(hint).toBe(
      `kill -CONT ${pid}. Or replace it: codex-sessions supervisor restart --force (its guard goes on with the sessions)`,
    );
    await rig.ok(FORCE);
    expect((await rig.list()).map(({ name }) => name)).toEqual(['s1']);
  });
});

test('a session that its successor does not have is named, and that is a failure', async () => {
  const rig = createRig();
  rig.forgiveLeftovers();
  mkdirSync(rig.stateDir, { mode: 0o700 });
  const said = [{ state: 'on', pid: 1, deaths: 0 }];
  await startFake(rig.stateDir, { sessions: ['a', 'b'], said, after: ['a'] }, rig.env);
  const { stdout, stderr, exitCode } = await rig.run(FORCE);
  expect(stdout).toMatch(/goes on with 1 session\n$/);
  expect(stderr).toMatch(/^Not there any more: codex:p:b:0{8}\. "codex-sessions restore"/);
  expect(exitCode).toBe(1);
});

describe('without a guard', () => {
  test.each(['runs', 'is stopped'])('one that %s is not ended unless that is meant', async (it) => {
    const { rig, pid } = await unguarded();
    if (it === 'is stopped') process.kill(pid, 'SIGSTOP');
    const refused = await rig.run(FORCE);
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
    expect(refused.stderr).toMatch(/no guard waits.*: if pid \d+ is ended, its 2 sessions end\n/);
    expect(refused.stderr).toMatch(/supervisor restart --force -y.*"codex-sessions restore"/);
    if (it === 'runs') expect(refused.stderr).toContain('codex-sessions supervisor upgrade');
    expect(await rig.run([...FORCE, '--json'])).toMatchObject({ exitCode: 1, stdout: '' });
    expect(processInfo(pid)).toBeDefined();
    const meant = await rig.run([...FORCE, '-y']);
    expect(meant).toMatchObject({ exitCode: 0, stdout: '' });
    expect(meant.stderr).toMatch(/^pid \d+ was ended, and its 2 sessions with it\..*restore/);
    const ended = await rig.list();
    expect(ended.map(({ state }) => state)).toEqual(['lost', 'lost']);
    await rig.ok(['restore']);
    expect((await rig.list()).map(({ state }) => state)).toEqual(['running', 'running']);
  });

  test('a terminal is asked', async () => {
    const { rig, pid } = await unguarded();
    const no = rig.open(FORCE, { cols: 100 });
    await no.waitFor('all the same?');
    no.type('\r');
    expect(await no.waitForExit()).toBe(0);
    expect((await status(rig)).pid).toBe(pid);
    const yes = rig.open(FORCE, { cols: 100 });
    await yes.waitFor('all the same?');
    yes.type('y\r');
    expect(await yes.waitForExit()).toBe(0);
    expect(yes.text()).toContain(`pid ${pid} was ended, and its 2 sessions with it.`);
    expect((await rig.list()).map(({ state }) => state)).toEqual(['lost', 'lost']);
    // What is killed leaves its socket.
    rig.forgiveLeftovers();
  });

  test('is told by status, doctor and ls, but not in JSON', async () => {
    const { rig } = await unguarded();
    const { guard } = await status(rig);
    expect(guard).toMatchObject({ state: 'off', deaths: 0 });
    expect(await rig.ok(['supervisor'])).toContain(
      `\nnot guarded: the sessions end with it (${guard?.reason})\n`,
    );
    const { stdout, exitCode } = await rig.run(['doctor']);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/FINDING +guard +none: the sessions end with the supervisor/);
    expect((await rig.run(['ls'])).stderr).toBe(
      `Not guarded: sessions end if their supervisor dies (${guard?.reason}).\n`,
    );
    expect((await rig.run(['ls', '--json'])).stderr).toBe('');
  });
});

describe.skipIf(!canUnshare)(`where /dev/shm is of no use${NEEDS_UNSHARE}`, () => {
  test.each([
    ['cannot be written to', 'mount -t tmpfs -o ro none /dev/shm', /EROFS/, /Mount a tmpfs at/],
    [
      'is full',
      'mount -t tmpfs -o size=16k none /dev/shm; head -c 16384 /dev/zero > /dev/shm/full',
      /ENOSPC/,
      /Make room in \/dev\/shm/,
    ],
  ])(
    'as it %s, sessions run, and doctor says why they are not guarded',
    async (_, mount, why, advice) => {
      const rig = createRig();
      const script = `${mount}; exec "$@"`;
      const start = [COMMAND, 'start', '-d', '--no-wait', 'one'];
      const started = rig.openProgram('unshare', ['--mount', 'sh', '-c', script, 'sh', ...start]);
      expect(await started.waitForExit()).toBe(0);
      const guard = await rig.waitUntil(async () => {
        const { guard } = await status(rig);
        return guard?.state === 'off' && guard;
      }, 'the reason');
      expect(guard.reason).toMatch(why);
      const { stdout } = await rig.run(['doctor', '--json']);
      const found = (JSON.parse(stdout) as { check: string }[]).filter(
        ({ check }) => check === 'guard',
      );
      expect(found).toEqual([
        {
          check: 'guard',
          level: 'finding',
          text: expect.stringMatching(why),
          hint: expect.stringMatching(advice),
        },
      ]);
      expect((await rig.run(['ls'])).stderr).toMatch(/^Not guarded: /);
      expect((await rig.run(FORCE)).exitCode).toBe(1);
      expect(await rig.ok(['peek', 'one'])).toContain('stand-in ready');
    },
  );
});

test.skipIf(!canUnshare)(
  `one in another container, whose pid is another process's here, is not ended${NEEDS_UNSHARE}`,
  async () => {
    const rig = createRig();
    const { file, args } = unshared(COMMAND, ['start', 'one']);
    const terminal = rig.openProgram(file, args);
    await terminal.waitFor('stand-in ready');
    const refused = { exitCode: 1, stdout: '', stderr: expect.stringMatching(/another container/) };
    expect(await rig.run([...FORCE, '-y'])).toMatchObject(refused);
    const pid = rig.supervisorPid() ?? 0;
    process.kill(pid, 'SIGSTOP');
    expect(await rig.run([...FORCE, '-y'])).toMatchObject(refused);
    process.kill(pid, 'SIGCONT');
    expect(await rig.list()).toMatchObject([{ name: 'one', state: 'running' }]);
    expect(rig.supervisorPid()).toBe(pid);
    // The container ends with its terminal, and all that is in it.
    rig.forgiveLeftovers();
  },
);

test('without --force it says what it is for; without a supervisor, that there is none', async () => {
  const rig = createRig();
  const { stderr, exitCode } = await rig.run(['supervisor', 'restart']);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/needs --force.*\n.*supervisor upgrade/);
  expect((await rig.run(['supervisor', 'upgrade', '--force'])).exitCode).toBe(2);
  expect((await rig.run(['supervisor', 'status', '-y'])).exitCode).toBe(2);
  const none = { exitCode: 0, stderr: 'No supervisor is running: the next start brings one.\n' };
  expect(await rig.run(FORCE)).toEqual({ ...none, stdout: '' });
  expect(await rig.run([...FORCE, '--json'])).toEqual({ ...none, stdout: 'null\n' });
});
