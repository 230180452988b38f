/** A project that was renamed: its sessions go by the old path, and `start` says how they come along. */
import { execFileSync } from 'node:child_process';
import { cpSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRig } from '../../support/rig/rig.ts';

test('a plain start in a renamed project says how its sessions are moved, and that works', async () => {
  const rig = createRig({ codex: 'pwd; exec cat' });
  const old = rig.project('before');
  await rig.ok(['start', '-d', 'work'], { cwd: old });
  await rig.ok(['kill', 'work', '-y'], { cwd: old });
  await rig.waitUntilEmpty();
  const now = join(rig.root, 'p', 'after that');
  renameSync(old, now);
  const first = await rig.run(['start', '-d'], { cwd: now });
  const hint =
    /^This project was (.+) before, and has a session.*: (codex-sessions start -C .+)\n$/;
  expect(first.stderr).toMatch(hint);
  const [, from, command = ''] = hint.exec(first.stderr) ?? [];
  expect(from).toBe(old);
  const [, directory, session = ''] = /-C '(.+)' (\S+)$/.exec(command) ?? [];
  expect(directory).toBe(now);
  const moved = await rig.run(['start', '-d', '-C', now, session]);
  expect(moved.stdout).toMatch(/^codex:after that:work:[0-9a-f]{8}\n$/);
  expect(moved.stderr).toBe('before:work is after that:work now, as its project was moved.\n');
  await rig.waitUntil(
    async () => (await rig.ok(['peek', 'work'], { cwd: now })).includes(now),
    'the session to be in the new directory',
  );
  expect(await rig.list('--all')).toMatchObject([
    { project: 'after that', name: expect.stringMatching(/main|work/), root: now },
    { project: 'after that', name: expect.stringMatching(/main|work/), root: now },
  ]);
  // The project is known now.
  expect((await rig.run(['start', '-d', 'other'], { cwd: now })).stderr).toBe('');
});

test('a session keeps the name of its project where another has its own in the new place', async () => {
  const rig = createRig({ codex: 'exec cat' });
  const old = rig.project('before');
  const session = (await rig.ok(['start', '-d'], { cwd: old })).trim();
  await rig.ok(['kill', 'main', '-y'], { cwd: old });
  await rig.waitUntilEmpty();
  const now = join(rig.root, 'p', 'after');
  renameSync(old, now);
  await rig.ok(['start', '-d'], { cwd: now });
  expect(await rig.ok(['start', '-d', '-C', now, session])).toBe(`${session}\n`);
  // Elsewhere it is no move, wherever it goes on.
  const another = rig.project('another');
  await rig.ok(['kill-all', '-y']);
  await rig.waitUntilEmpty();
  expect(await rig.ok(['start', '-d', '-C', another, session])).toBe(`${session}\n`);
});

test('a project that was copied, or is another one in its place, gets no such hint', async () => {
  const rig = createRig({ codex: 'exec cat' });
  const old = rig.project('before');
  await rig.ok(['start', '-d', 'work'], { cwd: old });
  await rig.ok(['kill', 'work', '-y'], { cwd: old });
  const copy = join(rig.root, 'p', 'copy');
  cpSync(old, copy, { recursive: true });
  expect((await rig.run(['start', '-d'], { cwd: copy })).stderr).toBe('');
  rmSync(old, { recursive: true });
  const another = rig.project('another');
  expect((await rig.run(['start', '-d'], { cwd: another })).stderr).toBe('');
});

test('a start in a new project does not wait for what is no file among the records', async () => {
  const rig = createRig({ codex: 'exec cat' });
  await rig.ok(['start', '-d']);
  const fifo = join(rig.stateDir, 'sessions', 'codex:elsewhere:main:01234567.json');
  execFileSync('mkfifo', [fifo]);
  await rig.ok(['start', '-d'], { cwd: rig.project('another') });
  rmSync(fifo);
});
