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
  await rig.ok(['start', '-d', '-C', now, session]);
  await rig.waitUntil(
    async () => (await rig.ok(['peek', 'before:work'])).includes(now),
    'the session to be in the new directory',
  );
  // The project is known now.
  expect((await rig.run(['start', '-d', 'other'], { cwd: now })).stderr).toBe('');
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
