/** Commands in directories that are gone, that are none, or that have very long names. */
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { COMMAND } from '../../support/rig/command.ts';
import { createRig } from '../../support/rig/rig.ts';

const waiting = { codex: 'exec cat' };

test('in a directory that was deleted its own sessions are meant', async () => {
  const rig = createRig(waiting);
  const gone = rig.project('gone');
  await rig.ok(['start', '-d', '-C', gone]);
  await rig.ok(['start', '-d', '-C', '/', 'other']);
  const deleted = (args: string) =>
    execa(
      '/bin/sh',
      ['-c', `mkdir -p ${gone} && cd ${gone} && rm -r ${gone} && ${COMMAND} ${args}`],
      {
        env: rig.env,
        extendEnv: false,
        reject: false,
      },
    );
  expect((await deleted('ls -q --here')).stdout).toBe('gone:main');
  const { stderr, exitCode } = await deleted('kill -y other');
  expect(stderr).toMatch(/there is no session other in gone\n/);
  expect(exitCode).toBe(3);
  expect((await deleted('kill -y main')).stderr).toMatch(/Killed gone:main\./);
});

test('a file is no directory to work in', async () => {
  const rig = createRig(waiting);
  const file = rig.file('p/ultra/file', '');
  for (const command of ['start', 'config']) {
    const { stderr, exitCode } = await rig.run([command, '-C', file]);
    expect(stderr).toBe(
      `codex-sessions: ${file} is not a directory\n  Name another one with -C DIR.\n`,
    );
    expect(exitCode).toBe(1);
  }
});

test('a long name leaves the list of status its columns', async () => {
  const rig = createRig(waiting);
  await rig.ok(['start', '-d', 'short']);
  await rig.ok(['start', '-d', '-C', rig.project('long-name-'.repeat(20))]);
  const terminal = rig.open(['status'], { cols: 60, rows: 10 });
  expect(await terminal.waitForExit()).toBe(0);
  const [first = '', second = '', ...rest] = terminal.text().trimEnd().split('\n');
  expect(first).toMatch(/^ultra:short {10,}starting/);
  expect(second).toMatch(/^long-name-l\S*…\S*:main {2}starting/);
  expect(rest).toEqual([]);
});
