/**
 * A scope of its own under systemd. There is no systemd where this runs: a stand-in for
 * `systemd-run` does what it does (runs the command in its own place), or fails as it may.
 */
import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type SystemPlaces, scopeCommand } from '../../../src/client/connection/scope.ts';
import {
  giveTo,
  giveToOther,
  NEEDS_OTHERS,
  OTHER_UID,
  othersCanRun,
  UNKNOWN_UID,
} from '../../support/attack/other-user.ts';
import { createRig, type Rig } from '../../support/rig/rig.ts';

const LOGIN = '0::/user.slice/user-1000.slice/session-3.scope\n';
const DESKTOP = '0::/user.slice/user-1000.slice/user@1000.service/app.slice/vte-1.scope\n';

async function runtimeDir(rig: Rig, at = 'run'): Promise<string> {
  const dir = join(rig.root, at);
  mkdirSync(join(dir, 'systemd'), { recursive: true });
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(join(dir, 'systemd', 'private'), resolve));
  onTestFinished(() => void server.close());
  return dir;
}

function places(
  rig: Rig,
  {
    cgroup = LOGIN,
    linger = false,
    conf = '',
  }: { cgroup?: string; linger?: boolean; conf?: string },
): SystemPlaces {
  const at = `s${Math.random().toString(36).slice(2, 8)}`;
  const user = process.env.USER ?? 'root';
  if (linger) for (const name of [user, 'root']) rig.file(join(at, 'linger', name), '');
  return {
    cgroup: rig.file(join(at, 'cgroup'), cgroup),
    linger: join(rig.root, at, 'linger'),
    logindConf: [rig.file(join(at, 'logind.conf'), conf)],
    runtimeDirs: join(rig.root, 'runtimes'),
    polkit: [],
  };
}

const UID = String(process.getuid?.());

describe('a scope is asked for', () => {
  test('only where a user manager of ours runs and a scope keeps sessions alive', async () => {
    const rig = createRig();
    const XDG_RUNTIME_DIR = await runtimeDir(rig);
    const asks = (where: SystemPlaces, env: NodeJS.ProcessEnv = { XDG_RUNTIME_DIR }) =>
      scopeCommand(['x'], env, where) !== undefined;
    expect(asks(places(rig, {}))).toBe(false);
    expect(asks(places(rig, { cgroup: DESKTOP }))).toBe(true);
    expect(asks(places(rig, { linger: true }))).toBe(true);
    expect(asks(places(rig, { conf: '[Login]\nKillUserProcesses=yes\n' }))).toBe(true);
    expect(asks(places(rig, { conf: '#KillUserProcesses=yes\n' }))).toBe(false);
    expect(asks(places(rig, { conf: 'KillUserProcesses=yes\nKillUserProcesses=no\n' }))).toBe(
      false,
    );
    const desktop = places(rig, { cgroup: DESKTOP });
    expect(asks(places(rig, {}), { XDG_RUNTIME_DIR, CODEX_SESSIONS_SCOPE: '1' })).toBe(true);
    expect(asks(desktop, {})).toBe(false);
    expect(asks(desktop, { XDG_RUNTIME_DIR: join(rig.root, 'none') })).toBe(false);
    expect(asks(desktop, { XDG_RUNTIME_DIR, CODEX_SESSIONS_NO_SCOPE: '1' })).toBe(false);
  });
});

describe('where XDG_RUNTIME_DIR is not set, or is of nobody, as after su', () => {
  test.each([
    ['not set', {}],
    ["another user's", { XDG_RUNTIME_DIR: '/nobody', DBUS_SESSION_BUS_ADDRESS: 'unix:path=/x' }],
  ])('our user manager is found all the same (%s)', async (_, env: Record<string, string>) => {
    const rig = createRig();
    const lingering = places(rig, { linger: true });
    expect(scopeCommand(['x'], env, lingering)).toBeUndefined();
    const found = await runtimeDir(rig, join('runtimes', UID));
    const value = (name: string) => `\${${name}-unset}`;
    const tell = `echo "$1: ${value('XDG_RUNTIME_DIR')} ${value('DBUS_SESSION_BUS_ADDRESS')}"`;
    const told = rig.program('told', tell);
    rig.program(
      'systemd-run',
      `${told} systemd-run; while [ "$1" != -- ]; do shift; done; shift; exec "$@"`,
    );
    const [file = '', ...args] = scopeCommand([told, 'supervisor'], env, lingering) ?? [];
    const PATH = `${join(rig.root, 'bin')}:${rig.env.PATH}`;
    const { stdout } = await execa(file, args, { env: { PATH, ...env }, extendEnv: false });
    const { XDG_RUNTIME_DIR: own = 'unset', DBUS_SESSION_BUS_ADDRESS: bus = 'unset' } = env;
    expect(stdout).toBe(`systemd-run: ${found} unset\nsupervisor: ${own} ${bus}`);
  });

  test('there is none where that directory is not ours', async () => {
    const rig = createRig();
    await runtimeDir(rig, join('runtimes', `${UID}0`));
    expect(scopeCommand(['x'], {}, places(rig, { linger: true }))).toBeUndefined();
  });
});

describe.skipIf(!othersCanRun)(`a runtime directory of another user${NEEDS_OTHERS}`, () => {
  test('is not ours for a link in it that leads to something of ours', async () => {
    const rig = createRig();
    const XDG_RUNTIME_DIR = await runtimeDir(rig);
    const asks = () => scopeCommand(['x'], { XDG_RUNTIME_DIR }, places(rig, { cgroup: DESKTOP }));
    expect(asks()).toBeDefined();
    giveToOther(XDG_RUNTIME_DIR);
    expect(asks()).toBeUndefined();
  });

  test('that is closed keeps nothing from starting', async () => {
    const rig = createRig({ codex: 'exec cat' });
    const dir = await runtimeDir(rig);
    chmodSync(dir, 0o700);
    giveTo(OTHER_UID, rig.root);
    giveTo(UNKNOWN_UID, dir);
    const env = { XDG_RUNTIME_DIR: dir, CODEX_SESSIONS_SCOPE: '1' };
    await rig.ok(['start', '-d'], { as: OTHER_UID, env });
    await rig.ok(['kill-all', '-y'], { as: OTHER_UID });
    await rig.waitUntilEmpty();
  });
});

/** Starts with a stand-in for systemd-run on the PATH. */
async function startWith(standIn: string) {
  const rig = createRig({ codex: 'exec cat' });
  const log = join(rig.root, 'asked');
  rig.program('systemd-run', standIn.replaceAll('$LOG', log));
  const env = {
    XDG_RUNTIME_DIR: await runtimeDir(rig),
    PATH: `${join(rig.root, 'bin')}:${rig.env.PATH}`,
    CODEX_SESSIONS_SCOPE: '1',
  };
  const started = await rig.run(['start', '-d'], { env });
  const read = (path: string) => {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return '';
    }
  };
  return {
    rig,
    started,
    asked: read(log),
    supervisorLog: read(join(rig.stateDir, 'supervisor.log')),
  };
}

describe('systemd-run', () => {
  test('is given the supervisor, which says over its pipe that it listens', async () => {
    const { rig, started, asked } = await startWith(
      'echo "$@" > $LOG; while [ "$1" != -- ]; do shift; done; shift; exec "$@"',
    );
    expect(started).toMatchObject({ exitCode: 0, stderr: '' });
    expect(asked).toMatch(
      /^--user --scope --quiet --collect .* -- \S*node\S* (?:--\S+ )*\S*supervisor\.js$/m,
    );
    expect(await rig.list()).toHaveLength(1);
  });

  test.each([
    ['fails', 'echo "$@" > $LOG; echo "Failed to connect to bus" >&2; exit 1'],
    ['is of a version that knows none of the options', 'echo x > $LOG; exit 64'],
    ['hangs', 'echo "$@" > $LOG; exec sleep 100'],
  ])('that %s costs a line in the log, nothing else', async (_, standIn) => {
    const { rig, started, asked, supervisorLog } = await startWith(standIn);
    expect(started).toMatchObject({ exitCode: 0, stderr: '' });
    expect(asked).not.toBe('');
    expect(supervisorLog).toMatch(/without (?:one|a scope)/);
    expect(await rig.list()).toHaveLength(1);
  });
});
