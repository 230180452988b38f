/** A supervisor that is stopped (SIGSTOP), with its guard or without: any command says what lets it go on. */
import { expect, test } from 'vitest';
import { createRig, type Rig } from '../../support/rig/rig.ts';

const COMMANDS = [
  ['ls'],
  ['peek'],
  ['send', 'main', 'x'],
  ['start', '-d', 'other'],
  ['wait', 'main'],
];

interface Pids {
  readonly supervisor: number;
  readonly guard: number;
}

async function started(): Promise<Pids & { rig: Rig }> {
  const rig = createRig();
  await rig.ok(['start', '-d']);
  const { pid: supervisor, guard } = await rig.waitUntil(async () => {
    const status = JSON.parse(await rig.ok(['supervisor', '--json'])) as {
      pid: number;
      guard: { state: string; pid?: number } | null;
    };
    return status.guard?.state === 'on' && { pid: status.pid, guard: status.guard.pid };
  }, 'the guard');
  return { rig, supervisor, guard: guard ?? 0 };
}

/** What each of the commands says, which wait for 10 s. */
async function said(rig: Rig): Promise<string[]> {
  const results = await Promise.all(COMMANDS.map((args) => rig.run(args)));
  expect(results.map(({ exitCode }) => exitCode)).not.toContain(0);
  return results.map(({ stderr }) => stderr);
}

test.each([
  ['it is', ['supervisor'], 'It is stopped: kill -CONT SUPERVISOR. Or '],
  [
    'both are',
    ['supervisor', 'guard'],
    'It is stopped, and so is its guard: kill -CONT SUPERVISOR GUARD. Or ',
  ],
] as const)('%s', async (_, stopped, says) => {
  const { rig, ...pids } = await started();
  for (const one of stopped) process.kill(pids[one], 'SIGSTOP');
  const wanted = says
    .replace('SUPERVISOR', String(pids.supervisor))
    .replace('GUARD', String(pids.guard));
  for (const text of await said(rig)) {
    expect(text).toContain(wanted);
    expect(text).toContain('"codex-sessions supervisor restart --force" replaces it.');
  }
  for (const one of stopped) process.kill(pids[one], 'SIGCONT');
  expect(await rig.list()).toHaveLength(1);
});

test('the guard of one that has died is', async () => {
  const { rig, supervisor, guard } = await started();
  process.kill(guard, 'SIGSTOP');
  process.kill(supervisor, 'SIGKILL');
  for (const text of await said(rig))
    expect(text).toContain(`It has died, and its guard is stopped: kill -CONT ${guard}.`);
  process.kill(guard, 'SIGCONT');
  expect(await rig.list()).toHaveLength(1);
});
