/** The command lines that messages advise do what they say, typed as they are, wherever the user is. */
import { dirname } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { COMMAND } from '../../support/rig/command.ts';
import { createRig, type Rig } from '../../support/rig/rig.ts';

const CODEX = { codex: 'echo "here $CODEX_SESSIONS_SESSION"; exec cat' };

/** Types the command line that ends `said`, with more words, in the rig's own project. */
async function follow(rig: Rig, said: string, ...more: string[]): Promise<string> {
  const [, line = 'false'] = /(?:: )(codex-sessions .*?)\.?\s*$/.exec(said) ?? [];
  const program = rig.program('codex-sessions', `exec ${COMMAND} "$@"`);
  const typed = [line, ...more].join(' ');
  const { stdout, exitCode } = await execa('/bin/sh', ['-c', typed], {
    cwd: rig.projectDir,
    env: { ...rig.env, PATH: `${dirname(program)}:${rig.env.PATH}` },
    extendEnv: false,
    reject: false,
  });
  expect(exitCode, `${said}\n${typed}`).toBe(0);
  return stdout;
}

test.each(['my project', "it's $HOME", '-x', 'a:b'])(
  'what is advised about a session of the project "%s" works from elsewhere',
  async (project) => {
    const rig = createRig(CODEX);
    const cwd = rig.project(project);
    await rig.ok(['start', '-d', 'work'], { cwd });
    const full = (await rig.list())[0]?.fullName ?? '';
    const attached = rig.open(['attach', full]);
    await attached.waitFor('here codex:');
    const elsewhere = await rig.run(['peek', 'work']);
    expect(await follow(rig, elsewhere.stderr)).toContain(`here ${full}`);
    await rig.ok(['kill', full]);
    expect(await attached.waitForExit()).toBe(129);
    await follow(rig, attached.text().trimEnd(), '-d', '--no-wait');
    expect((await rig.list()).map(({ fullName }) => fullName)).toEqual([full]);
    await rig.ok(['kill', full]);
    const ended = await rig.run(['attach', full]);
    expect(ended.exitCode).toBe(3);
    await follow(rig, ended.stderr, '-d', '--no-wait');
    await rig.ok(['start', '-d', 'other'], { cwd });
    await rig.ok(['kill', full]);
    const taken = await rig.run(['rename', full.replace(':work:', ':other:'), 'work']);
    expect(taken.exitCode).toBe(2);
    await follow(rig, taken.stderr);
    expect((await rig.list('--all')).map(({ name }) => name)).toEqual(['other']);
  },
);
