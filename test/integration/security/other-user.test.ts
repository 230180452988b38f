/**
 * Another local user can see nothing, reach nothing, and is not believed where he was there first.
 * He is a process with another uid; what protects is only what we make, as the rig is open to him.
 */
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { asOther, giveToOther, isRoot, NEEDS_ROOT } from '../../support/attack/other-user.ts';
import { COMMAND } from '../../support/rig/command.ts';
import { ANSWERS, createRig, type Rig, type RigOptions } from '../../support/rig/rig.ts';

const waiting = { codex: `${ANSWERS}\nexec cat` };

function openRig(options: RigOptions = waiting): Rig {
  const rig = createRig(options);
  chmodSync(rig.root, 0o755);
  return rig;
}

/** Every path below, with its mode and type as in `drwx------ sessions`. */
function modesOf(directory: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const path of ['', ...readdirSync(directory, { recursive: true, encoding: 'utf8' })]) {
    // What is being written is there for a moment only.
    if (path.endsWith('.tmp')) continue;
    const stat = lstatSync(join(directory, path));
    // A link has no mode of its own.
    if (!stat.isSymbolicLink()) found[path] = (stat.mode & 0o777).toString(8);
  }
  return found;
}

describe.skipIf(!isRoot)(`another user${NEEDS_ROOT}`, () => {
  test('cannot list, read, write or connect', async () => {
    const rig = openRig();
    const fullName = (await rig.ok(['start', '-d', 'secret'])).trim();
    const record = join(rig.stateDir, 'sessions', `${fullName}.json`);
    const attempts: [string, string][] = [
      [`fs.readdirSync('${rig.stateDir}')`, 'EACCES'],
      [`fs.readdirSync('${rig.stateDir}/sessions')`, 'EACCES'],
      [`fs.readFileSync('${record}')`, 'EACCES'],
      [`fs.readFileSync('${rig.stateDir}/supervisor.log')`, 'EACCES'],
      [`fs.readlinkSync('${rig.stateDir}/supervisor.lock.1')`, 'EACCES'],
      [`fs.writeFileSync('${rig.stateDir}/new', '')`, 'EACCES'],
      [`fs.symlinkSync('x', '${rig.stateDir}/supervisor.lock.9')`, 'EACCES'],
      [`fs.rmSync('${rig.socket}')`, 'EACCES'],
      [
        `await new Promise((ok, no) => require('net').connect('${rig.socket}', ok).on('error', no))`,
        'EACCES',
      ],
    ];
    for (const [attempt, refusal] of attempts)
      expect([attempt, (await asOther(`${attempt}; console.log('done')`)).stdout.trim()]).toEqual([
        attempt,
        refusal,
      ]);
    expect((await rig.list()).map(({ name }) => name)).toEqual(['secret']);
  });

  test('cannot signal the supervisor or a session, nor read their environment', async () => {
    const rig = openRig({ ...waiting, env: { MY_SECRET: 'hidden-value' } });
    await rig.ok(['start', '-d']);
    for (const { pid } of rig.processes()) {
      const kill = await asOther(`process.kill(${pid}, 'SIGTERM'); console.log('done')`);
      expect(kill.stdout.trim()).toBe('EPERM');
      const read = await asOther(`console.log(fs.readFileSync('/proc/${pid}/environ', 'utf8'))`);
      expect(read.stdout.trim()).toBe('EACCES');
    }
  });

  test.each(['sock', 'nothing'])(
    'who made the state directory first (with %s in it) is told nothing',
    async (inside) => {
      const rig = openRig();
      mkdirSync(rig.stateDir, { mode: 0o777 });
      const told: Buffer[] = [];
      if (inside === 'sock') {
        const server = createServer((socket) => socket.on('data', (bytes) => told.push(bytes)));
        await new Promise<void>((resolve) => server.listen(rig.socket, resolve));
        onTestFinished(() => void server.close());
        mkdirSync(join(rig.stateDir, 'sessions'));
      }
      giveToOther(rig.stateDir);
      for (const command of [
        ['ls'],
        ['start', '-d'],
        ['attach'],
        ['kill', 'main'],
        ['kill-all', '-y'],
        ['supervisor', 'status'],
        ['send', 'main', 'text'],
      ]) {
        const { stdout, stderr, exitCode } = await rig.run(command);
        expect({ command, stdout, exitCode }).toEqual({
          command,
          stdout: '',
          exitCode: expect.any(Number),
        });
        expect(exitCode).not.toBe(0);
        // A command that needs a terminal may say that first.
        if (command[0] !== 'attach') expect(stderr).toContain('belongs to another user');
      }
      expect(Buffer.concat(told).toString()).toBe('');
      rig.forgiveLeftovers();
    },
  );

  test('a path too long for a socket leads nowhere that he could be first', async () => {
    const rig = openRig();
    const deep = join(rig.root, 'x'.repeat(100), 'y'.repeat(60));
    // What earlier versions and other programs would use for it.
    const env = { CODEX_SESSIONS_DIR: deep, TMPDIR: join(rig.root, 'tmp') };
    mkdirSync(env.TMPDIR, { mode: 0o1777 });
    mkdirSync(join(env.TMPDIR, 'codex-sessions-0'));
    giveToOther(join(env.TMPDIR, 'codex-sessions-0'));
    await rig.ok(['start', '-d'], { env });
    const terminal = rig.open(['attach'], { env });
    await rig.waitUntil(async () => {
      const listed = JSON.parse(await rig.ok(['ls', '--json'], { env }));
      return listed[0]?.clients === 1;
    }, 'a client');
    terminal.press('ctrl+\\');
    expect((await terminal.exit).code).toBe(0);
    // Another shell, with another TMPDIR, finds the same.
    const elsewhere = { ...env, TMPDIR: rig.home };
    expect(await rig.ok(['ls'], { env: elsewhere })).toContain('ultra:main');
    await rig.ok(['kill-all', '-y'], { env: elsewhere });
    await rig.waitUntilEmpty();
  });

  test('what he leaves in our way is refused, not followed', async () => {
    const rig = openRig();
    const victim = rig.file('victim', 'precious');
    for (const name of ['supervisor.log', 'sessions', 'agents', 'terminals', 'cache']) {
      const dir = join(rig.root, `state-${name}`);
      mkdirSync(dir, { mode: 0o700 });
      symlinkSync(name === 'supervisor.log' ? victim : rig.home, join(dir, name));
      const { stderr, exitCode } = await rig.run(['start', '-d'], {
        env: { CODEX_SESSIONS_DIR: dir },
      });
      expect({ name, stderr, exitCode }).toEqual({
        name,
        stderr: expect.stringContaining('is a link'),
        exitCode: 1,
      });
    }
    const link = join(rig.root, 'link');
    mkdirSync(join(rig.root, 'his'), { mode: 0o700 });
    symlinkSync(join(rig.root, 'his'), link);
    const linked = await rig.run(['ls'], { env: { CODEX_SESSIONS_DIR: link } });
    expect(linked).toMatchObject({ exitCode: 1, stdout: '' });
    expect(linked.stderr).toContain('is a link, not a directory');
    expect(readFileSync(victim, 'utf8')).toBe('precious');
    expect(readdirSync(rig.home)).toEqual([]);
  });

  test('a planted lock or record in a directory of ours blocks nobody', async () => {
    const rig = openRig();
    mkdirSync(join(rig.stateDir, 'sessions'), { recursive: true, mode: 0o700 });
    chmodSync(rig.stateDir, 0o700);
    symlinkSync('boot:1:1', join(rig.stateDir, 'supervisor.lock.999999999'));
    symlinkSync('/etc/passwd', join(rig.stateDir, 'supervisor.lock.12'));
    const record = { version: 1, name: '../../victim', project: 'ultra', hash: '00000000' };
    const victim = rig.file('victim.json', 'precious');
    writeFileSync(
      join(rig.stateDir, 'sessions', 'codex:ultra:x:00000000.json'),
      JSON.stringify(record),
    );
    await rig.ok(['start', '-d']);
    expect((await rig.list('--all')).map(({ name }) => name)).toEqual(['main']);
    expect(readFileSync(victim, 'utf8')).toBe('precious');
    rig.forgiveLeftovers();
  });
});

describe('whatever the umask', () => {
  test.each(['000', '022', '277', '777'])('%s, everything is ours alone', async (umask) => {
    const rig = createRig(waiting);
    const dir = join(rig.root, 'deep', 'state');
    mkdirSync(join(rig.root, 'deep'));
    const run = async (...args: string[]) => {
      const line = `umask ${umask}; exec "$0" "$@"`;
      const terminal = rig.openProgram('/bin/sh', ['-c', line, COMMAND, ...args], {
        env: { CODEX_SESSIONS_DIR: dir },
      });
      expect((await terminal.exit).code).toBe(0);
    };
    await run('start', '-d', 'one');
    await run('start', '-d', 'two');
    const modes = modesOf(dir);
    for (const [path, mode] of Object.entries(modes)) {
      const isDirectory = lstatSync(join(dir, path)).isDirectory();
      expect({ path, mode }).toEqual({ path, mode: isDirectory ? '700' : '600' });
    }
    expect(Object.keys(modes)).toEqual(
      expect.arrayContaining([
        '',
        'agents',
        'cache',
        'sessions',
        'supervisor.log',
        'supervisor.sock',
      ]),
    );
    await run('kill-all', '-y');
    await rig.waitUntilEmpty();
  });
});
