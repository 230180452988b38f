/** A supervisor dies, its guard dies, both do: what goes on, what ends, and that nothing is left behind. */
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { guardsOf, usageOf } from '../../deaths/facts.ts';
import { told, toldBySuccessor } from '../../deaths/supervisor-link.ts';
import { isAlive } from '../../support/process/processes.ts';
import { dropFrozenBuild, frozenBuild } from '../../support/rig/frozen-build.ts';
import { createRig, type Rig, type RigOptions } from '../../support/rig/rig.ts';

/** Gives back each line; `exit N` ends it. */
const ECHOING = `stty -echo; echo here
while IFS= read -r line; do case $line in exit*) exit "\${line#exit }";; *) echo "got $line";; esac; done`;

/** With one session and its guard. */
async function guardedRig(options: RigOptions = {}): Promise<Rig> {
  const rig = createRig({ codex: ECHOING, ...options });
  await rig.ok(['start', '-d', 'one']);
  await guardOf(rig);
  return rig;
}

/** The pid of the only guard, which holds the terminals of all sessions and of no other. */
function guardOf(rig: Rig): Promise<number> {
  return rig.waitUntil(async () => {
    const { guard, sessions } = await told(rig);
    const [first, second] = guardsOf(rig);
    if (!first || second || guard?.state !== 'on' || guard.pid !== first.pid) return false;
    return usageOf(first.pid).terminals === sessions.length && first.pid;
  }, 'one guard that holds what there is');
}

/** @returns the successor's pid */
async function die(rig: Rig, signal: NodeJS.Signals = 'SIGKILL'): Promise<number> {
  const { pid } = await told(rig);
  process.kill(pid, signal);
  return (await toldBySuccessor(rig, new Set([pid]))).pid;
}

async function pids(rig: Rig): Promise<string[]> {
  return (await rig.list()).map(({ name, pid }) => `${name} ${pid}`).sort();
}

function states(rig: Rig): Promise<string[]> {
  return rig.list('--all').then((all) => all.map(({ name, state }) => `${name} ${state}`).sort());
}

async function nothingIsLeft(rig: Rig): Promise<void> {
  await rig.waitUntilEmpty();
  expect(existsSync(rig.socket)).toBe(false);
}

describe('the guard', () => {
  test('dies alone: another one comes, and the next death is survived', async () => {
    const rig = await guardedRig();
    const before = await pids(rig);
    const { pid } = await told(rig);
    for (let round = 0; round < 3; round++) {
      const guard = await guardOf(rig);
      process.kill(guard, 'SIGKILL');
      await rig.waitUntil(() => !isAlive(guard), 'the guard to be gone');
      expect(await guardOf(rig)).not.toBe(guard);
      expect((await told(rig)).pid).toBe(pid);
    }
    expect(await die(rig)).not.toBe(pid);
    expect(await pids(rig)).toEqual(before);
  });

  test('and the supervisor at once: the sessions are lost, and come back', async () => {
    const rig = await guardedRig();
    await rig.ok(['start', '-d', 'two']);
    const guard = await guardOf(rig);
    const { pid } = await told(rig);
    const before = await pids(rig);
    // It would start another guard in the moment between the two.
    process.kill(pid, 'SIGSTOP');
    for (const one of [guard, pid]) process.kill(one, 'SIGKILL');
    await rig.waitUntilEmpty();
    expect(await states(rig)).toEqual(['one lost', 'two lost']);
    await rig.ok(['restore']);
    expect(await states(rig)).toEqual(['one running', 'two running']);
    expect(await pids(rig)).not.toEqual(before);
    await guardOf(rig);
    await die(rig);
    expect(await states(rig)).toEqual(['one running', 'two running']);
  });

  test('keeps no terminal of what has ended: what is left in its background is hung up', async () => {
    const rig = await guardedRig();
    const hungUp = join(rig.root, 'hung-up');
    // Writes on until its terminal is gone.
    const body = `[ -n "$CODEX_SESSIONS_SESSION" ] || exit 0
set -m
(trap '' HUP; while echo tick; do sleep 0.05; done 2>/dev/null; : >'${hungUp}') &
echo here; read -r line`;
    const env = { CODEX_SESSIONS_CODEX: rig.program('leaves', body) };
    await rig.ok(['start', '-d', 'leaves'], { env });
    await guardOf(rig);
    await die(rig);
    await guardOf(rig);
    const terminal = rig.open(['attach', 'leaves']);
    await terminal.waitFor('tick');
    terminal.press('enter');
    await terminal.waitForExit();
    await rig.waitUntil(() => existsSync(hungUp), 'the hang-up');
    await guardOf(rig);
  });

  test('is none where there is no session, and holds each that is started', async () => {
    const rig = await guardedRig();
    const before = await guardOf(rig);
    for (const name of ['two', 'three', 'four']) await rig.ok(['start', '-d', name]);
    expect(await guardOf(rig)).not.toBe(before);
    const there = await pids(rig);
    expect(there).toHaveLength(4);
    await die(rig);
    expect(await pids(rig)).toEqual(there);
    await rig.ok(['kill-all', '-y']);
    await nothingIsLeft(rig);
  });
});

describe('whoever comes while a supervisor is dead and its guard not there yet', () => {
  test('takes nothing over, even where the socket is gone', async () => {
    const rig = await guardedRig();
    const guard = await guardOf(rig);
    const { pid } = await told(rig);
    const before = await pids(rig);
    // So that it cannot put the socket back.
    process.kill(pid, 'SIGSTOP');
    process.kill(guard, 'SIGSTOP');
    rmSync(rig.socket);
    process.kill(pid, 'SIGKILL');
    await rig.waitUntil(() => !isAlive(pid), 'the supervisor to be gone');
    for (const args of [['ls'], ['start', '-d', 'two']])
      expect((await rig.run(args)).stderr).toMatch(/a supervisor runs, but its socket/);
    process.kill(guard, 'SIGCONT');
    await rig.ok(['start', '-d', 'two']);
    expect((await told(rig)).pid).toBe(guard);
    expect(await pids(rig)).toEqual(expect.arrayContaining(before));
  });
});

describe('an end that is meant', () => {
  test('SIGTERM of the supervisor ends its sessions, and no guard goes on', async () => {
    const rig = await guardedRig();
    await rig.ok(['start', '-d', 'two']);
    await guardOf(rig);
    await die(rig);
    await guardOf(rig);
    process.kill((await told(rig)).pid, 'SIGTERM');
    await nothingIsLeft(rig);
    expect((await states(rig)).every((one) => !one.includes('running'))).toBe(true);
  });

  test('the last session ends by itself: neither supervisor nor guard is left', async () => {
    const rig = await guardedRig();
    const terminal = rig.open(['attach', 'one']);
    await terminal.waitFor('here');
    terminal.type('exit 0\r');
    await terminal.waitForExit();
    await nothingIsLeft(rig);
  });

  test('a session ends while nobody serves: its successor tells it, and not its exit code', async () => {
    const rig = await guardedRig();
    await rig.ok(['start', '-d', 'two']);
    await guardOf(rig);
    const two = (await rig.list()).find(({ name }) => name === 'two');
    const { pid } = await told(rig);
    process.kill(pid, 'SIGKILL');
    process.kill(two?.pid ?? 0, 'SIGKILL');
    await toldBySuccessor(rig, new Set([pid]));
    await rig.waitUntil(
      async () => (await states(rig)).join() === 'one running,two exited',
      'the end to be told',
    );
    const ended = (await rig.list('--all')).find(({ name }) => name === 'two');
    expect(ended?.exit).toEqual({ code: null, signal: null });
    expect(await guardOf(rig)).toBeGreaterThan(0);
  });
});

describe('death after death', () => {
  test('three successors in a row that die soon: nobody follows, and a start begins anew', async () => {
    const rig = await guardedRig({ env: { CODEX_SESSIONS_SOON_MS: '600000' } });
    for (let death = 1; death <= 3; death++) {
      await die(rig);
      await guardOf(rig);
    }
    process.kill((await told(rig)).pid, 'SIGKILL');
    await rig.waitUntilEmpty();
    expect(await states(rig)).toEqual(['one lost']);
    await rig.ok(['start', '-d', 'one']);
    await guardOf(rig);
    await die(rig);
    expect(await states(rig)).toEqual(['one running']);
  });

  test('sessions that start in the moment of it run once, or are told as lost', async () => {
    const rig = await guardedRig({ env: { CODEX_SESSIONS_SOON_MS: '0' } });
    for (let round = 0; round < 4; round++) {
      const name = `new${round}`;
      const started = rig.run(['start', '-d', name]);
      await rig.waitUntil(
        async () => (await told(rig)).sessions.some((one) => one.name === name),
        'the start',
      );
      // Each a little later: before there is another guard, while it is started, when it is there.
      await new Promise((resolve) => setTimeout(resolve, round * 40));
      await die(rig);
      await started;
      await guardOf(rig);
      const { pid, state } = (await rig.list('--all')).find((one) => one.name === name) ?? {};
      expect(['running', 'lost']).toContain(state);
      expect(isAlive(pid ?? 0)).toBe(state === 'running');
    }
    expect(await states(rig)).toContain('one running');
  });
});

describe('npm replaces what lies beneath', () => {
  let bin = '';
  let dist = '';
  beforeAll(() => {
    bin = frozenBuild();
    dist = join(bin, '..', '..', 'dist');
  });
  afterAll(dropFrozenBuild);

  /** Takes a file or a directory away, has the supervisor die, and waits until the guard has missed it. */
  async function deathWithout(rig: Rig, path: string): Promise<number> {
    const { pid } = await told(rig);
    const guard = await guardOf(rig);
    renameSync(path, `${path}.away`);
    process.kill(pid, 'SIGKILL');
    await rig.waitUntil(
      () => rig.processes().some(({ parent }) => parent === guard),
      'the guard to look again',
    );
    return pid;
  }

  test('the build is away for a moment: what lies there afterwards takes over', async () => {
    const rig = await guardedRig({ bin });
    const before = await pids(rig);
    const dead = await deathWithout(rig, dist);
    try {
      renameSync(`${dist}.away`, dist);
      await toldBySuccessor(rig, new Set([dead]));
      expect(await pids(rig)).toEqual(before);
    } finally {
      if (existsSync(`${dist}.away`)) renameSync(`${dist}.away`, dist);
    }
  });

  test('so is Node', async () => {
    const nodes = createRig();
    const directory = join(nodes.root, 'node');
    mkdirSync(directory);
    copyFileSync(process.execPath, join(directory, 'node'));
    const env = { PATH: `${directory}:${process.env.PATH}` };
    const rig = await guardedRig({ env });
    const before = await pids(rig);
    const dead = await deathWithout(rig, join(directory, 'node'));
    renameSync(join(directory, 'node.away'), join(directory, 'node'));
    await toldBySuccessor(rig, new Set([dead]));
    expect(await pids(rig)).toEqual(before);
    await rig.close();
  });

  test('it does not come back: the sessions end, are told as lost, and nothing is left', async () => {
    const rig = await guardedRig({ bin });
    try {
      await deathWithout(rig, dist);
      await rig.waitUntilEmpty();
    } finally {
      renameSync(`${dist}.away`, dist);
    }
    expect(await states(rig)).toEqual(['one lost']);
    await rig.ok(['start', '-d', 'one']);
    await guardOf(rig);
  });
});
