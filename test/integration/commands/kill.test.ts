/** Ending sessions: asked first, then made to; all of them, and nothing that is not theirs. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isAlive, processInfo } from '../../support/process/processes.ts';
import { COMMAND } from '../../support/rig/command.ts';
import { createReporter } from '../../support/rig/reporter.ts';
import { createRig, type Rig } from '../../support/rig/rig.ts';

/** Answers the questions that are asked before a session starts, then does what it is told. */
function codex(body: string): { codex: string } {
  return { codex: `case $1 in --help|--version) exit;; esac\n${body}` };
}

async function noted(rig: Rig, name: string): Promise<number> {
  const file = join(rig.projectDir, name);
  await rig.waitUntil(() => existsSync(file) && readFileSync(file, 'utf8').endsWith('\n'), name);
  return Number(readFileSync(file, 'utf8'));
}

test('a program that asks to be asked may say goodbye', async () => {
  const rig = createRig(
    codex('trap "echo bye >bye; exit 0" HUP TERM; echo $$ >pid; while :; do sleep 0.05; done'),
  );
  await rig.ok(['start', '-d']);
  const pid = await noted(rig, 'pid');
  expect(await rig.run(['kill', 'main'])).toMatchObject({
    exitCode: 0,
    stderr: 'Killed ultra:main.\nBring it back: codex-sessions restore --killed\n',
  });
  expect(readFileSync(join(rig.projectDir, 'bye'), 'utf8')).toBe('bye\n');
  expect(isAlive(pid)).toBe(false);
  expect(await rig.list()).toEqual([]);
});

test('one that ignores HUP and TERM is killed after the grace period', async () => {
  const rig = createRig(codex('trap "" HUP TERM; echo $$ >pid; while :; do sleep 0.05; done'));
  await rig.ok(['start', '-d']);
  const pid = await noted(rig, 'pid');
  expect((await rig.run(['kill', 'main'])).exitCode).toBe(0);
  expect(isAlive(pid)).toBe(false);
  await rig.waitUntilEmpty();
});

test('one that is stopped is ended too', async () => {
  const rig = createRig(codex('echo $$ >pid; kill -STOP $$; exec cat'));
  await rig.ok(['start', '-d']);
  const pid = await noted(rig, 'pid');
  expect((await rig.run(['kill', 'main'])).exitCode).toBe(0);
  expect(isAlive(pid)).toBe(false);
  await rig.waitUntilEmpty();
});

test('its background jobs go with it, also one that ignores the asking', async () => {
  const rig = createRig(
    codex(`set -m
sleep 1000 & echo $! >plain
sh -c 'trap "" HUP TERM; while :; do sleep 0.05; done' & echo $! >deaf
exec cat`),
  );
  await rig.ok(['start', '-d']);
  const plain = await noted(rig, 'plain');
  const deaf = await noted(rig, 'deaf');
  expect((await rig.run(['kill', 'main'])).exitCode).toBe(0);
  expect({ plain: isAlive(plain), deaf: isAlive(deaf) }).toEqual({ plain: false, deaf: false });
  await rig.waitUntilEmpty();
});

test('what has left the session for one of its own is left alone', async () => {
  const rig = createRig(codex('setsid sleep 1000 & echo $! >daemon; exec cat'));
  await rig.ok(['start', '-d']);
  const daemon = await noted(rig, 'daemon');
  // Until then it is a background job like any other.
  await rig.waitUntil(
    () => processInfo(daemon)?.command.startsWith('sleep'),
    'it to have left the session',
  );
  expect((await rig.run(['kill', 'main'])).exitCode).toBe(0);
  expect(isAlive(daemon)).toBe(true);
  process.kill(daemon, 'SIGKILL');
});

test('several at once, others stay', async () => {
  const rig = createRig({ codex: 'exec cat' });
  for (const name of ['a', 'b', 'c']) await rig.ok(['start', '-d', name]);
  expect((await rig.run(['kill', 'a', 'b', 'a'])).exitCode).toBe(0);
  expect((await rig.list()).map(({ name }) => name)).toEqual(['c']);
});

test('kill-all --here ends what is of this project only', async () => {
  const rig = createRig({ codex: 'exec cat' });
  for (const name of ['a', 'b']) await rig.ok(['start', '-d', name]);
  await rig.ok(['start', '-d', 'far'], { cwd: rig.project('far') });
  expect((await rig.run(['kill-all', '--here', '-y'])).exitCode).toBe(0);
  expect((await rig.list()).map(({ name }) => name)).toEqual(['far']);
  expect((await rig.run(['kill-all', '--here', '-y'])).exitCode).toBe(0);
  expect((await rig.run(['kill-all', '-y'])).exitCode).toBe(0);
  expect(await rig.list()).toEqual([]);
  await rig.waitUntilEmpty();
});

test('in a terminal it asks where a turn would be lost; Enter alone says no', async () => {
  const { rig, ...reporter } = createReporter();
  await reporter.start('main');
  await reporter.report('main', 'state=working');
  await reporter.status('main', 'working');
  const first = rig.open(['kill', 'main']);
  await first.waitFor('Kill this session?');
  first.press('enter');
  expect(await first.waitForExit()).toBe(0);
  expect(first.text()).toContain('Nothing was killed');
  expect((await rig.run(['kill-all'])).exitCode).toBe(2);
  expect(await rig.list()).toHaveLength(1);
  const second = rig.open(['kill-all']);
  await second.waitFor('Kill this session?');
  second.type('y');
  second.press('enter');
  expect(await second.waitForExit()).toBe(0);
  expect((await rig.list()).filter(({ state }) => state === 'running')).toEqual([]);
});

test('in a terminal without a name it lets you choose: by typing, several by marks', async () => {
  const rig = createRig({ codex: 'exec cat' });
  for (const name of ['alpha', 'beta', 'gamma', 'delta']) await rig.ok(['start', '-d', name]);
  const names = async () => (await rig.list()).map(({ name }) => name).sort();
  const none = rig.open(['kill'], { cols: 80, rows: 24 });
  await none.waitFor('kill which sessions?');
  expect(none.screen()[0]).toMatch(/ 4 running$/);
  // Nothing is marked, nothing was typed: Enter by mistake kills nothing.
  none.press('enter', 'esc');
  expect(await none.waitForExit()).toBe(0);
  expect(none.text()).toContain('Nothing was killed.');
  expect(await names()).toEqual(['alpha', 'beta', 'delta', 'gamma']);

  const one = rig.open(['kill'], { cols: 80, rows: 24 });
  await one.waitFor('kill which sessions?');
  one.type('bet');
  await one.waitFor('enter kill ultra:beta');
  one.press('enter');
  expect(await one.waitForExit()).toBe(0);
  expect(one.text()).toContain('Killed ultra:beta.');
  expect(await names()).toEqual(['alpha', 'delta', 'gamma']);

  const two = rig.open(['kill'], { cols: 80, rows: 24 });
  await two.waitFor('3 running');
  two.type('gam ');
  await two.waitFor('1 marked');
  two.press('ctrl+u');
  two.type('alp ');
  await two.waitFor('enter kill 2 sessions');
  two.press('ctrl+u');
  await two.waitFor('2 marked, 3 running');
  expect(two.text().match(/^.x. ultra:(?:alpha|gamma)/gm)).toHaveLength(2);
  two.press('enter');
  expect(await two.waitForExit()).toBe(0);
  expect(await names()).toEqual(['delta']);
});

test('a paste into the list is looked for, and marks nothing', async () => {
  const rig = createRig({ codex: 'exec cat' });
  for (const name of ['alpha', 'beta']) await rig.ok(['start', '-d', name]);
  const terminal = rig.open(['kill'], { cols: 80, rows: 12 });
  await terminal.waitFor('esc leave');
  terminal.paste('ultra: be\n');
  await terminal.waitFor(/❯ ultra: be +1\/2/);
  expect(terminal.text()).not.toContain('marked');
  terminal.press('esc');
  expect(await terminal.waitForExit()).toBe(0);
  expect(await rig.list()).toHaveLength(2);
});

test('Enter for marked sessions that have gone meanwhile kills no other', async () => {
  const rig = createRig({ codex: 'exec cat' });
  for (const name of ['alpha', 'beta', 'betamax']) await rig.ok(['start', '-d', name]);
  const terminal = rig.open(['kill'], { cols: 40, rows: 12 });
  await terminal.waitFor('esc leave');
  terminal.type('alp ');
  await terminal.waitFor('1 marked');
  expect(terminal.screen().at(-1)?.trim()).toBe('enter kill 1 session   esc leave');
  await rig.ok(['kill', 'alpha']);
  await terminal.waitFor('Nothing matches.');
  terminal.press('ctrl+u');
  terminal.type('beta');
  await terminal.waitFor('2/2');
  terminal.press('enter');
  expect(await terminal.waitForExit()).toBe(0);
  expect((await rig.list()).map(({ name }) => name).sort()).toEqual(['beta', 'betamax']);
});

test('in the list, too, it asks where a turn would be lost', async () => {
  const { rig, ...reporter } = createReporter();
  await reporter.start('main');
  await reporter.report('main', 'state=working');
  await reporter.status('main', 'working');
  const terminal = rig.open(['kill']);
  await terminal.waitFor('kill which sessions?');
  terminal.press('space', 'enter');
  await terminal.waitFor('Kill this session?');
  terminal.press('enter');
  expect(await terminal.waitForExit()).toBe(0);
  expect((await rig.list()).filter(({ state }) => state === 'running')).toHaveLength(1);
});

test('what one kill ended comes back with the one command that it says, and nothing else', async () => {
  const rig = createRig(codex('echo "here $*"; exec cat'));
  for (const name of ['before', 'one', 'two', 'by-itself']) await rig.ok(['start', '-d', name]);
  await rig.ok(['kill', 'before']);
  const { stderr } = await rig.run(['kill-all', '-y']);
  const hint = /^Bring them back: codex-sessions (.*)$/m.exec(stderr)?.[1];
  expect(hint).toBe('restore --killed');
  await rig.waitUntilEmpty();
  // An ended one may have another name meanwhile, or run again, or be forgotten.
  await rig.ok(['rename', 'two', 'second']);
  await rig.ok(['start', '-d', 'one']);
  await rig.ok(['forget', 'by-itself']);
  expect(await rig.run(['restore', '--killed'])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^ultra:second {2}.*\n$/),
  });
  const running = (await rig.list()).filter(({ state }) => state === 'running');
  expect(running.map(({ name }) => name).sort()).toEqual(['one', 'second']);
  const again = await rig.run(['restore', '--killed']);
  expect(again).toEqual({
    exitCode: 0,
    stdout: '',
    stderr: 'Nothing that was killed last is gone now: there is nothing to restore.\n',
  });
  expect((await rig.run(['restore'])).stderr).toContain('there is nothing to restore');
});

test('a kill of the session that one is in can be undone, too', async () => {
  const rig = createRig(codex(`${COMMAND} kill -y main; exec cat`));
  const terminal = rig.open(['start']);
  await terminal.waitForExit();
  await rig.waitUntilEmpty();
  const env = { CODEX_SESSIONS_CODEX: rig.program('quiet', 'exec cat') };
  expect(await rig.ok(['restore', '--killed'], { env })).toMatch(/^ultra:main /);
});
