/** The snapshot that commands start from: made by itself, used where it fits, passed over where not. */
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { VERSION } from '../../../src/platform/version.ts';
import { makeSnapshot } from '../../../src/startup/snapshot-builder.ts';
import {
  isCurrent,
  SNAPSHOT_NODE_FLAGS,
  snapshotLink,
} from '../../../src/startup/snapshot-location.ts';
import { COMMAND } from '../../support/rig/command.ts';
import { createRig, type Rig } from '../../support/rig/rig.ts';
import { testSnapshot } from '../../support/rig/snapshot.ts';
import {
  copySnapshot,
  startsFromSnapshot,
  stateWithSnapshot,
  type Where,
} from '../../support/rig/start-snapshot.ts';
import { logTail } from '../../support/terminal/show.ts';

const repository = dirname(dirname(COMMAND));
const NO_PROGRAM = 'exec cat';

/** The snapshot of this run of tests, in a place where it can be changed. */
const copyOf = (rig: Rig) => copySnapshot(join(rig.root, 'copy'));

/** What a process has open. */
const descriptorsOf = (pid: number) =>
  readdirSync(`/proc/${pid}/fd`).flatMap((number) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${number}`)];
    } catch {
      // Closed meanwhile.
      return [];
    }
  });

const relinked = (copy: string, name: string, target: string) => {
  rmSync(join(copy, name));
  symlinkSync(target, join(copy, name));
};

/** As an earlier version of ours did. */
function leaveCompiledCode(cache: string): void {
  mkdirSync(cache, { recursive: true, mode: 0o700 });
  const kept = join(cache, 'cli-main.js-v20.20.2-x64-1-2-3.code');
  writeFileSync(kept, '');
  utimesSync(kept, 1, 1);
}

/** Each makes the snapshot one of something else. */
const MISFITS: Record<string, (copy: string, rig: Rig) => Where> = {
  'with options for Node': () => ({ env: { NODE_OPTIONS: '--max-old-space-size=512' } }),
  'of another build': (copy) => {
    const [build = '', boot] = readFileSync(join(copy, 'made-for'), 'utf8').split(' ');
    const other = build.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
    writeFileSync(join(copy, 'made-for'), `${other} ${boot}`);
    return {};
  },
  'of before a start of the machine': (copy) => {
    const [build] = readFileSync(join(copy, 'made-for'), 'utf8').split(' ');
    writeFileSync(join(copy, 'made-for'), `${build} 01234567-89ab-cdef-0123-456789abcdef\n`);
    return {};
  },
  'of a Node that was replaced': (copy) => {
    utimesSync(join(copy, 'client'), 1_000_000_000, 1_000_000_000);
    return {};
  },
  'of another Node': (copy) => {
    relinked(copy, 'node', '/bin/sh');
    return {};
  },
  'of another installation': (copy) => {
    relinked(copy, 'launcher', '/bin/sh');
    return {};
  },
  'of another version that shares the launcher': (copy, rig) => {
    const own = join(rig.root, 'own');
    const command = join(own, 'bin', 'codex-sessions');
    cpSync(dirname(COMMAND), dirname(command), { recursive: true });
    cpSync(join(repository, 'dist'), join(own, 'dist'), { recursive: true });
    // As good as hard links, which not every file system has between these places.
    relinked(copy, 'launcher', command);
    return { command };
  },
  'where Node is behind a version manager': (_copy, rig) => {
    rig.program('node', `exec '${process.execPath}' "$@"`);
    return { env: { PATH: `${join(rig.root, 'bin')}:${rig.env.PATH}` } };
  },
  'that is half there': (copy) => {
    rmSync(join(copy, 'client'));
    return {};
  },
  'that nobody has made': (copy) => {
    rmSync(copy, { recursive: true });
    return {};
  },
};

describe.skipIf(process.platform !== 'linux')('the start-up snapshot', () => {
  test('is what the commands of these tests start from', async () => {
    const rig = createRig({ codex: NO_PROGRAM });
    await rig.ok(['start', '-d']);
    expect(await startsFromSnapshot(rig)).toBe(true);
  });

  test('is made by the supervisor, for its user alone, and used from then on', async () => {
    const rig = createRig({ codex: NO_PROGRAM, env: { CODEX_SESSIONS_SNAPSHOT: '' } });
    await rig.ok(['start', '-d']);
    const cache = join(rig.stateDir, 'cache');
    leaveCompiledCode(cache);
    expect(await startsFromSnapshot(rig)).toBe(false);
    const link = join(cache, 'snapshot');
    await rig.waitUntil(() => existsSync(link), `a snapshot${logTail(rig.stateDir)}`);
    const directory = join(cache, readlinkSync(link));
    expect(lstatSync(directory).mode & 0o7777).toBe(0o1700);
    expect(lstatSync(join(directory, 'client')).mode & 0o7777).toBe(0o1600);
    expect(lstatSync(join(directory, 'made-for')).mode & 0o7777).toBe(0o600);
    expect(readdirSync(cache).filter((name) => name.startsWith('snapshot'))).toHaveLength(2);
    expect(await startsFromSnapshot(rig)).toBe(true);
    expect(await rig.list()).toMatchObject([{ name: 'main', state: 'running' }]);
    const findings = JSON.parse((await rig.run(['doctor', '--json'])).stdout) as { text: string }[];
    const texts = findings.map(({ text }) => text);
    expect(texts).toContain('commands start from a snapshot');
    expect(texts).toContain('nothing is left over');
  });

  test.each(Object.entries(MISFITS))('one %s is passed over', async (_what, change) => {
    const rig = createRig({ codex: NO_PROGRAM });
    const copy = copyOf(rig);
    const with_ = (env: Record<string, string> = {}) => ({ ...env, CODEX_SESSIONS_SNAPSHOT: copy });
    await rig.ok(['start', '-d'], { env: with_() });
    expect(await startsFromSnapshot(rig, { env: with_() })).toBe(true);
    const { env, command } = change(copy, rig);
    const where = { env: with_(env), ...(command ? { command } : {}) };
    expect(await startsFromSnapshot(rig, where)).toBe(false);
    const { stdout, stderr } = await rig.run(['ls', '--json'], { env: with_(env) });
    expect(JSON.parse(stdout)).toMatchObject([{ name: 'main' }]);
    expect(stderr).toBe('');
  });

  test.skipIf(process.getuid?.() !== 0)("another user's is not touched", async () => {
    const rig = createRig({ codex: NO_PROGRAM });
    const copy = copyOf(rig);
    await rig.ok(['start', '-d']);
    for (const path of [join(copy, 'client'), copy]) {
      const own = { env: { CODEX_SESSIONS_SNAPSHOT: copy } };
      expect(await startsFromSnapshot(rig, own)).toBe(true);
      chownSync(path, 12_345, 12_345);
      expect(await startsFromSnapshot(rig, own)).toBe(false);
      chownSync(path, 0, 0);
    }
    // Where others may have written, nothing is believed, whoever owns it.
    const cache = join(rig.stateDir, 'cache');
    rmSync(cache, { recursive: true, force: true });
    mkdirSync(join(rig.root, 'planted'), { mode: 0o700 });
    renameSync(copy, join(rig.root, 'planted', 'snapshot'));
    symlinkSync(join(rig.root, 'planted'), cache);
    const { exitCode, stderr } = await rig.run(['ls'], { env: { CODEX_SESSIONS_SNAPSHOT: '' } });
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('is a link'),
    });
    expect(await startsFromSnapshot(rig, { env: { CODEX_SESSIONS_SNAPSHOT: '' } })).toBe(false);
    rmSync(cache);
  });

  test('of a program that was replaced meanwhile is not taken for one of the new', async () => {
    const rig = createRig({ codex: NO_PROGRAM });
    const own = join(rig.root, 'own');
    const [bin, dist] = [join(own, 'bin'), join(own, 'dist')];
    cpSync(dirname(COMMAND), bin, { recursive: true });
    cpSync(join(repository, 'dist'), dist, { recursive: true });
    const id = join(dist, 'build-id');
    rig.program(
      'node',
      `case $* in
*--build-snapshot*) '${process.execPath}' "$@" && echo ffffffffffffffff >'${id}';;
*--version) echo '${VERSION}';;
*) exec '${process.execPath}' "$@";;
esac`,
    );
    const node = join(rig.root, 'bin', 'node');
    const cache = join(rig.root, 'cache');
    const origin = { node, launcher: join(bin, 'codex-sessions'), dist };
    await makeSnapshot(cache, origin);
    expect(readFileSync(id, 'utf8')).toBe('ffffffffffffffff\n');
    expect(isCurrent(snapshotLink(cache), origin)).toBe(false);
  });

  test('the launcher finds its program through links, and passes arguments as they are', async () => {
    const rig = createRig({ codex: 'printf "<%s>" "$@" > args; exec cat' });
    const directory = join(rig.root, 'a b');
    mkdirSync(directory);
    symlinkSync(COMMAND, join(directory, 'first'));
    symlinkSync('first', join(directory, 'cs'));
    const link = join(directory, 'cs');
    const odd = ['', 'a  b', '$HOME', '*', '"', "'", '\\', '--snapshot-blob', 'ü\n'];
    for (const snapshot of [testSnapshot(), 'none']) {
      const env = { CODEX_SESSIONS_SNAPSHOT: snapshot };
      expect(await startsFromSnapshot(rig, { env, command: link })).toBe(snapshot !== 'none');
      const { exitCode } = await execa(link, ['start', '-d', snapshot.slice(-4), '--', ...odd], {
        cwd: rig.projectDir,
        env: { ...rig.env, ...env },
        extendEnv: false,
        stdin: 'ignore',
      });
      expect(exitCode).toBe(0);
      const args = join(rig.projectDir, 'args');
      const whole = odd.map((word) => `<${word}>`).join('');
      await rig.waitUntil(
        () => existsSync(args) && readFileSync(args, 'utf8').includes(whole),
        `the arguments ${whole}`,
      );
      rmSync(args);
    }
  });

  test.each(['none', ''])(
    'the launcher runs where it is, without a path (%s)',
    async (snapshot) => {
      const rig = createRig({ codex: NO_PROGRAM, env: { CODEX_SESSIONS_SNAPSHOT: snapshot } });
      const { stdout } = await execa('sh', ['codex-sessions', '--version'], {
        cwd: dirname(COMMAND),
        env: rig.env,
        extendEnv: false,
        stdin: 'ignore',
      });
      expect(stdout).toMatch(/^\d/);
    },
  );

  test('the snapshot stays open in nobody', async () => {
    const rig = createRig({ codex: 'readlink /proc/$$/fd/* >fds; echo end >>fds; exec cat' });
    await rig.ok(['start', '-d']);
    const file = join(rig.projectDir, 'fds');
    await rig.waitUntil(() => existsSync(file) && /end/.test(readFileSync(file, 'utf8')), 'a list');
    expect(readFileSync(file, 'utf8')).not.toMatch(/client|snapshot/);
    const client = rig.open(['attach']);
    const name = 'the client to be attached';
    await rig.waitUntil(async () => (await rig.list())[0]?.clients === 1, name);
    const line = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    const processes = rig.processes().map(({ pid }) => ({ pid, line: line(pid) }));
    expect(processes.some((one) => one.line.includes('--snapshot-blob'))).toBe(true);
    for (const { pid } of processes) {
      const targets = descriptorsOf(pid);
      expect({ pid, snapshot: targets.filter((path) => /client|snapshot/.test(path)) }).toEqual({
        pid,
        snapshot: [],
      });
    }
    client.press('ctrl+\\');
    expect((await client.exit).code).toBe(0);
  });

  test("a user's own descriptor is left to him, whatever its number", async () => {
    const rig = createRig({ codex: NO_PROGRAM });
    await rig.ok(['start', '-d']);
    const lock = rig.file('lock', '');
    for (const number of [3, 4, 5, 6, 7, 8, 9]) {
      const child = execa('sh', ['-c', `exec ${number}<"$1"; exec "$0" events`, COMMAND, lock], {
        env: rig.env,
        extendEnv: false,
        reject: false,
        stdin: 'ignore',
      });
      const runs = () =>
        /snapshot-blob|sessions\.js/.test(`${readFileSync(`/proc/${child.pid}/cmdline`)}`);
      await rig.waitUntil(runs, 'Node to run');
      expect(readlinkSync(`/proc/${child.pid}/fd/${number}`)).toBe(lock);
      child.kill();
      await child;
    }
  });

  test('one that its owner has opened to others is used no more, and another one made', async () => {
    const rig = createRig({ codex: NO_PROGRAM, env: { CODEX_SESSIONS_SNAPSHOT: '' } });
    const own = stateWithSnapshot(rig.stateDir);
    const link = snapshotLink(dirname(own));
    expect(await startsFromSnapshot(rig)).toBe(true);
    chmodSync(join(own, 'client'), 0o666);
    expect(await startsFromSnapshot(rig)).toBe(false);
    await rig.ok(['start', '-d']);
    await rig.waitUntil(() => readlinkSync(link) !== basename(own), 'another snapshot');
    expect(await startsFromSnapshot(rig)).toBe(true);
    // That keeps the mark: the shell cannot see it, and the program does.
    chmodSync(join(link, 'client'), 0o1606);
    expect(await rig.list()).toHaveLength(1);
    expect(existsSync(link)).toBe(false);
  });

  test('none is made where others could have a hand in it', async () => {
    const rig = createRig({ codex: NO_PROGRAM, env: { CODEX_SESSIONS_SNAPSHOT: '' } });
    mkdirSync(join(rig.stateDir, 'cache'), { recursive: true, mode: 0o700 });
    chmodSync(join(rig.stateDir, 'cache'), 0o770);
    await rig.ok(['start', '-d']);
    const log = () => readFileSync(join(rig.stateDir, 'supervisor.log'), 'utf8');
    await rig.waitUntil(() => log().includes('start-up snapshot'), 'the supervisor to try');
    expect(log()).toMatch(/no start-up snapshot: .*cache is open to other users/);
    expect(readdirSync(join(rig.stateDir, 'cache')).filter((n) => n.startsWith('snap'))).toEqual(
      [],
    );
  });

  test('what the launcher sets for itself reaches no session', async () => {
    const rig = createRig({ codex: 'env > environment.$CODEX_SESSIONS_SESSION; exec cat' });
    const users = { NODE_EXTRA_CA_CERTS: '/etc/ca.pem', MALLOC_MMAP_THRESHOLD_: '65536' };
    const words = ['boot', 'build', 'kept', 'made_for', 'node', 'script', 'split', 'state'];
    const theirs = Object.fromEntries(words.map((word) => [word, 'theirs']));
    for (const [name, env] of Object.entries<Record<string, string>>({
      plain: {},
      users,
      theirs,
    })) {
      const full = (await rig.ok(['start', '-d', name], { env })).trim();
      const file = join(rig.projectDir, `environment.${full}`);
      await rig.waitUntil(() => existsSync(file), 'the environment');
      await rig.waitUntil(() => readFileSync(file, 'utf8').includes('TERM='), 'all of it');
      const lines = readFileSync(file, 'utf8').split('\n');
      const found = lines.filter(
        (line) =>
          /^(NODE_|MALLOC_|GLIBC_|CODEX_SESSIONS_(H|O)|cs_)/.test(line) ||
          words.includes(line.split('=')[0] ?? ''),
      );
      expect(found.sort()).toEqual(
        Object.entries(env)
          .map((pair) => pair.join('='))
          .sort(),
      );
    }
  });

  test('none is made of a Node whose time would not tell it from another version', async () => {
    const rig = createRig();
    const node = rig.file('node', '');
    utimesSync(node, 1, 1);
    const origin = { node, launcher: COMMAND, dist: join(repository, 'dist') };
    mkdirSync(rig.stateDir);
    await expect(makeSnapshot(join(rig.stateDir, 'cache'), origin)).rejects.toThrow(
      /does not tell which version/,
    );
  });

  test('launcher and maker start Node with the same options', () => {
    const text = readFileSync(join(repository, 'bin', 'codex-sessions'), 'utf8');
    expect(text).toContain(`exec "$cs_node" ${SNAPSHOT_NODE_FLAGS.join(' ')} --snapshot-blob`);
  });
});
