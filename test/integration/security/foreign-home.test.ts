/**
 * HOME is another user's, as after `su -m` and `sudo -E`: nothing of his is run, and nothing is left in
 * his way. What CODEX_SESSIONS_DIR names is used all the same.
 */
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  giveTo,
  NEEDS_OTHERS,
  OTHER_UID,
  othersCanRun,
  UNKNOWN_UID,
} from '../../support/attack/other-user.ts';
import { createRig, type Rig, type RunResult } from '../../support/rig/rig.ts';

const ROOT = 0;
const TWO_LINES = /^codex-sessions: .+\n {2}.+\n$/;
/** Where neither HOME nor passwd has one. */
const NO_HOME =
  'the home directory / (that of passwd, as HOME is no absolute path) belongs to another user';
/** As an environment has them that says HOME only. */
const PLAIN = { CODEX_SESSIONS_DIR: '', XDG_CONFIG_HOME: '', XDG_STATE_HOME: '' };

/** With a home for `owner`, which he has closed to nobody. */
function rigWithHomeOf(owner: number): Rig {
  const rig = createRig({ codex: 'exec cat', env: PLAIN });
  chmodSync(rig.root, 0o755);
  giveTo(owner, rig.home);
  return rig;
}

/** Names a program that leaves a trace when it is run. */
function configure(rig: Rig, owner: number, place = 'home/.config'): { ran(): boolean } {
  const trace = join(rig.root, 'trace');
  const program = rig.program('trap', `touch '${trace}'; exec cat`);
  rig.file(join(place, 'codex-sessions', 'config.toml'), `[codex]\ncommand = "${program}"\n`);
  giveTo(owner, join(rig.root, place.split('/')[0] ?? ''));
  return { ran: () => existsSync(trace) };
}

/** Every path in the home, with its owner. */
function contents({ home }: Rig): string[] {
  const names = ['', ...readdirSync(home, { recursive: true, encoding: 'utf8' })];
  return names.map((name) => `${name} ${lstatSync(join(home, name)).uid}`).sort();
}

function expectRefusal({ stdout, stderr, exitCode }: RunResult, ...texts: string[]): void {
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
  expect(stderr).toMatch(TWO_LINES);
  for (const text of texts) expect(stderr).toContain(text);
}

const COMMANDS = [
  ['start', '-d'],
  ['ls'],
  ['status', '--short'],
  ['send', 'main', 'text'],
  ['events'],
  ['restore'],
  ['kill-all', '-y'],
  ['supervisor', 'status'],
];

describe.skipIf(!othersCanRun)(`the home directory of another user${NEEDS_OTHERS}`, () => {
  test('is neither believed nor changed by root', async () => {
    const rig = rigWithHomeOf(OTHER_UID);
    const { ran } = configure(rig, OTHER_UID);
    const env = { CODEX_SESSIONS_CODEX: '' };
    const before = contents(rig);
    for (const command of COMMANDS)
      expectRefusal(
        await rig.run(command, { env }),
        `the home directory ${rig.home} belongs to another user`,
        'CODEX_SESSIONS_DIR',
      );
    const doctor = await rig.run(['doctor'], { env });
    expect(doctor.stdout).toMatch(/FINDING +state +the home directory .* another user/);
    expect(doctor.stdout).toMatch(/FINDING +config +.*config\.toml belongs to another user/);
    expect(contents(rig)).toEqual(before);
    expect(ran()).toBe(false);
  });

  test.each([
    ['that runs as the other', OTHER_UID, UNKNOWN_UID, 0o777],
    ['that runs as the other, in the home of root', ROOT, OTHER_UID, 0o755],
    ['that runs as the other, in the closed home of root', ROOT, OTHER_UID, 0o700],
  ])('nor by a user %s', async (_, owner, as, mode) => {
    const rig = rigWithHomeOf(owner);
    chmodSync(rig.home, mode);
    const before = contents(rig);
    expectRefusal(
      await rig.run(['start', '-d'], { as }),
      `the home directory ${rig.home} belongs to another user`,
      'CODEX_SESSIONS_DIR',
    );
    expect(contents(rig)).toEqual(before);
  });

  test.each([
    ['/', 'the home directory / belongs to another user'],
    ['', NO_HOME],
    ['home', NO_HOME],
    ['/nonexistent/home', 'cannot use the home directory /nonexistent/home (ENOENT)'],
  ])('HOME=%j of a user whom nobody knows', async (home, refusal) => {
    const rig = rigWithHomeOf(OTHER_UID);
    const env = { HOME: home };
    const inDirectory = { env, as: UNKNOWN_UID, cwd: rig.root };
    expectRefusal(await rig.run(['start', '-d'], inDirectory), refusal, 'CODEX_SESSIONS_DIR');
    expect(await rig.run(['ls', '--json'], inDirectory)).toMatchObject({
      stdout: '[]\n',
      exitCode: 0,
    });
    expect(existsSync('/nonexistent')).toBe(false);
  });

  test('root makes no home that is not there', async () => {
    const rig = rigWithHomeOf(ROOT);
    const home = join(rig.root, 'later');
    expectRefusal(await rig.run(['start', '-d'], { env: { HOME: home } }), home, 'ENOENT');
    expect(existsSync(home)).toBe(false);
  });

  test('what XDG_CONFIG_HOME carries along is not run', async () => {
    const rig = rigWithHomeOf(ROOT);
    const { ran } = configure(rig, OTHER_UID, 'his/.config');
    const env = { XDG_CONFIG_HOME: join(rig.root, 'his/.config'), CODEX_SESSIONS_CODEX: '' };
    expectRefusal(
      await rig.run(['start', '-d'], { env }),
      'config.toml belongs to another user',
      'XDG_CONFIG_HOME',
    );
    // Nor is a file of root's, which he may have linked to.
    chownSync(join(env.XDG_CONFIG_HOME, 'codex-sessions', 'config.toml'), ROOT, ROOT);
    expectRefusal(await rig.run(['start', '-d'], { env }), 'belongs to another user');
    expect(ran()).toBe(false);
  });

  test.each(['.local/state', 'there/is/none'])(
    'nothing is made where XDG_STATE_HOME carries %s along',
    async (place) => {
      const rig = rigWithHomeOf(OTHER_UID);
      const env = { HOME: rig.project('roots'), XDG_STATE_HOME: join(rig.home, place) };
      const before = contents(rig);
      for (const command of COMMANDS)
        expectRefusal(
          await rig.run(command, { env }),
          `XDG_STATE_HOME leads to ${rig.home}, which belongs to another user`,
          'CODEX_SESSIONS_DIR',
        );
      // Also below what is root's there.
      mkdirSync(env.XDG_STATE_HOME, { recursive: true });
      expectRefusal(await rig.run(['start', '-d'], { env }), rig.home);
      expect(readdirSync(env.XDG_STATE_HOME)).toEqual([]);
      expect(before.length).toBe(1);
    },
  );

  test('a directory that CODEX_SESSIONS_DIR names is used, the configuration still not', async () => {
    const rig = rigWithHomeOf(OTHER_UID);
    const { ran } = configure(rig, OTHER_UID);
    const before = contents(rig);
    const env = { CODEX_SESSIONS_DIR: rig.stateDir };
    expectRefusal(await rig.run(['start', '-d'], { env }), 'config.toml belongs to another user');
    const own = { ...env, XDG_CONFIG_HOME: rig.stateDir };
    await rig.ok(['start', '-d'], { env: own });
    expect(await rig.ok(['ls'], { env })).toContain('ultra:main');
    await rig.ok(['kill-all', '-y'], { env });
    await rig.waitUntilEmpty();
    expect(contents(rig)).toEqual(before);
    expect(ran()).toBe(false);
  });
});

describe.skipIf(!othersCanRun)(`a home directory of one's own${NEEDS_OTHERS}`, () => {
  async function works(rig: Rig, as: number, env: Record<string, string> = {}): Promise<void> {
    await rig.ok(['start', '-d'], { as, env });
    expect(await rig.ok(['ls'], { as, env })).toContain('ultra:main');
    await rig.ok(['kill-all', '-y'], { as, env });
    await rig.waitUntilEmpty();
  }

  test('is used, also behind a link and with a slash at its end', async () => {
    const rig = rigWithHomeOf(UNKNOWN_UID);
    const link = join(rig.root, 'link');
    symlinkSync(rig.home, link);
    await works(rig, UNKNOWN_UID, { HOME: link });
    await works(rig, UNKNOWN_UID, { HOME: `${rig.home}/` });
    expect(contents(rig)).toContain(`.local/state/codex-sessions ${UNKNOWN_UID}`);
  });

  test('so is a place in the directory of somebody else, where it was given to one', async () => {
    const rig = rigWithHomeOf(UNKNOWN_UID);
    giveTo(OTHER_UID, rig.root);
    giveTo(UNKNOWN_UID, rig.home);
    mkdirSync(join(rig.root, 'mine'));
    giveTo(UNKNOWN_UID, join(rig.root, 'mine'));
    await works(rig, UNKNOWN_UID);
    await works(rig, UNKNOWN_UID, { XDG_STATE_HOME: join(rig.root, 'mine', 'state') });
  });

  test('a home of root that is open to a group of ours is used: images have such', async () => {
    const rig = rigWithHomeOf(ROOT);
    chownSync(rig.home, ROOT, UNKNOWN_UID);
    chmodSync(rig.home, 0o770);
    await works(rig, UNKNOWN_UID);
  });

  test('what root has left in it: its owner and root are told what to do', async () => {
    const rig = rigWithHomeOf(OTHER_UID);
    const parent = join(rig.home, '.local', 'state');
    const left = join(parent, 'codex-sessions');
    mkdirSync(parent, { recursive: true });
    giveTo(OTHER_UID, rig.home);
    mkdirSync(left, { mode: 0o700 });
    for (const command of [['start', '-d'], ['ls']]) {
      expectRefusal(await rig.run(command, { as: OTHER_UID }), `${left} belongs to another user`);
      expectRefusal(await rig.run(command), `CODEX_SESSIONS_DIR='${left}' codex-sessions kill-all`);
    }
    const doctor = await rig.run(['doctor'], { as: OTHER_UID });
    expect(doctor.stdout).toContain(`→ If codex-sessions was run as that user in your home: mv`);
    const { stderr } = await rig.run(['start', '-d'], { as: OTHER_UID });
    const [, from = '', to = ''] = /mv '([^']+)' '([^']+)'/.exec(stderr) ?? [];
    renameSync(from, to);
    await works(rig, OTHER_UID);
  });

  test('with all of .local left there, it is said whose it is', async () => {
    const rig = rigWithHomeOf(OTHER_UID);
    const local = join(rig.home, '.local');
    mkdirSync(join(local, 'state', 'codex-sessions'), { recursive: true, mode: 0o700 });
    chmodSync(local, 0o700);
    const refused = await rig.run(['start', '-d'], { as: OTHER_UID });
    expectRefusal(refused, `${local} belongs to another user`, 'chown');
    giveTo(OTHER_UID, local);
    await works(rig, OTHER_UID);
  });
});
