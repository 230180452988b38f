/** Many sessions at once: what a glob stands for, which is said, asked for, and answered one by one. */
import { expect, test } from 'vitest';
import { createReporter } from '../../support/rig/reporter.ts';
import { createRig, type Rig } from '../../support/rig/rig.ts';

/** Answers what is asked before a start, then shows what it is given, and reports what it is told. */
const OBEDIENT = `case $1 in --help|--version) exit;; esac
report() { printf '\\033]7501;state=%s\\007' "$1"; }
report idle
echo "here \${CODEX_SESSIONS_SESSION%:*}"
while read -r word rest; do
  case "$word" in
    report) report "$rest" ;;
    exit) exit "$rest" ;;
    *) echo "got $word $rest" ;;
  esac
done`;

/** Starts `project:name` for each, and waits until they are idle. */
async function running(rig: Rig, ...names: string[]): Promise<void> {
  for (const each of names) {
    const [project = '', name = ''] = each.split(':');
    await rig.ok(['start', '-d', name], { cwd: rig.project(project) });
  }
  await rig.ok(['wait', ...names]);
}

async function live(rig: Rig): Promise<string[]> {
  const sessions = await rig.list();
  return sessions
    .filter(({ state }) => state === 'running')
    .map(({ project, name }) => `${project}:${name}`)
    .sort();
}

test('kill: what matches is said first; many need a yes, and nothing more is ended', async () => {
  const rig = createRig({ codex: OBEDIENT });
  await running(rig, 'ultra:review', 'ultra:re-try', 'ultra:main', 'api:review', 'api:rest');
  const unasked = await rig.run(['kill', 're*']);
  expect(unasked).toEqual({
    exitCode: 2,
    stdout: '',
    stderr:
      're* matches 2 sessions: ultra:re-try, ultra:review\n' +
      'codex-sessions: "re*" means 2 sessions, and there is no terminal to ask in\n' +
      '  Say that you mean it: codex-sessions kill -y "re*"\n',
  });
  expect(await live(rig)).toHaveLength(5);
  const wrong = await rig.run(['kill', '-y', 're*', 'nosuch']);
  expect(wrong.exitCode).toBe(3);
  expect(wrong.stderr).toContain('there is no session nosuch in ultra: nothing was killed');
  expect(await live(rig)).toHaveLength(5);
  const killed = await rig.run(['kill', '-y', 're*']);
  expect(killed).toMatchObject({ exitCode: 0, stdout: '' });
  expect(killed.stderr).toBe(
    're* matches 2 sessions: ultra:re-try, ultra:review\n' +
      'Killed ultra:re-try.\nKilled ultra:review.\n' +
      'Bring them back: codex-sessions restore --killed\n',
  );
  expect(await live(rig)).toEqual(['api:rest', 'api:review', 'ultra:main']);
  // One is one, as if it was named.
  expect(await rig.run(['kill', '*:rev*'])).toMatchObject({ exitCode: 0 });
  expect(await live(rig)).toEqual(['api:rest', 'ultra:main']);
});

test('kill in a terminal: it shows them and asks, also where nothing would be lost', async () => {
  const rig = createRig({ codex: OBEDIENT });
  await running(rig, 'ultra:a1', 'ultra:a2', 'ultra:b');
  const no = rig.open(['kill', 'a*'], { cols: 80, rows: 24 });
  await no.waitFor('Kill these 2 sessions?');
  expect(no.text()).toContain('a* matches 2 sessions: ultra:a1, ultra:a2');
  no.press('enter');
  expect(await no.waitForExit()).toBe(0);
  expect(no.text()).toContain('Nothing was killed');
  expect(await live(rig)).toHaveLength(3);
  const yes = rig.open(['kill', 'a*', 'b'], { cols: 80, rows: 24 });
  await yes.waitFor('Kill these 3 sessions?');
  yes.type('y');
  yes.press('enter');
  expect(await yes.waitForExit()).toBe(0);
  expect(await live(rig)).toEqual([]);
});

test('nothing matches: exit 3 with what there is, whatever the command', async () => {
  const rig = createRig({ codex: OBEDIENT });
  await running(rig, 'ultra:main', 'ultra:old', 'api:review');
  await rig.ok(['kill', 'old']);
  for (const [command = '', ...rest] of [
    ['send', 'text'],
    ['kill'],
    ['wait'],
    ['restart'],
    ['peek'],
  ]) {
    const hint = async (glob: string) => {
      const { exitCode, stderr, stdout } = await rig.run([command, glob, ...rest]);
      expect({ command, exitCode, stdout }).toEqual({ command, exitCode: 3, stdout: '' });
      expect(stderr).toContain(`no running session matches ${glob}`);
      return stderr.split('\n')[1];
    };
    expect(await hint('x*')).toBe('  Running: main, api:review.');
    expect(await hint('web:*')).toBe('  Running: main, api:review.');
    expect(await hint('rev*')).toBe('  In other projects it is "*:rev*": api:review.');
    if (command !== 'kill') expect(await hint('ol*')).toBe('  It fits what has ended: ultra:old.');
  }
  expect(await live(rig)).toEqual(['api:review', 'ultra:main']);
});

test('a name that exists is that name, whatever is in it; namesakes are never mixed up', async () => {
  const rig = createRig({ codex: OBEDIENT });
  await rig.ok(['start', '-d', 'main'], { cwd: rig.project('a*') });
  await running(rig, 'abc:main');
  const one = await rig.run(['peek', 'a*:main']);
  expect(one).toMatchObject({ exitCode: 0, stderr: '' });
  expect(one.stdout).toContain('here codex:a*:main');
  expect(one.stdout).not.toContain('==>');
  const both = await rig.run(['peek', '?*:ma*']);
  expect(both.stderr).toBe('?*:ma* matches 2 sessions: a*:main, abc:main\n');
  await rig.ok(['start', '-d', 'main'], { cwd: rig.project('abc', 'other') });
  expect(await rig.run(['kill', '-y', 'abc:*'])).toMatchObject({ exitCode: 4 });
  expect(await rig.run(['kill', '-y', 'abc:*'], { cwd: rig.project('abc') })).toMatchObject({
    exitCode: 0,
    stderr:
      'abc:* matches abc:main\nKilled abc:main.\n' +
      'Bring it back: codex-sessions restore --killed\n',
  });
  expect(await live(rig)).toEqual(['a*:main', 'abc:main']);
});

test('peek: each under its name, JSON an object a line', async () => {
  const rig = createRig({ codex: OBEDIENT });
  await running(rig, 'api:one', 'api:two', 'ultra:main');
  const { exitCode, stdout, stderr } = await rig.run(['peek', 'api:*', '-n', '1']);
  expect({ exitCode, stderr }).toEqual({
    exitCode: 0,
    stderr: 'api:* matches 2 sessions: api:one, api:two\n',
  });
  expect(stdout).toBe(
    '==> api:one <==\nhere codex:api:one\n\n==> api:two <==\nhere codex:api:two\n',
  );
  const json = (await rig.ok(['peek', 'api:*', '--json'])).trimEnd().split('\n');
  expect(json.map((line) => JSON.parse(line).session.name)).toEqual(['one', 'two']);
  // A glob is several, however many it stands for.
  expect(await rig.ok(['peek', 'm*', '-n', '1'])).toBe(
    '==> ultra:main <==\nhere codex:ultra:main\n',
  );
});

test('wait: for all of them or for any; those that have ended are not meant', async () => {
  const rig = createRig({ codex: OBEDIENT });
  await running(rig, 'api:one', 'api:two', 'api:gone');
  await rig.ok(['kill', 'api:gone']);
  const all = await rig.run(['wait', 'api:*', 'api:one']);
  expect(all).toEqual({
    exitCode: 0,
    stdout: 'api:one idle\napi:two idle\n',
    stderr: 'api:* matches 2 sessions: api:one, api:two\n',
  });
  await rig.ok(['send', 'api:one', '--force', '--no-submit', 'report working']);
  await rig.ok(['send', 'api:one', '--key', 'enter']);
  await rig.ok(['wait', 'api:one', '--until', 'working']);
  expect(await rig.run(['wait', 'api:*', '--timeout', '100ms'])).toMatchObject({
    exitCode: 7,
    stdout: 'api:two idle\n',
  });
  expect(await rig.ok(['wait', '--any', 'api:*'])).toBe('api:two idle\n');
});

test('send: to each in turn, whatever one of them says, and the worst exit code', async () => {
  const rig = createRig({ codex: OBEDIENT });
  await running(rig, 'api:a', 'api:b', 'api:c', 'ultra:main');
  await rig.ok(['send', 'api:b', '--no-submit', 'report blocked:kind=permission']);
  await rig.ok(['send', 'api:b', '--key', 'enter']);
  await rig.ok(['wait', 'api:b', '--until', 'blocked']);
  const sent = await rig.run(['send', 'api:*', '--no-submit', 'a prompt']);
  expect(sent.exitCode).toBe(6);
  expect(sent.stderr).toMatch(
    /^api:\* matches 3 sessions: api:a, api:b, api:c\napi:b: waits for an answer \(permission\)\n {2}See it, and answer it: .*\n$/,
  );
  for (const name of ['api:a', 'api:c']) await rig.ok(['send', name, '--key', 'enter']);
  const shown = await rig.waitUntil(async () => {
    const text = await rig.ok(['peek', '*:*']);
    return text.match(/got a prompt/g)?.length === 2 && text;
  }, 'those that took it to show it');
  expect(shown.split('==> ').filter((one) => one.includes('got a prompt'))).toEqual([
    expect.stringMatching(/^api:a <==/),
    expect.stringMatching(/^api:c <==/),
  ]);
  // What is wrong for all is said once.
  const wrong = await rig.run(['send', 'api:*', '--key', 'nokey']);
  expect(wrong.exitCode).toBe(2);
  expect(wrong.stderr.match(/there is no key nokey/g)).toHaveLength(1);
});

test('restart: each, and what was ended on purpose stays; a turn is asked for', async () => {
  const { rig, ...reporter } = createReporter();
  for (const name of ['a1', 'a2', 'a3', 'b']) await reporter.start(name);
  await rig.ok(['kill', 'a3']);
  const pids = async () =>
    Object.fromEntries((await rig.list()).map(({ name, pid }) => [name, pid]));
  const before = await pids();
  await reporter.report('a2', 'state=working');
  await reporter.status('a2', 'working');
  const env = { REPORTER_DIR: rig.root };
  const unasked = await rig.run(['restart', 'a*'], { env });
  expect(unasked.exitCode).toBe(2);
  expect(unasked.stderr).toContain('codex-sessions restart -y "a*"');
  expect(await pids()).toEqual(before);
  const { exitCode, stdout, stderr } = await rig.run(['restart', '-y', 'a*'], { env });
  expect({ exitCode, stdout }).toEqual({
    exitCode: 0,
    stdout: expect.stringMatching(/^codex:ultra:a1:\w+\ncodex:ultra:a2:\w+\n$/),
  });
  expect(stderr).toMatch(/^a\* matches 2 sessions: ultra:a1, ultra:a2\n/);
  const after = await pids();
  expect(Object.keys(after).sort()).toEqual(['a1', 'a2', 'b']);
  expect([after.a1 !== before.a1, after.a2 !== before.a2, after.b === before.b]).toEqual([
    true,
    true,
    true,
  ]);
  const inside = await rig.run(['restart', '-y', 'a*'], {
    env: { ...env, CODEX_SESSIONS_SESSION: stdout.split('\n')[0] ?? '' },
  });
  expect(inside.exitCode).toBe(2);
  expect(inside.stderr).toContain('this is inside ultra:a1');
  expect(await pids()).toEqual(after);
});

test('restart --when-idle: each when it is idle, those that are at once, and no question', async () => {
  const { rig, ...reporter } = createReporter();
  for (const name of ['a1', 'a2']) await reporter.start(name);
  await reporter.report('a1', 'state=working');
  await reporter.status('a1', 'working');
  const pidOf = async (name: string) => (await rig.list()).find((one) => one.name === name)?.pid;
  const before = { a1: await pidOf('a1'), a2: await pidOf('a2') };
  const terminal = rig.open(['restart', 'a*', '--when-idle'], { env: { REPORTER_DIR: rig.root } });
  await rig.waitUntil(
    async () => ![before.a2, undefined].includes(await pidOf('a2')),
    'the idle one to be another process',
  );
  expect(await pidOf('a1')).toBe(before.a1);
  await reporter.report('a1', 'state=done');
  expect(await terminal.waitForExit()).toBe(0);
  expect(await pidOf('a1')).not.toBe(before.a1);
  expect(terminal.text()).not.toContain('Restart these');
});
