/**
 * What lies in the state directory goes, fills up, or turns to garbage under sessions that live:
 * nothing that runs is lost, and the next command works or says in a sentence why not.
 */

import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { canMount, mountTiny, NEEDS_MOUNT } from '../../support/attack/other-user.ts';
import { createRig, type Rig, recordFiles } from '../../support/rig/rig.ts';

const echoing = { codex: 'stty -echo; echo here; exec cat' };

/** What `ls` says, once it says it. */
function listed(rig: Rig, expected: string): Promise<unknown> {
  return rig.waitUntil(
    async () =>
      (await rig.list())
        .map(({ name, state }) => `${name} ${state}`)
        .sort()
        .join() === expected,
    `the list to be ${expected}`,
  );
}

describe('while the supervisor runs', () => {
  test('a socket that is removed is there again, and whoever is attached stays', async () => {
    const rig = createRig(echoing);
    const terminal = rig.open(['start']);
    await terminal.waitFor('here');
    const pid = rig.supervisorPid();
    for (let round = 1; round <= 5; round++) {
      rmSync(rig.socket);
      await rig.waitUntil(() => existsSync(rig.socket), 'the socket to be there again');
      await listed(rig, 'main running');
      terminal.type(`round ${round}\r`);
      await terminal.waitFor(`round ${round}`);
    }
    expect(rig.supervisorPid()).toBe(pid);
    expect((statSync(rig.socket).mode & 0o777).toString(8)).toBe('600');
  });

  test('so is one that something else has taken the place of', async () => {
    const rig = createRig(echoing);
    await rig.ok(['start', '-d']);
    rmSync(rig.socket);
    writeFileSync(rig.socket, 'a file');
    await rig.waitUntil(
      () => statSync(rig.socket, { throwIfNoEntry: false })?.isSocket(),
      'a socket',
    );
    await listed(rig, 'main running');
  });

  test('the whole directory is removed: socket, lock and records come back', async () => {
    const rig = createRig(echoing);
    const terminal = rig.open(['start', 'one']);
    await terminal.waitFor('here');
    await rig.ok(['start', '-d', 'two']);
    const records = recordFiles(rig);
    const pid = rig.supervisorPid();
    // In one step: what is put back meanwhile would be in the way of a removal.
    renameSync(rig.stateDir, `${rig.stateDir}.gone`);
    rmSync(`${rig.stateDir}.gone`, { recursive: true });
    await rig.waitUntil(() => existsSync(rig.socket), 'the socket to be there again');
    expect(rig.supervisorPid()).toBe(pid);
    await rig.waitUntil(
      () =>
        existsSync(join(rig.stateDir, 'sessions')) && recordFiles(rig).join() === records.join(),
      'the records',
    );
    await rig.ok(['start', '-d', 'three']);
    expect(rig.supervisorPid()).toBe(pid);
    terminal.type('still\r');
    await terminal.waitFor('still');
    await rig.ok(['kill', 'two']);
    expect((await rig.list()).map(({ name }) => name).sort()).toEqual(['one', 'three']);
  });

  test('the directory is moved away and another put in its place', async () => {
    const rig = createRig(echoing);
    await rig.ok(['start', '-d']);
    const pid = rig.supervisorPid();
    renameSync(rig.stateDir, `${rig.stateDir}.old`);
    mkdirSync(rig.stateDir, { mode: 0o700 });
    await rig.waitUntil(() => existsSync(rig.socket), 'the socket to be there again');
    await listed(rig, 'main running');
    expect(rig.supervisorPid()).toBe(pid);
  });
});

describe('records', () => {
  test.each([
    ['emptied', () => ''],
    ['cut off', (text: string) => text.slice(0, 40)],
    ['garbage', () => '\0\xff{]'],
    ['of another kind', () => '[1,2,3]'],
    ['of a later version', (text: string) => text.replace('"version": 1', '"version": 99')],
  ])('one that is %s costs no other, and nobody removes it', async (_, damage) => {
    const rig = createRig({ codex: 'exit 3' });
    // They may have ended before it could say that they run.
    for (const name of ['bad', 'good']) await rig.run(['start', '-d', name]);
    await listed(rig, 'bad exited,good exited');
    await rig.waitUntilEmpty();
    const file = recordFiles(rig).find((name) => name.includes(':bad:')) ?? '';
    const path = join(rig.stateDir, 'sessions', file);
    const damaged = damage(readFileSync(path, 'utf8'));
    writeFileSync(path, damaged);
    const { stdout, stderr, exitCode } = await rig.run(['ls', '--all']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('ultra:good');
    expect(stdout).not.toContain('ultra:bad');
    expect(stderr).toContain(path);
    expect(readFileSync(path, 'utf8')).toBe(damaged);
    const doctor = JSON.parse((await rig.run(['doctor', '--json'])).stdout);
    expect(doctor).toContainEqual(
      expect.objectContaining({ check: 'records', text: expect.stringContaining(path) }),
    );
  });
});

describe.skipIf(!canMount)(`a state directory${NEEDS_MOUNT}`, () => {
  /** Outside of the rig, which is removed while the disk is still there. */
  function onTinyDisk(kilobytes: number): { rig: Rig; dir: string } {
    const dir = realpathSync(mkdtempSync(join(tmpdir(), 'cs-tiny-')));
    const unmount = mountTiny(dir, kilobytes);
    onTestFinished(() => {
      unmount();
      rmSync(dir, { recursive: true });
    });
    return { rig: createRig({ ...echoing, env: { CODEX_SESSIONS_DIR: dir } }), dir };
  }

  async function leave(rig: Rig): Promise<void> {
    await rig.ok(['kill-all', '-y']);
    await rig.waitUntilEmpty();
  }

  function fill(dir: string): void {
    const path = join(dir, 'ballast');
    for (const bytes of [4_096, 1]) {
      try {
        for (;;) writeFileSync(path, Buffer.alloc(bytes), { flag: 'a' });
      } catch {
        // Full.
      }
    }
  }

  test('that is full lets sessions run, start and end', async () => {
    const { rig, dir } = onTinyDisk(64);
    const terminal = rig.open(['start', 'one']);
    await terminal.waitFor('here');
    fill(dir);
    terminal.type('goes on\r');
    await terminal.waitFor('goes on');
    await rig.ok(['start', '-d', 'two']);
    await rig.ok(['kill', 'two']);
    expect((await rig.list()).map(({ name }) => name)).toContain('one');
    const doctor = await rig.run(['doctor']);
    expect(doctor.exitCode).toBe(1);
    expect(doctor.stdout).toMatch(/FINDING +state +the disk .* is full/);
    rmSync(join(dir, 'ballast'));
    await rig.ok(['start', '-d', 'three']);
    expect(readdirSync(join(dir, 'sessions')).join()).toContain(':three:');
    await leave(rig);
  });

  test.each(['running', 'ended'])(
    'that is full: a session that is %s keeps its name',
    async (how) => {
      const { rig, dir } = onTinyDisk(64);
      await rig.ok(['start', '-d', 'one']);
      await rig.ok(['start', '-d', 'two']);
      if (how === 'ended') await rig.ok(['kill', 'one']);
      fill(dir);
      const before = readdirSync(join(dir, 'sessions'));
      const refused = await rig.run(['rename', 'one', 'other']);
      expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
      expect(refused.stderr).toMatch(
        /^codex-sessions: .*(?:ENOSPC|no space left).*\n {2}.*make room.*\n$/i,
      );
      expect(readdirSync(join(dir, 'sessions'))).toEqual(before);
      const running = (await rig.list()).map(({ name, state }) => `${name} ${state}`).sort();
      expect(running).toEqual(how === 'running' ? ['one running', 'two running'] : ['two running']);
      expect((await rig.run(['doctor'])).stdout).not.toContain('kill ');
      rmSync(join(dir, 'ballast'));
      await rig.ok(['rename', 'one', 'other']);
      expect((await rig.list('--all')).map(({ name }) => name).sort()).toEqual(['other', 'two']);
      await leave(rig);
    },
  );

  test('that is full before anything runs: it works, or says so', async () => {
    const { rig, dir } = onTinyDisk(16);
    fill(dir);
    const { stderr, exitCode } = await rig.run(['start', '-d']);
    if (exitCode !== 0) expect(stderr).toMatch(/no space left|ENOSPC/);
    expect(stderr).not.toContain('bug');
    expect((await rig.run(['ls'])).exitCode).toBe(0);
    await leave(rig);
  });

  test('that is read-only: a start says so, a list works', async () => {
    const { rig, dir } = onTinyDisk(64);
    execFileSync('mount', ['-o', 'remount,ro', dir]);
    const refused = await rig.run(['start', '-d']);
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
    expect(refused.stderr).toMatch(
      /^codex-sessions: cannot write to .* \(EROFS\)\n {2}Make it writable, or set CODEX_SESSIONS_DIR/,
    );
    expect((await rig.run(['ls'])).exitCode).toBe(0);
    expect((await rig.run(['doctor'])).stdout).toMatch(/FINDING +state +cannot write to .*EROFS/);
    execFileSync('mount', ['-o', 'remount,rw', dir]);
    await rig.ok(['start', '-d']);
    await leave(rig);
  });

  test('that is read-only when the last session ends: the supervisor leaves all the same', async () => {
    const rig = createRig(echoing);
    await rig.ok(['start', '-d']);
    execFileSync('mount', ['--bind', rig.stateDir, rig.stateDir]);
    try {
      execFileSync('mount', ['-o', 'remount,bind,ro', rig.stateDir]);
      await rig.ok(['kill', 'main']);
      await rig.waitUntilEmpty();
    } finally {
      execFileSync('umount', ['-l', rig.stateDir]);
    }
    await rig.ok(['start', '-d']);
    await listed(rig, 'main running');
  });
});
