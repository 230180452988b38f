/** What becomes of sessions that end, and what the list says of them; with a stand-in for Codex. */
import { existsSync, readFileSync, renameSync, rmSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isAlive } from '../../support/process/processes.ts';
import { createRig, type Listed, type Rig, recordFiles } from '../../support/rig/rig.ts';
import { loseSupervisor } from '../../support/rig/successor.ts';

/** Reports that it is there, and waits. */
const IDLE = "printf '\\033]7501;state=idle:app=codex\\033\\\\'\nexec sleep 600";

/** Says its version, knows one option, and otherwise is a shell. */
const versioned = (version: string) => `case "$1" in
--version) echo "codex-cli ${version}"; exit ;;
--help) echo "      --no-daemon  Alone"; exit ;;
esac
${IDLE}`;

/** A conversation, of 2026-11-22. */
const TALK = '01a2a5a0-a606-7e72-8925-994300000001';

async function pidOf(rig: Rig, name: string): Promise<number> {
  return (await rig.list()).find((session) => session.name === name)?.pid ?? 0;
}

test('a signal that was not ours, or the end of the supervisor, leaves a session lost', async () => {
  const rig = createRig({ codex: IDLE });
  for (const name of ['signalled', 'killed', 'left']) await rig.ok(['start', '-d', name]);
  process.kill(await pidOf(rig, 'signalled'), 'SIGTERM');
  await rig.ok(['kill', 'killed']);
  const supervisor = rig.supervisorPid() ?? 0;
  process.kill(supervisor, 'SIGTERM');
  await rig.waitUntil(() => !isAlive(supervisor), 'the supervisor to go');

  const { stdout, stderr } = await rig.run(['ls']);
  expect(stdout).toMatch(/ultra:signalled +lost \d+[sm] ago\b/);
  expect(stdout).toMatch(/ultra:left +lost \d+[sm] ago\b/);
  expect(stdout).not.toContain('killed');
  expect(stderr).toBe('2 sessions were running; "codex-sessions restore" brings them back.\n');
  expect((await rig.run(['ls', '--all'])).stdout).toMatch(/ultra:killed +killed \d+[sm] ago\b/);
  await rig.waitUntilEmpty();

  const restored = await rig.ok(['restore', '--jobs', '1']);
  expect(restored.trim().split('\n').sort()).toEqual([
    'ultra:left  started',
    'ultra:signalled  started',
  ]);
  const running = (await rig.list()).map(({ name, state }) => `${name} ${state}`);
  expect(running.sort()).toEqual(['left running', 'signalled running']);
  expect(await rig.run(['restore'])).toMatchObject({ exitCode: 0, stdout: '' });
});

test('what cannot be brought back is said, and the others come', async () => {
  const rig = createRig({ codex: `[ -e broken ] && { echo no good; exit 3; }\n${IDLE}` });
  const other = rig.project('other');
  await rig.ok(['start', '-d', 'good']);
  await rig.ok(['start', '-d', 'bad'], { cwd: other });
  await loseSupervisor(rig);
  await rig.waitUntilEmpty();
  rig.file('p/other/broken', '');
  const { stdout, stderr, exitCode } = await rig.run(['restore']);
  expect(stdout).toBe('ultra:good  started\n');
  expect(stderr).toBe('other:bad  not restored: ended at once (3)\n  no good\n');
  expect(exitCode).toBe(1);
});

test('kill of an ended session takes it off the list, forget out of memory', async () => {
  const rig = createRig({ codex: 'exit 3' });
  // It may have ended before it could be said that it runs.
  await rig.run(['start', '-d', 'short']);
  await rig.waitUntilEmpty();
  expect((await rig.list()).map(({ name }) => name)).toEqual(['short']);
  expect((await rig.run(['kill', 'short'])).stderr).toContain('off the list');
  expect(await rig.list()).toEqual([]);
  expect((await rig.list('--all')).map(({ name }) => name)).toEqual(['short']);
  await rig.ok(['forget', 'short']);
  expect(await rig.list('--all')).toEqual([]);
  expect((await rig.run(['forget', 'short'])).exitCode).toBe(3);
});

test('one name that is wrong, or of what runs, and nothing is forgotten or killed: and that is said', async () => {
  const rig = createRig({ codex: IDLE });
  for (const name of ['a', 'b', 'runs']) await rig.ok(['start', '-d', name]);
  const nobody = 'there is no session nosuch in ultra';
  const wrong = async (args: string[]) => {
    const { exitCode, stdout, stderr } = await rig.run(args);
    return { exitCode, stdout, first: stderr.split('\n')[0] };
  };
  expect(await wrong(['kill', 'a', 'nosuch'])).toEqual({
    exitCode: 3,
    stdout: '',
    first: `codex-sessions: ${nobody}: nothing was killed`,
  });
  await rig.ok(['kill', 'a', 'b']);
  for (const args of [
    ['forget', 'a', 'nosuch'],
    ['forget', 'nosuch', 'a'],
  ])
    expect(await wrong(args)).toEqual({
      exitCode: 3,
      stdout: '',
      first: `codex-sessions: ${nobody}: nothing was forgotten`,
    });
  expect(await wrong(['forget', 'a', 'runs'])).toEqual({
    exitCode: 2,
    stdout: '',
    first: 'codex-sessions: ultra:runs is running: nothing was forgotten',
  });
  expect((await rig.list('--all')).map(({ name }) => name).sort()).toEqual(['a', 'b', 'runs']);
  expect((await wrong(['forget', 'nosuch'])).first).toBe(`codex-sessions: ${nobody}`);
  expect((await rig.run(['forget', 'a', 'b', 'a'])).stderr).toBe(
    'Forgot ultra:a.\nForgot ultra:b.\n',
  );
});

/** What its Codex found in CODEX_HOME, as it wrote it down. */
async function homeOf(rig: Rig, name: string): Promise<string> {
  const file = join(rig.projectDir, `home-${name}`);
  const read = () => existsSync(file) && /^(.*)\n$/.exec(readFileSync(file, 'utf8'));
  const found = await rig.waitUntil(read, `the home of ${name}`);
  rmSync(file);
  return found[1] ?? '';
}

/** Writes down its CODEX_HOME, and says in its title which conversation it has, if it is to have one. */
const HOMELY = `case $1 in --help|--version) exit;; esac
name=\${CODEX_SESSIONS_SESSION#*:*:}; name=\${name%:*}
echo "\${CODEX_HOME-none}" >"home-$name"
case $name in has*) printf '\\033]0;Ready | ultra | %.29s...\\007' '${TALK}';; esac
${IDLE}`;

/** Codex's record of that conversation. */
function putTalk(home: string, rig: Rig): string {
  const file = `rollout-2026-11-22T08-00-00-${TALK}.jsonl`;
  return rig.file(join(home, 'sessions', '2026', '11', '22', file), '{}\n');
}

test('CODEX_HOME is remembered where a conversation goes on, and where it comes back as it ran', async () => {
  const rig = createRig({ codex: HOMELY });
  const [first, second] = [join(rig.root, 'first'), join(rig.root, 'second')];
  const inHome = (home: string) => ({ env: { CODEX_HOME: home } });
  putTalk('first', rig);
  for (const name of ['none', 'has', 'none-lost']) {
    await rig.ok(['start', '-d', name], inHome(first));
    expect(await homeOf(rig, name)).toBe(first);
  }
  const conversation = async (name: string) =>
    ((await rig.list('--all')) as (Listed & { conversation: string | null })[]).find(
      (session) => session.name === name,
    )?.conversation;
  await rig.waitUntil(async () => (await conversation('has')) === TALK, 'the conversation');

  await rig.ok(['kill', 'none', 'has']);
  const resumed = await rig.run(['start', '-d', 'has'], inHome(second));
  expect(resumed.stderr).toBe('Resumed the conversation of ultra:has.\n');
  expect(await homeOf(rig, 'has')).toBe(first);
  await rig.ok(['start', '-d', 'none'], inHome(second));
  expect(await homeOf(rig, 'none')).toBe(second);
  await rig.ok(['kill', 'none']);
  await rig.ok(['start', '-d', 'none']);
  expect(await homeOf(rig, 'none')).toBe('none');

  await rig.ok(['restart', 'none-lost'], inHome(second));
  expect(await homeOf(rig, 'none-lost')).toBe(first);
  await loseSupervisor(rig);
  await rig.waitUntilEmpty();
  await rig.ok(['restore'], inHome(second));
  const homes = { has: first, none: 'none', 'none-lost': first };
  for (const [name, home] of Object.entries(homes)) expect(await homeOf(rig, name)).toBe(home);

  await rig.ok(['kill', 'has']);
  const anew = await rig.run(['start', '-d', '--new', 'has'], inHome(second));
  expect(anew.stderr).toContain(`The earlier one, ${TALK}, stays in ${first}.`);
  expect(await homeOf(rig, 'has')).toBe(second);
  await rig.ok(['kill', 'has']);
  await rig.ok(['forget', 'has']);
  const again = ['start', '-d', '--resume', TALK, 'has'];
  expect((await rig.run(again, inHome(second))).exitCode).toBe(3);
  await rig.ok(again, inHome(first));
  expect(await homeOf(rig, 'has')).toBe(first);

  // Without a record it may be there all the same: Codex is asked for it, where it was.
  await rig.ok(['kill', 'has']);
  const aside = join(rig.root, 'aside');
  renameSync(join(first, 'sessions'), aside);
  const asked = await rig.run(['start', '-d', 'has'], inHome(second));
  expect(asked.stderr).toContain(`Codex is asked for the conversation ${TALK}`);
  expect(await homeOf(rig, 'has')).toBe(first);
  // It cannot go on any more: the new one begins in this home.
  await rig.ok(['kill', 'has']);
  renameSync(join(aside, '2026', '11', '22'), join(first, 'archived_sessions'));
  const fresh = await rig.run(['start', '-d', 'has'], inHome(second));
  expect(fresh.stderr).toContain('its last one was archived');
  expect(await homeOf(rig, 'has')).toBe(second);
});

test('whoever lists forgets what ended more than 30 days ago', async () => {
  const rig = createRig({ codex: IDLE });
  await rig.ok(['start', '-d', 'ancient']);
  await loseSupervisor(rig);
  await rig.waitUntilEmpty();
  const directory = join(rig.stateDir, 'sessions');
  const path = join(directory, recordFiles(rig)[0] ?? '');
  const ago = (days: number) => new Date(Date.now() - days * 86_400_000);
  utimesSync(path, ago(29), ago(29));
  expect((await rig.run(['ls'])).stdout).toMatch(/ultra:ancient +lost 29d ago/);
  utimesSync(path, ago(31), ago(31));
  expect(await rig.list('--all')).toEqual([]);
  expect(recordFiles(rig)).toEqual([]);
  rig.forgiveLeftovers();
});

test('a session on an older Codex is marked, and restart takes the new one', async () => {
  const rig = createRig();
  // As npm installs it: of a program that starts Codex nobody knows what it would start.
  const install = (version: string) => {
    const manifest = JSON.stringify({ name: '@openai/codex', version });
    rig.file('pkg/package.json', manifest);
    return rig.file('pkg/bin/codex.js', `#!/bin/sh\n${versioned(version)}\n`, 0o755);
  };
  rmSync(join(rig.root, 'bin/codex'));
  symlinkSync(install('0.160.0'), join(rig.root, 'bin/codex'));
  await rig.ok(['start', '-d', 'old']);
  expect((await rig.run(['ls'])).stdout).not.toContain('old Codex');
  install('0.170.1');
  await rig.ok(['start', '-d', 'new']);
  const { stdout, stderr } = await rig.run(['ls']);
  expect(stdout).toMatch(/ultra:old .*\(old Codex 0\.160\.0\)/);
  expect(stdout).not.toMatch(/ultra:new .*old Codex/);
  expect(stderr).toContain('restart ultra:old');
  const before = await pidOf(rig, 'old');
  expect(await rig.ok(['restart', 'old'])).toMatch(/^codex:ultra:old:/);
  expect(await pidOf(rig, 'old')).not.toBe(before);
  expect((await rig.run(['ls'])).stdout).not.toContain('old Codex');
});

test('rename refuses names that are taken, by what runs and by what has ended', async () => {
  const rig = createRig({ codex: IDLE });
  for (const name of ['one', 'two', 'gone']) await rig.ok(['start', '-d', name]);
  await rig.ok(['kill', 'gone']);
  const before = await pidOf(rig, 'one');
  expect(await rig.run(['rename', 'one', 'two'])).toMatchObject({ exitCode: 2 });
  const ended = await rig.run(['rename', 'one', 'gone']);
  expect(ended.exitCode).toBe(2);
  expect(ended.stderr).toContain('forget ultra:gone');
  expect(await rig.run(['rename', 'one', 'not ok'])).toMatchObject({ exitCode: 2 });
  expect(await rig.run(['rename', 'none', 'three'])).toMatchObject({ exitCode: 3 });
  await rig.ok(['rename', 'one', 'three']);
  expect(await pidOf(rig, 'three')).toBe(before);
  await rig.ok(['start', '-d', 'one']);
  expect(await pidOf(rig, 'one')).not.toBe(before);
  await rig.ok(['kill', 'three']);
  expect((await rig.list()).map(({ name }) => name).sort()).toEqual(['one', 'two']);
});

test('one that runs again by the time it is to leave the list keeps its record', async () => {
  const rig = createRig({
    codex: `case $CODEX_SESSIONS_SESSION in
*:ended:*) [ -e "$MARK" ] || { touch "$MARK"; exit 3; } ;;
esac
printf '\\033]7501;state=working:app=codex\\033\\\\'
exec sleep 600`,
  });
  const env = { MARK: join(rig.root, 'mark') };
  for (const name of ['busy', 'ended']) await rig.ok(['start', '-d', name], { env });
  await rig.waitUntil(
    async () =>
      (await rig.list()).map(({ name, status, state }) => `${name} ${status ?? state}`).join() ===
      'busy working,ended exited',
    'both to get there',
  );
  const terminal = rig.open(['kill', 'busy', 'ended'], { cols: 100, rows: 24 });
  await terminal.waitFor('Kill these 2 sessions?');
  await rig.ok(['start', '-d', 'ended'], { env });
  terminal.type('y');
  terminal.press('enter');
  await terminal.waitFor('ultra:ended had ended, but runs again: it was left alone.');
  await terminal.waitForExit();
  expect(await rig.list()).toMatchObject([{ name: 'ended', state: 'running' }]);
  const [record = ''] = recordFiles(rig).filter((name) => name.includes('ended'));
  const read = JSON.parse(readFileSync(join(rig.stateDir, 'sessions', record), 'utf8'));
  expect(read).toMatchObject({ name: 'ended', end: null });
});
