/** Each session has the limits, the niceness and the umask of the shell that starts it. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { giveTo, isRoot, othersCanRun, UNKNOWN_UID } from '../../support/attack/other-user.ts';
import { COMMAND } from '../../support/rig/command.ts';
import { createRig, type Rig } from '../../support/rig/rig.ts';

/** In Codex's place: leaves its limits, soft and hard, in the home directory. */
const CODEX = `[ -n "$CODEX_SESSIONS_SESSION" ] || exit 0 # asked for its version only
bash -c 'ulimit -S -a; echo; ulimit -H -a; nice; umask' >"$HOME/part"
mv "$HOME/part" "$HOME/limits"; printf '\\033]7501;state=idle\\007'; exec cat`;

/** Root may do everything, so it becomes another user. */
const ordinary = isRoot ? { uid: UNKNOWN_UID, gid: UNKNOWN_UID } : {};

/** Runs the command in a shell that has run `before`. */
async function shell(rig: Rig, before: string, args: readonly string[], user = {}) {
  const script = `${before}; exec "$0" "$@"`;
  return await execa('bash', ['-c', script, COMMAND, ...args], {
    ...{ cwd: rig.projectDir, env: rig.env, extendEnv: false, stdin: 'ignore' as const },
    ...user,
  });
}

async function seen(rig: Rig): Promise<string[]> {
  const file = join(rig.home, 'limits');
  await rig.waitUntil(() => existsSync(file), 'the limits of the session');
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  rmSync(file);
  return lines;
}

/** What a program has that the shell starts without us. */
async function expected(rig: Rig, before: string, user = {}): Promise<string[]> {
  const show = `${before}; ulimit -S -a; echo; ulimit -H -a; nice; umask`;
  const { stdout } = await execa('bash', ['-c', show], { cwd: rig.projectDir, ...user });
  return stdout.trimEnd().split('\n');
}

const SHELLS = [
  ['an ordinary one', ':'],
  ['fewer open files', 'ulimit -S -n 1024'],
  ['both limits lower', 'ulimit -n 512'],
  ['others', 'ulimit -S -s 4096; ulimit -S -c 0; ulimit -S -f 2048000; ulimit -S -u 5000'],
  ['niceness and umask', 'renice -n 7 $$ >/dev/null; umask 027'],
] as const;

describe.runIf(process.platform === 'linux')('a session started by a shell with', () => {
  test.each(SHELLS)('%s', async (_what, before) => {
    const rig = createRig({ codex: CODEX });
    // The first start makes the supervisor, whose limits are others.
    await shell(rig, 'ulimit -S -n 2048; ulimit -S -s 2048', ['start', '-d', 'first']);
    await seen(rig);
    await shell(rig, before, ['start', '-d', 'second']);
    expect(await seen(rig)).toEqual(await expected(rig, before));
    // Also one that is brought back has those of the shell that does it.
    await shell(rig, 'ulimit -S -n 700', ['restart', 'second']);
    expect(await seen(rig)).toEqual(await expected(rig, 'ulimit -S -n 700'));
  });
});

describe.runIf(process.platform === 'linux')('where the first shell has a lower hard limit', () => {
  test('a session has its own all the same, or is told that it cannot', async () => {
    const rig = createRig({ codex: CODEX });
    await shell(rig, 'ulimit -n 256', ['start', '-d', 'first']);
    await seen(rig);
    const { stderr } = await shell(rig, 'ulimit -S -n 1024', ['start', '-d', 'second']);
    const [files] = (await seen(rig)).filter((line) => line.startsWith('open files'));
    // Root in a container often may not raise it either.
    if (/ 1024$/.test(files ?? '')) expect(stderr).toBe('');
    else expect(stderr).toContain('open files 256 (here 1024)');
  });
});

describe.runIf(process.platform === 'linux' && (!isRoot || othersCanRun))(
  'what cannot be undone without root',
  () => {
    test('is said by start and by doctor, each time', async () => {
      const rig = createRig({ codex: CODEX });
      if (isRoot) giveTo(UNKNOWN_UID, rig.root);
      const first = await shell(
        rig,
        'ulimit -n 256; renice -n 15 $$ >/dev/null',
        ['start', '-d', 'first'],
        ordinary,
      );
      expect(first.stderr).toBe('');
      await seen(rig);
      const before = 'ulimit -S -n 1024';
      const { stderr } = await shell(rig, before, ['start', '-d', 'second'], ordinary);
      const text = 'open files 256 (here 1024), niceness 15 (here 0)';
      expect(stderr).toMatch(/^codex-sessions: sessions have the limits of the shell that started/);
      expect(stderr).toContain(text);
      expect(stderr.split('\n')).toHaveLength(2);
      const limits = await seen(rig);
      expect(limits.filter((line) => line.startsWith('open files'))[0]).toMatch(/ 256$/);
      expect(limits.at(-2)).toBe('15');
      const doctor = await shell(rig, before, ['doctor', '--json'], {
        ...ordinary,
        reject: false,
      });
      const found = JSON.parse(doctor.stdout) as { check: string; text: string }[];
      expect(found.filter(({ text: said }) => said.includes(text))).toMatchObject([
        { check: 'supervisor', level: 'note' },
      ]);
      await shell(rig, ':', ['kill-all', '-y'], ordinary);
      // Root would be refused there.
      await rig.waitUntil(() => rig.supervisorPid() === undefined, 'the supervisor to go');
    });
  },
);
