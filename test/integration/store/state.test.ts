/** The state directory: private whatever the umask, refused where it is not ours alone. */
import { chmodSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { COMMAND } from '../../support/rig/command.ts';
import { createRig } from '../../support/rig/rig.ts';

const TWO_LINES = /^codex-sessions: .+\n {2}.+\n$/;

test.each(['000', '002', '022', '077'])(
  'with umask %s it is readable by nobody else',
  async (umask) => {
    const rig = createRig({ codex: 'umask >mask; exec cat' });
    const script = `umask ${umask}; exec '${COMMAND}' start -d`;
    const { exitCode, stderr } = await execa('sh', ['-c', script], {
      cwd: rig.projectDir,
      env: rig.env,
      extendEnv: false,
      reject: false,
    });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
    expect(mode(rig.stateDir)).toBe('700');
    const entries = readdirSync(rig.stateDir, { recursive: true, withFileTypes: true });
    const modes = entries
      // What is being written is there for a moment only.
      .filter((entry) => !entry.isSymbolicLink() && !entry.name.endsWith('.tmp'))
      .map((entry) => {
        const kind = entry.isDirectory() ? 'directory' : 'file';
        return `${kind} ${mode(join(entry.parentPath, entry.name))}`;
      });
    expect(new Set(modes)).toEqual(new Set(['directory 700', 'file 600']));
    expect(modes.length).toBeGreaterThan(3);
  },
);

test('a directory that is open to others is refused, and left as it is', async () => {
  const rig = createRig({ codex: 'exec cat' });
  mkdirSync(rig.stateDir);
  chmodSync(rig.stateDir, 0o755);
  const { exitCode, stderr } = await rig.run(['start', '-d']);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(TWO_LINES);
  expect(stderr).toContain('chmod 700');
  expect(statSync(rig.stateDir).mode & 0o777).toBe(0o755);
  expect(readdirSync(rig.stateDir)).toEqual([]);
});

test('a link, a file and somebody else’s directory are refused', async () => {
  const rig = createRig({ codex: 'exec cat' });
  const elsewhere = join(rig.root, 'elsewhere');
  mkdirSync(elsewhere, { mode: 0o700 });
  symlinkSync(elsewhere, join(rig.root, 'link'));
  writeFileSync(join(rig.root, 'file'), '');
  const dirs = [join(rig.root, 'link'), join(rig.root, 'file')];
  // Root may go anywhere, and owns what others do not.
  if (process.getuid?.() !== 0) dirs.push('/');
  for (const dir of dirs) {
    const { exitCode, stderr } = await rig.run(['start', '-d'], {
      env: { CODEX_SESSIONS_DIR: dir },
    });
    expect({ dir, exitCode }).toEqual({ dir, exitCode: 1 });
    expect(stderr).toMatch(TWO_LINES);
  }
  expect(readdirSync(elsewhere)).toEqual([]);
});

test.runIf(process.getuid?.() === 0)('one that belongs to another user is refused', async () => {
  const rig = createRig({ codex: 'exec cat' });
  mkdirSync(rig.stateDir, { mode: 0o700 });
  const { chownSync } = await import('node:fs');
  chownSync(rig.stateDir, 65_534, 65_534);
  const { exitCode, stderr } = await rig.run(['start', '-d']);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(TWO_LINES);
  expect(stderr).toContain('another user');
});

test.runIf(process.platform === 'linux')(
  'a directory that takes no other is no reason to hang, and its error is said',
  async () => {
    const rig = createRig({ codex: 'exec cat' });
    for (const dir of ['/proc/x', '/proc/x/y/z']) {
      const { exitCode, stderr } = await rig.run(['start', '-d'], {
        env: { CODEX_SESSIONS_DIR: dir },
      });
      expect({ dir, exitCode }).toEqual({ dir, exitCode: 1 });
      expect(stderr).toMatch(TWO_LINES);
      expect(stderr).toContain(`cannot make the directory ${dir} (ENOENT)`);
    }
  },
);

test('its parents are made too, and private', async () => {
  const rig = createRig({ codex: 'exec cat' });
  const dir = join(rig.root, 'a', 'b', 'state');
  const script = `umask 002; exec '${COMMAND}' start -d`;
  const env = { ...rig.env, CODEX_SESSIONS_DIR: dir };
  await execa('sh', ['-c', script], { cwd: rig.projectDir, env, extendEnv: false });
  for (const made of [dir, join(rig.root, 'a', 'b'), join(rig.root, 'a')])
    expect((statSync(made).mode & 0o777).toString(8)).toBe('700');
  await rig.ok(['kill-all', '-y'], { env });
});

test('a list makes none', async () => {
  const rig = createRig({ env: { CODEX_SESSIONS_SNAPSHOT: 'none' } });
  expect((await rig.run(['ls'])).exitCode).toBe(0);
  expect(() => statSync(rig.stateDir)).toThrow('ENOENT');
});

test('where a file is in its place, nobody is told to remove the file', async () => {
  const rig = createRig({ codex: 'exec cat' });
  const file = rig.file('notes', 'dear to somebody');
  for (const args of [['start', '-d'], ['ls'], ['events']])
    expect(await rig.run(args, { env: { CODEX_SESSIONS_DIR: file } })).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `codex-sessions: ${file} is not a directory\n  Set CODEX_SESSIONS_DIR to a directory, or move away what is in its place.\n`,
    });
});

test('a path that is no absolute one is refused', async () => {
  const rig = createRig({ codex: 'exec cat' });
  const { exitCode, stderr } = await rig.run(['ls'], { env: { CODEX_SESSIONS_DIR: 'here' } });
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(TWO_LINES);
});

test('a path too long for a socket works, and leaves nothing behind', async () => {
  const rig = createRig({ codex: 'echo here; exec cat' });
  const stateDir = join(rig.root, 'x'.repeat(60), 'y'.repeat(60));
  const env = { CODEX_SESSIONS_DIR: stateDir, TMPDIR: rig.root };
  await rig.ok(['start', '-d'], { env });
  const terminal = rig.open(['attach'], { env });
  await terminal.waitFor('here');
  // macOS has no way to reach it there.
  const linux = process.platform === 'linux';
  const place = linux ? stateDir : join(rig.root, `codex-sessions-${process.getuid?.()}`);
  const socket = () => readdirSync(place).find((name) => name.endsWith('.sock'));
  expect(statSync(place).mode & 0o777).toBe(0o700);
  expect(statSync(join(place, socket() ?? '')).mode & 0o777).toBe(0o600);
  await rig.ok(['kill-all', '-y'], { env });
  await terminal.waitForExit();
  await rig.waitUntilEmpty();
  expect(socket()).toBeUndefined();
});

test('without a setting it is below XDG_STATE_HOME, else below the home directory', async () => {
  const rig = createRig({ codex: 'exec cat' });
  for (const [env, place] of [
    [{ CODEX_SESSIONS_DIR: '', XDG_STATE_HOME: join(rig.root, 'xdg') }, 'xdg/codex-sessions'],
    [{ CODEX_SESSIONS_DIR: '', XDG_STATE_HOME: '' }, 'home/.local/state/codex-sessions'],
  ] as const) {
    await rig.ok(['start', '-d'], { env });
    expect(statSync(join(rig.root, place, 'supervisor.sock')).isSocket()).toBe(true);
    await rig.ok(['kill-all', '-y'], { env });
  }
});

test('a supervisor that cannot start says why', async () => {
  const rig = createRig({ codex: 'exec cat' });
  mkdirSync(rig.stateDir, { mode: 0o700 });
  // Where its socket should be is a directory.
  mkdirSync(join(rig.stateDir, 'supervisor.sock', 'in-the-way'), { recursive: true });
  const { exitCode, stderr } = await rig.run(['start', '-d']);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(TWO_LINES);
  expect(stderr).toMatch(/supervisor|cannot connect/);
  expect(stderr).toMatch(/EISDIR|directory|ENOTSOCK|ECONNREFUSED/);
  // It has said so before it ends.
  await rig.waitUntilEmpty();
  rig.forgiveLeftovers();
});
