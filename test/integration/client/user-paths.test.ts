/** Paths of the user's environment mean what they mean where the user is, also to the supervisor in `/`. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import {
  giveTo,
  isRoot,
  NEEDS_OTHERS,
  othersCanRun,
  UNKNOWN_UID,
} from '../../support/attack/other-user.ts';
import { COMMAND } from '../../support/rig/command.ts';
import { createRig, type Rig } from '../../support/rig/rig.ts';

/** In Codex's place: leaves its environment in the project, and what a program leaves at home. */
const CODEX = `[ -n "$CODEX_SESSIONS_SESSION" ] || exit 0 # asked for its version only
env >part; mv part environment; exec cat`;

async function environment(rig: Rig, cwd = rig.projectDir): Promise<string[]> {
  const file = join(cwd, 'environment');
  await rig.waitUntil(() => existsSync(file), 'the environment of the session');
  const lines = readFileSync(file, 'utf8').split('\n');
  rmSync(file);
  return lines;
}

test('an empty .git above, as a sandbox that was killed leaves it, makes no project', async () => {
  const rig = createRig();
  mkdirSync(join(rig.root, '.git'));
  const cwd = join(rig.root, 'scratch');
  mkdirSync(cwd);
  await rig.ok(['start', '-d'], { cwd });
  expect((await rig.list()).map(({ root, project }) => [root, project])).toEqual([
    [cwd, 'scratch'],
  ]);
});

test('a relative CODEX_HOME is that of the directory in which start is run', async () => {
  const rig = createRig({ codex: CODEX });
  const other = rig.project('other');
  mkdirSync(join(rig.projectDir, 'ch'));
  const env = { CODEX_HOME: 'ch', SSH_AUTH_SOCK: 'agent.sock' };
  await rig.ok(['start', '-d', '-C', other], { env });
  expect(await environment(rig, other)).toContain(`CODEX_HOME=${rig.projectDir}/ch`);
  const [name = ''] = readdirSync(join(rig.stateDir, 'sessions'));
  const record = JSON.parse(readFileSync(join(rig.stateDir, 'sessions', name), 'utf8'));
  expect(record.codexHome).toBe(join(rig.projectDir, 'ch'));
});

test('the program and the directory of a start may be relative', async () => {
  const rig = createRig({ codex: CODEX });
  const other = rig.project('other');
  const env = { CODEX_SESSIONS_CODEX: '../../bin/codex' };
  await rig.ok(['start', '-d', '-C', '../other'], { env });
  expect(await environment(rig, other)).toContain(`PWD=${other}`);
  expect(await rig.list()).toMatchObject([{ cwd: other, state: 'running' }]);
});

/** What `env` is given for a HOME that does not count. */
const NO_HOME = { empty: ['HOME='], unset: ['-u', 'HOME'], relative: ['HOME=here'] };

test.each(Object.entries(NO_HOME))(
  'with a HOME that is %s a session has that of passwd, and nothing is left in the project',
  async (_what, words) => {
    const rig = createRig({ codex: CODEX });
    await execa('env', [...words, COMMAND, 'start', '-d'], {
      ...{ cwd: rig.projectDir, env: rig.env, extendEnv: false },
    });
    expect(await environment(rig)).toContain(`HOME=${userInfo().homedir}`);
    expect(readdirSync(rig.projectDir)).toEqual(['.git']);
  },
);

test.runIf(isRoot && othersCanRun)(
  `where passwd has none either, the message says where it comes from${NEEDS_OTHERS}`,
  async () => {
    const rig = createRig({ codex: CODEX, env: { HOME: '', XDG_STATE_HOME: '' } });
    giveTo(UNKNOWN_UID, rig.root);
    const { CODEX_SESSIONS_DIR: _, ...env } = rig.env;
    const { stderr } = await execa(COMMAND, ['start', '-d'], {
      ...{ cwd: rig.projectDir, env, extendEnv: false, reject: false },
      ...{ uid: UNKNOWN_UID, gid: UNKNOWN_UID },
    });
    expect(stderr).toMatch(/home directory \/ \(that of passwd, as HOME is no absolute path\)/);
    expect(readdirSync(rig.projectDir)).toEqual(['.git']);
  },
);
