/** Commands that run while the supervisor dies do what they were to do, or say what is not known. */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { isAlive } from '../../support/process/processes.ts';
import { Background } from '../../support/rig/background.ts';
import { createReporter } from '../../support/rig/reporter.ts';
import { createRig, type Listed } from '../../support/rig/rig.ts';
import {
  dies,
  guarded,
  killNow,
  loseSupervisor,
  MANY_DEATHS,
  succeeded,
  supervisorOf,
} from '../../support/rig/successor.ts';

test('ls in a loop through ten deaths: every one is right', async () => {
  const rig = createRig({ codex: 'exec cat', env: MANY_DEATHS });
  for (const name of ['one', 'two', 'three']) await rig.ok(['start', '-d', name]);
  await guarded(rig);
  const pids = (list: readonly Listed[]) =>
    list.map(({ name, state, pid }) => [name, state, pid]).sort();
  const before = pids(await rig.list());
  let ends = false;
  let listed = 0;
  const loop = async () => {
    for (; !ends; listed++) {
      const { stdout, stderr, exitCode } = await rig.run(['ls', '--json']);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(pids(JSON.parse(stdout) as Listed[])).toEqual(before);
    }
  };
  const loops = Promise.all([loop(), loop()]);
  for (let death = 0; death < 10; death++) await Promise.race([dies(rig), loops]);
  ends = true;
  await loops;
  expect(listed).toBeGreaterThan(10);
});

test('wait: satisfied after a death, during one, and not by what is not known', async () => {
  const reporter = createReporter({ env: MANY_DEATHS });
  const { rig } = reporter;
  for (const name of ['after', 'during', 'over']) {
    await reporter.start(name);
    await reporter.report(name, 'state=working');
    await reporter.status(name, 'working');
  }
  const waits = ['after', 'during', 'over'].map((name) => new Background(rig, ['wait', name]));
  const [after, during, over] = waits as [Background, Background, Background];
  const any = new Background(rig, ['wait', 'after', 'during', '--any', '--until', 'idle']);
  await rig.waitUntil(() => waits.every(({ pid }) => isAlive(pid)), 'them to run');
  await dies(rig);
  await dies(rig);
  // It stands still, so that the report and the end come while no supervisor is there.
  const dead = killNow(rig);
  await reporter.report('during', 'state=idle');
  await reporter.report('over', 'exit 3');
  await succeeded(rig, dead);
  expect(await during.exited, during.stderr).toBe(0);
  expect(during.lines()).toEqual(['ultra:during done']);
  expect(await any.exited, any.stderr).toBe(0);
  expect(any.lines()).toEqual(['ultra:during done']);
  expect(await over.exited, over.stderr).toBe(1);
  expect(over.lines()).toEqual([expect.stringMatching(/^ultra:over (?:exited|lost)$/)]);
  expect(after.lines()).toEqual([]);
  await dies(rig);
  await reporter.report('after', 'state=blocked:kind=permission');
  expect(await after.exited, after.stderr).toBe(6);
});

test('kill in flight: what was to end ends, and that is said', async () => {
  // Ends two seconds after it is asked to, so that the death comes before that.
  const codex = `trap 'sleep 1; exit 0' HUP TERM; echo up; while :; do sleep 0.1; done`;
  const rig = createRig({ codex, env: MANY_DEATHS });
  for (const name of ['one', 'two', 'stays']) await rig.ok(['start', '-d', name]);
  await guarded(rig);
  const pids = (await rig.list()).filter(({ name }) => name !== 'stays').map(({ pid }) => pid);
  const kill = new Background(rig, ['kill', 'one', 'two']);
  await rig.waitUntil(
    () => rig.processes().filter(({ command }) => command === 'sleep 1').length === 2,
    'both to be asked to end',
  );
  killNow(rig);
  expect(await kill.exited, kill.stderr).toBe(0);
  expect(kill.stderr).toBe(
    'Killed ultra:one.\nKilled ultra:two.\nBring them back: codex-sessions restore --killed\n',
  );
  expect(pids.filter((pid) => isAlive(pid))).toEqual([]);
  expect((await rig.list()).map(({ name, state }) => [name, state])).toEqual([
    ['stays', 'running'],
  ]);
});

test('start -d, killed at 12 points in time: each runs once, or is told as lost', async () => {
  const rig = createRig({
    codex: `[ -z "$CODEX_SESSIONS_SESSION" ] || echo "$CODEX_SESSIONS_SESSION $*" >>"$STARTS"
echo up; exec cat`,
    env: MANY_DEATHS,
  });
  const STARTS = rig.file('starts', '');
  await rig.ok(['start', '-d', 'first'], { env: { STARTS } });
  const names = Array.from({ length: 12 }, (_, i) => `s${i}`);
  for (const [index, name] of names.entries()) {
    await guarded(rig);
    const args = index % 2 === 0 ? ['--', '-m', 'x'] : [];
    const starting = rig.run(['start', '-d', name, ...args], { waits: true, env: { STARTS } });
    await pause(150 + 40 * index);
    const dead = killNow(rig);
    const { exitCode, stdout, stderr } = await starting;
    expect({ name, exitCode, stderr }).toEqual({ name, exitCode: 0, stderr: '' });
    expect(stdout).toContain(`:${name}:`);
    await succeeded(rig, dead);
  }
  const list = await rig.list('--all');
  const of = (wanted: string) =>
    list.filter(({ state }) => state === wanted).map(({ name }) => name);
  // One that was up already may still be younger than its guard.
  expect([...of('running'), ...of('lost')].sort()).toEqual(['first', ...names].sort());
  const programs = rig.processes().filter(({ command }) => command === 'cat');
  expect(programs.map(({ pid }) => pid).sort()).toEqual(
    list.flatMap(({ state, pid }) => (state === 'running' ? [pid] : [])).sort(),
  );
  // Where it was lost at its start, it is started anew.
  const started = readFileSync(STARTS, 'utf8').split('\n');
  for (const name of names)
    expect(started.filter((line) => line.includes(`:${name}:`)).length, name).toBeLessThanOrEqual(
      2,
    );
});

test('restart and restore, killed at some points in time: each session runs once', async () => {
  const rig = createRig({ codex: 'echo up; exec cat', env: MANY_DEATHS });
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  for (const name of names) await rig.ok(['start', '-d', name]);
  const running = async () => (await rig.list()).filter(({ state }) => state === 'running');
  const programs = () => rig.processes().filter(({ command }) => command === 'cat').length;
  for (const [index, name] of names.entries()) {
    await guarded(rig);
    const before = (await running()).find((session) => session.name === name)?.pid;
    const restarting = rig.run(['restart', name, '-y']);
    await pause(150 + 50 * index);
    const dead = killNow(rig);
    expect(await restarting).toMatchObject({ exitCode: 0, stderr: '' });
    await succeeded(rig, dead);
    expect((await running()).map((session) => session.name).sort()).toEqual(names);
    const after = (await running()).find((session) => session.name === name)?.pid;
    expect(after).not.toBe(before);
    expect(programs()).toBe(names.length);
  }
  for (let point = 1; point <= 3; point++) {
    await loseSupervisor(rig);
    await rig.waitUntilEmpty();
    const restoring = rig.run(['restore', '--jobs', '2']);
    await rig.waitUntil(() => programs() >= 2 * point, 'some to be back');
    const dead = killNow(rig);
    const { exitCode, stdout, stderr } = await restoring;
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout.trim().split('\n')).toHaveLength(names.length);
    if (supervisorOf(rig) !== dead) await succeeded(rig, dead);
    // What was restored already may have been younger than its guard.
    const lost = (await rig.list()).filter(({ state }) => state === 'lost').length;
    expect((await running()).length + lost).toBe(names.length);
    expect(programs()).toBe((await running()).length);
    await rig.ok(['restore']);
    expect(await running()).toHaveLength(names.length);
  }
});

test('watch goes on, and so do rename, detach, peek and send', async () => {
  const reporter = createReporter({ env: MANY_DEATHS });
  const { rig } = reporter;
  await reporter.start('one');
  const watch = rig.open(['watch']);
  await watch.waitFor(/○ ultra:one +idle/);
  await dies(rig);
  await reporter.report('one', 'state=working');
  await watch.waitFor(/● ultra:one +working/);
  await reporter.start('two');
  await watch.waitFor(/○ ultra:two +idle/);
  const doings = [
    ['rename', 'one', 'uno'],
    ['detach', 'uno'],
    ['peek', 'uno'],
    ['explain', 'uno'],
    ['status', 'uno'],
    ['send', '--no-submit', '--force', 'uno', 'text'],
    ['send', '--key', 'enter', 'uno'],
  ];
  for (const doing of doings) {
    await guarded(rig);
    const dead = killNow(rig);
    const { exitCode, stderr } = await rig.run(doing);
    expect({ doing, exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({
      doing,
      exitCode: 0,
      stderr: '',
    });
    await succeeded(rig, dead);
  }
  await watch.waitFor(/ultra:uno/);
  watch.press('q');
  expect(await watch.waitForExit()).toBe(0);
});

test('a text of which nobody knows whether it has arrived: code 8, and what to do', async () => {
  // Reads nothing, so the terminal has room for a part of it.
  const rig = createRig({
    codex: "stty raw; printf '\\033]7501;state=idle\\033\\\\'; exec sleep 600",
  });
  await rig.ok(['start', '-d', 'one']);
  await rig.waitUntil(async () => (await rig.list())[0]?.status === 'idle', 'its report');
  await guarded(rig);
  const sending = new Background(rig, ['send', '--no-submit', 'one', 'x'.repeat(100_000)]);
  // The terminal echoes what it has got.
  const echoed = async () => (await rig.ok(['peek', 'one'])).includes('xxx');
  await rig.waitUntil(echoed, 'a part to have arrived');
  const dead = killNow(rig);
  expect(await sending.exited).toBe(8);
  expect(sending.stderr).toMatch(
    /^codex-sessions: .*may have arrived, or not\n {2}Look before .*peek/,
  );
  await succeeded(rig, dead);
});
