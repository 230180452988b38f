/** Bytes that are not UTF-8, and a directory that is gone: each command works, or says what is wrong. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { COMMAND } from '../../support/rig/command.ts';
import { createRig, type Rig } from '../../support/rig/rig.ts';

const CODEX = `[ -n "$CODEX_SESSIONS_SESSION" ] || exit 0 # asked for its version only
env >"$HOME/part"; mv "$HOME/part" "$HOME/environment"; exec cat`;

/** A line of shell, as only a shell has such bytes; "$cs" is the command. */
async function shell(rig: Rig, line: string) {
  const result = await execa('bash', ['-c', line], {
    ...{ cwd: rig.projectDir, extendEnv: false, reject: false, stdin: 'ignore' as const },
    env: { ...rig.env, cs: COMMAND },
  });
  const { stdout, stderr, exitCode } = result;
  return { stdout, stderr, exitCode };
}

test('a variable that is not UTF-8 is dropped and named; one with a real U+FFFD is passed on', async () => {
  const rig = createRig({ codex: CODEX });
  const { stderr, exitCode } = await shell(
    rig,
    `export X=$(printf 'na\\357ve') Y=$(printf 'a\\357\\277\\275b') PATH=$PATH:$(printf '/caf\\351'); "$cs" start -d`,
  );
  expect({ stderr, exitCode }).toEqual({
    stderr: 'codex-sessions: not UTF-8, and not passed to the session: X',
    exitCode: 0,
  });
  const file = join(rig.home, 'environment');
  await rig.waitUntil(() => existsSync(file), 'the environment of the session');
  const lines = readFileSync(file, 'utf8').split('\n');
  expect(lines).toContain('Y=a\ufffdb');
  expect(lines).toContain(`PATH=${rig.env.PATH}`);
  expect(lines.filter((line) => line.startsWith('X='))).toEqual([]);
});

test('a variable that decides where we look is refused', async () => {
  const rig = createRig({ codex: CODEX });
  const { stderr, exitCode } = await shell(
    rig,
    `CODEX_HOME=$(printf '/caf\\351') exec "$cs" start -d`,
  );
  expect(stderr).toMatch(/^codex-sessions: CODEX_HOME is not UTF-8: .+\n {2}\S/);
  expect(exitCode).toBe(1);
});

test('an argument that is not UTF-8 is refused, one with a real U+FFFD is not', async () => {
  const rig = createRig({ codex: CODEX });
  const bad = await shell(rig, `"$cs" start -d -- "$(printf 'caf\\351')"`);
  expect(bad.stderr).toMatch(/^codex-sessions: the argument .+ is not UTF-8\n {2}\S/);
  expect(bad.exitCode).toBe(2);
  expect(await rig.list('--all')).toEqual([]);
  const good = await shell(rig, `"$cs" start -d -- "$(printf 'caf\\357\\277\\275')"`);
  expect(good).toMatchObject({ stderr: '', exitCode: 0 });
});

const GOES_THERE = {
  'whose name is not UTF-8': `d=$(printf 'caf\\351'); mkdir "$d"; cd "$d"`,
  'that is gone': 'mkdir gone; cd gone; rmdir ../gone',
};

test.each(Object.entries(GOES_THERE))('in a directory %s', async (_what, go) => {
  const rig = createRig({ codex: CODEX });
  await rig.ok(['start', '-d']);
  const there = (args: string) => shell(rig, `${go}; exec "$cs" ${args}`);
  for (const args of ['ls', 'ls --here', 'status', 'doctor --json', 'restore', 'peek ultra:main']) {
    const { stderr, exitCode } = await there(args);
    expect({ args, stderr, exitCode }).toEqual({
      args,
      stderr: expect.not.stringMatching(/codex-sessions: |bug/),
      exitCode: 0,
    });
    await shell(rig, 'rmdir caf*');
  }
  const start = await there('start -d');
  expect(start.stderr).toMatch(
    /codex-sessions: the .*(?:is not UTF-8|been deleted)\n {2}\S.*-C DIR/,
  );
  await shell(rig, 'rmdir caf*');
  const elsewhere = await there(`start -d other -C "${rig.projectDir}"`);
  expect(elsewhere.exitCode).toBe(0);
  await shell(rig, 'rmdir caf*');
  await rig.ok(['kill', 'other', '-y']);
  expect(await there('start -d ultra:other')).toMatchObject({ exitCode: 0 });
});
