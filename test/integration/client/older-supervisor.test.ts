/**
 * The supervisor of the first release, kept as it was built then, under the client of now: people
 * upgrade while their sessions run. The fixture is never built again; see its README.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { PreviewFeed } from '../../../src/client/index.ts';
import { statePaths } from '../../../src/store/paths.ts';
import { canUnshare, NEEDS_UNSHARE, unshared } from '../../support/process/unshared.ts';
import { repository } from '../../support/repository.ts';
import { COMMAND } from '../../support/rig/command.ts';
import { createRig, type Rig } from '../../support/rig/rig.ts';

const FIRST = join(repository, 'test/fixtures/supervisor-0.1.0/supervisor.js');

/** Runs until its last session is gone; the rig sees to what is left. */
async function startFirst(rig: Rig): Promise<number> {
  const child = spawn(process.execPath, [FIRST], {
    cwd: '/',
    detached: true,
    env: { ...rig.env },
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const ready = child.stdio[3];
  if (!ready) throw new Error('no pipe');
  const [said] = (await once(ready, 'data')) as [Buffer];
  expect(said.toString()).toBe('ready\n');
  child.unref();
  return child.pid ?? 0;
}

test('start, list, attach, type, send, peek, detach and kill work with it', async () => {
  const rig = createRig();
  const pid = await startFirst(rig);
  expect(await rig.ok(['start', '-d', 'one'])).toContain(':one:');
  expect(await rig.supervisorPid()).toBe(pid);
  expect(await rig.list()).toMatchObject([{ name: 'one', state: 'running' }]);
  const terminal = rig.open(['start', 'two']);
  await terminal.waitFor('stand-in ready');
  terminal.type('echo typed-$((40+2))\r');
  await terminal.waitFor('typed-42');
  expect(await rig.ok(['peek', 'two'])).toContain('typed-42');
  // It knows no `seen`.
  expect(await rig.ok(['peek', 'two', '--seen'])).toContain('typed-42');
  terminal.press('ctrl+\\');
  await terminal.waitForExit();
  const again = rig.open(['attach', 'two']);
  await again.waitFor('typed-42');
  await rig.ok(['detach', 'two']);
  await again.waitForExit();
  await rig.ok(['kill', 'one', '-y']);
  expect((await rig.list()).map(({ name }) => name)).toEqual(['two']);
});

test.skipIf(!canUnshare)(
  `it does not say in which container it runs, and nothing is asked${NEEDS_UNSHARE}`,
  async () => {
    const rig = createRig();
    await startFirst(rig);
    const { file, args } = unshared(COMMAND, ['start', '-d', 'one']);
    expect(await rig.openProgram(file, args).waitForExit()).toBe(0);
    expect(await rig.list()).toHaveLength(1);
  },
);

test('it has no guard, which is said, and it is not ended without a question', async () => {
  const rig = createRig();
  const pid = await startFirst(rig);
  await rig.ok(['start', '-d', 'one']);
  expect(await rig.ok(['supervisor'])).toContain(
    '\nnot guarded: the sessions end with it (it is of an earlier version)\n',
  );
  const refused = await rig.run(['supervisor', 'restart', '--force']);
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toMatch(/its 1 session ends\n.*codex-sessions supervisor upgrade/);
  expect(rig.supervisorPid()).toBe(pid);
  // Nothing is wrong: it was so when it was started.
  expect((await rig.run(['ls'])).stderr).toBe('');
});

test('it hands its sessions over to the supervisor of now', async () => {
  const rig = createRig();
  const pid = await startFirst(rig);
  const terminal = rig.open(['start']);
  await terminal.waitFor('stand-in ready');
  const [before] = await rig.list();
  await rig.ok(['supervisor', 'upgrade']);
  expect(await rig.supervisorPid()).not.toBe(pid);
  expect((await rig.list())[0]).toMatchObject({ pid: before?.pid, clients: 1, state: 'running' });
  terminal.type('echo after-$((40+3))\r');
  await terminal.waitFor('after-43');
});

test('it knows no previews, and there is none', async () => {
  const rig = createRig();
  await startFirst(rig);
  const fullName = (await rig.ok(['start', '-d', 'one'])).trim();
  const feed = new PreviewFeed(statePaths({ ...rig.env }));
  onTestFinished(() => feed.close());
  for (let n = 0; n < 5; n++) {
    feed.show(fullName, { cols: 80, rows: 20 });
    // It has answered all that was said before.
    await rig.list();
  }
  expect(feed.capture).toBeUndefined();
});
