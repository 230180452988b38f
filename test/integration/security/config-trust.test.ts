/**
 * The configuration names programs that are run: a file that others may have written is refused, with
 * a sentence that helps.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  giveTo,
  isRoot,
  NEEDS_OTHERS,
  NEEDS_ROOT,
  OTHER_UID,
  othersCanRun,
  UNKNOWN_UID,
} from '../../support/attack/other-user.ts';
import { KINDS, plant } from '../../support/attack/plant.ts';
import { createRig, type Rig, type RunOptions } from '../../support/rig/rig.ts';

const TWO_LINES = /^codex-sessions: .+\n {2}.+\n$/;
/** A group that no user has as his own. */
const SHARED_GID = 100;

interface Configured {
  readonly rig: Rig;
  /** `config.toml`, and the directories above it. */
  readonly file: string;
  readonly directory: string;
  readonly base: string;
  /** The program that it names has been run. */
  ran(): boolean;
}

function configured(owner = process.getuid?.() ?? 0): Configured {
  const rig = createRig({ codex: null });
  chmodSync(rig.root, 0o755);
  const trace = join(rig.root, 'trace', 'ran');
  mkdirSync(join(rig.root, 'trace'), { mode: 0o777 });
  chmodSync(join(rig.root, 'trace'), 0o777);
  const program = rig.program('named', `touch '${trace}'; exec cat`);
  const base = join(rig.home, '.config');
  const file = rig.file(
    'home/.config/codex-sessions/config.toml',
    `[codex]\ncommand = "${program}"\n`,
  );
  giveTo(owner, rig.home);
  return { rig, file, directory: join(base, 'codex-sessions'), base, ran: () => existsSync(trace) };
}

async function refused({ rig, ran }: Configured, options: RunOptions = {}): Promise<string> {
  const result = await rig.run(['start', '-d'], options);
  expect(result).toMatchObject({ stdout: '', exitCode: 1 });
  expect(result.stderr).toMatch(TWO_LINES);
  const doctor = await rig.run(['doctor'], options);
  expect(doctor.stdout).toMatch(/FINDING +config /);
  expect(ran()).toBe(false);
  return result.stderr;
}

async function accepted({ rig, ran }: Configured, options: RunOptions = {}): Promise<void> {
  await rig.ok(['start', '-d'], options);
  expect(ran()).toBe(true);
  await rig.ok(['kill-all', '-y'], options);
  await rig.waitUntilEmpty();
}

/** The command that the hint gives, as somebody would type it. */
function follow(stderr: string): void {
  const [command = ''] = /chmod go-w '[^']+'/.exec(stderr) ?? [];
  expect(command).not.toBe('');
  execFileSync('/bin/sh', ['-c', command]);
}

describe('what others can write', () => {
  test.each([
    ['the file', 'file', 0o666],
    ['its directory', 'directory', 0o777],
    ['a directory above', 'base', 0o757],
  ] as const)('%s', async (_, which, mode) => {
    const it = configured();
    const path = it[which];
    chmodSync(path, mode);
    const stderr = await refused(it);
    expect(stderr).toContain(it.file);
    expect(stderr).toContain(path);
    follow(stderr);
    await accepted(it);
  });

  test.runIf(isRoot)(`a group that is shared${NEEDS_ROOT}`, async () => {
    for (const which of ['file', 'directory', 'base'] as const) {
      const it = configured();
      chownSync(it[which], 0, SHARED_GID);
      chmodSync(it[which], which === 'file' ? 0o664 : 0o775);
      follow(await refused(it));
      await accepted(it);
    }
  });

  test('of a directory with the sticky bit, others have their own files only', async () => {
    const it = configured();
    chmodSync(it.base, 0o1777);
    await accepted(it);
  });
});

describe.skipIf(!othersCanRun)(`a group of one's own${NEEDS_OTHERS}`, () => {
  /** As a umask of 002 leaves it. */
  function withUmask002(owner: number): Configured {
    const it = configured(owner);
    for (const path of [it.rig.home, it.base, it.directory]) chmodSync(path, 0o775);
    chmodSync(it.file, 0o664);
    giveTo(owner, it.rig.root);
    return it;
  }

  test('may write', async () => {
    const it = withUmask002(UNKNOWN_UID);
    await accepted(it, { as: UNKNOWN_UID });
  });

  /** Debian's has other users in it, whose own it is as well. */
  const isShared = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .some(([, , uid, gid]) => Number(gid) === OTHER_UID && Number(uid) !== OTHER_UID);

  test.runIf(isShared)('may not where somebody else is in it', async () => {
    const it = withUmask002(OTHER_UID);
    const stderr = await refused(it, { as: OTHER_UID });
    expect(stderr).toContain(`chmod go-w '${it.file}'`);
  });

  test('is nobody else’s', async () => {
    const it = withUmask002(UNKNOWN_UID);
    await refused(it, { as: OTHER_UID, env: { CODEX_SESSIONS_DIR: join(it.rig.home, 'state') } });
  });
});

describe('a link', () => {
  test('to a file of one’s own is followed', async () => {
    const it = configured();
    mkdirSync(join(it.rig.home, 'dotfiles'));
    renameSync(it.file, join(it.rig.home, 'dotfiles', 'codex.toml'));
    symlinkSync('../../dotfiles/codex.toml', it.file);
    await accepted(it);
  });

  test('so is one in the place of the directory', async () => {
    const it = configured();
    mkdirSync(join(it.rig.home, 'dotfiles'));
    renameSync(it.directory, join(it.rig.home, 'dotfiles', 'codex-sessions'));
    symlinkSync('../dotfiles/codex-sessions', it.directory);
    await accepted(it);
  });

  test('to where others can write is not', async () => {
    const it = configured();
    const open = join(it.rig.root, 'open');
    mkdirSync(open);
    chmodSync(open, 0o777);
    renameSync(it.file, join(open, 'codex.toml'));
    symlinkSync(join(open, 'codex.toml'), it.file);
    const stderr = await refused(it);
    expect(stderr).toContain(`${it.file} is not used: others can write to ${open}`);
    follow(stderr);
    await accepted(it);
  });

  test.runIf(isRoot)(`to another user’s file is not${NEEDS_ROOT}`, async () => {
    const it = configured();
    const his = join(it.rig.root, 'his.toml');
    renameSync(it.file, his);
    giveTo(OTHER_UID, his);
    symlinkSync(his, it.file);
    expect(await refused(it)).toContain(`${it.file} belongs to another user`);
  });

  test.runIf(isRoot)(`that another user can replace is not${NEEDS_ROOT}`, async () => {
    const it = configured();
    // He cannot write that file, but decides which of ours it is.
    chownSync(it.directory, OTHER_UID, OTHER_UID);
    expect(await refused(it)).toContain(`${it.directory} belongs to another user`);
  });
});

describe('what is no file', () => {
  test.each(KINDS.filter((kind) => kind !== 'file'))('a %s in its place', async (kind) => {
    const it = configured();
    await plant(kind, it.file);
    const stderr = await refused(it);
    expect(stderr).toContain(`${it.file} is not a regular file`);
  });
});

describe.skipIf(!othersCanRun)(`root's configuration${NEEDS_OTHERS}`, () => {
  test('is believed by everybody who can read it', async () => {
    const it = configured(0);
    giveTo(UNKNOWN_UID, it.rig.home);
    giveTo(0, it.base);
    await accepted(it, {
      as: UNKNOWN_UID,
      env: { CODEX_SESSIONS_DIR: join(it.rig.home, 'state') },
    });
  });
});
