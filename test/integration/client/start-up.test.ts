/** What a start in the background waits for, what it says of a Codex that ends at once, and which options last. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRig, type Rig, recordFiles } from '../../support/rig/rig.ts';
import { loseSupervisor } from '../../support/rig/successor.ts';

/** Refuses an option as Codex's parser of the command line does, usage below the error. */
const REFUSES = `case "$*" in --help|--version) exit ;; *--foo*) cat >&2 <<'END'
error: unexpected argument '--foo' found

  tip: to pass '--foo' as a value, use '-- --foo'

Usage: codex [OPTIONS] [PROMPT]
       codex [OPTIONS] <COMMAND> [ARGS]

For more information, try '--help'.
END
exit 2 ;; esac`;
const DRAWS = `printf 'got <%s>\\n' "$*"; exec sleep 600`;
const WAITS = { waits: true };

const screenOf = (rig: Rig, name: string) => rig.ok(['peek', name]);

test('a Codex that ends at once is an error that quotes it, in start -d, run and restart', async () => {
  const rig = createRig({ codex: `[ -e broken ] && set -- --foo\n${REFUSES}\n${DRAWS}` });
  const quoted =
    "  error: unexpected argument '--foo' found | tip: to pass '--foo' as a value, use '-- --foo' | Usage: codex [OPTIONS] [PROMPT]\n";
  expect(await rig.run(['start', '-d', 'bad', '--', '--foo'], WAITS)).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: `codex-sessions: ultra:bad ended at once (2)\n${quoted}`,
  });
  expect(await rig.run(['run', 'asked', 'a prompt', '--', '--foo'])).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: `codex-sessions: ultra:asked ended at once (2)\n${quoted}`,
  });
  await rig.ok(['start', '-d', 'good'], WAITS);
  expect(await screenOf(rig, 'good')).toContain('got <');
  rig.file('p/ultra/broken', '');
  const again = await rig.run(['restart', 'good']);
  expect(again).toMatchObject({ exitCode: 1, stdout: '' });
  expect(again.stderr).toContain(`ultra:good ended at once (2)\n${quoted}`);
});

test('with --no-wait it returns whether Codex comes up or not, and ls tells the end by the line that explains it', async () => {
  const rig = createRig({ codex: `${REFUSES}\n${DRAWS}` });
  const started = await rig.run(['start', '-d', '--no-wait', 'bad', '--', '--foo'], WAITS);
  expect(started).toMatchObject({ exitCode: 0, stderr: '' });
  await rig.waitUntilEmpty();
  const { stdout } = await rig.run(['ls']);
  expect(stdout).toMatch(/ultra:bad +exited 2 .*\n {4}error: unexpected argument '--foo' found\n/);
});

test('it returns once something is reported or drawn, else after its time; starts wait together', async () => {
  const rig = createRig({
    codex: `case $CODEX_SESSIONS_SESSION in
*:reports:*) printf '\\033]7501;state=idle:app=codex\\007' ;;
*:pictures:*) printf '\\033[?1049h\\033[Hpicture' ;;
*:writes:*) printf 'text' ;;
*:modes:*) printf '\\033[?1049h\\033[?2004h\\033[2J' ;;
'') exit ;;
esac
exec sleep 600`,
  });
  const returned: string[] = [];
  await Promise.all(
    ['silent', 'modes', 'reports', 'pictures', 'writes'].map(async (name) => {
      await rig.ok(['start', '-d', name], WAITS);
      returned.push(name);
    }),
  );
  expect(returned.slice(3).sort()).toEqual(['modes', 'silent']);
});

test('what is drawn and gone in the next moment has not come up', async () => {
  // As a script around Codex that ends a little later than Codex itself.
  const rig = createRig({
    codex: `case $CODEX_SESSIONS_SESSION in *:first:*) exec cat ;; esac
echo 'Error: no such thing'; sleep 0.1; exit 7`,
  });
  // So that the supervisor has nothing else to do in that moment.
  await rig.ok(['start', '-d', 'first'], WAITS);
  const { exitCode, stderr } = await rig.run(['start', '-d'], WAITS);
  expect(stderr).toBe('codex-sessions: ultra:main ended at once (7)\n  Error: no such thing\n');
  expect(exitCode).toBe(1);
});

test('an upgrade of the supervisor does not wait for a start that waits', async () => {
  const rig = createRig({ codex: 'exec sleep 600' });
  for (const name of ['first', 'second']) await rig.ok(['start', '-d', name]);
  const pids = async () => (await rig.list()).map(({ pid }) => pid);
  const old = await pids();
  const waiting = rig.run(['restart', 'second']);
  const isNew = (pid: number) => !old.includes(pid);
  await rig.waitUntil(async () => (await pids()).some(isNew), 'the restarted session');
  const before = rig.supervisorPid();
  await rig.ok(['supervisor', 'upgrade']);
  expect(rig.supervisorPid()).not.toBe(before);
  expect(await waiting).toMatchObject({ exitCode: 0, stderr: '' });
});

test('options are used again once Codex came up with them, which is said, and not if it ended first', async () => {
  const rig = createRig({ codex: `${REFUSES}\n${DRAWS}` });
  rig.file('home/.config/codex-sessions/config.toml', '[codex]\ntitle = false\n');
  const start = (...args: string[]) => rig.run(['start', '-d', 'c3', ...args], WAITS);
  expect((await start('--', '--foo')).exitCode).toBe(1);
  expect(await start()).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await screenOf(rig, 'c3')).toContain('got <>');

  await rig.ok(['kill', 'c3']);
  expect(await start('--', '-m', 'gpt 5')).toMatchObject({ exitCode: 0, stderr: '' });
  await rig.ok(['kill', 'c3']);
  expect((await start('--', '-m', 'x', '--foo')).exitCode).toBe(1);
  const again = 'With its options from last time: -m "gpt 5"\n';
  expect(await start()).toMatchObject({ exitCode: 0, stderr: again });
  expect(await screenOf(rig, 'c3')).toContain('got <-m gpt 5>');
  await rig.ok(['kill', 'c3']);
  expect(await start('--new')).toMatchObject({ exitCode: 0, stderr: again });
  await rig.ok(['kill', 'c3']);

  const attached = rig.open(['start', 'c3']);
  await attached.waitFor('got <-m gpt 5>');
  expect(attached.text()).toContain(again.trim());
});

test('a new conversation that Codex never came up with does not take the place of the last one', async () => {
  const talk = '01a2a5a0-a606-7e72-8925-994300000001';
  const title = `printf '\\033]0;Ready | ultra | %.29s...\\007' ${talk}`;
  const rig = createRig({ codex: `${REFUSES}\n${title}\n${DRAWS}` });
  const [first, second] = ['first', 'second'].map((name) => ({
    env: { CODEX_HOME: join(rig.root, name) },
    ...WAITS,
  }));
  rig.file(`first/sessions/2026/11/22/rollout-2026-11-22T08-00-00-${talk}.jsonl`, '{}\n');
  await rig.ok(['start', '-d'], first);
  await rig.waitUntil(
    async () => JSON.stringify(await rig.list()).includes(talk),
    'its conversation',
  );
  await rig.ok(['kill', 'main']);
  expect((await rig.run(['start', '-d', '--new', '--', '--foo'], second)).exitCode).toBe(1);
  expect(await rig.run(['start', '-d'], second)).toMatchObject({
    exitCode: 0,
    stderr: 'Resumed the conversation of ultra:main.\n',
  });
});

test('a start in another directory that failed leaves the session where it was', async () => {
  const talk = '01a2a5a0-a606-7e72-8925-994300000002';
  const title = `printf '\\033]0;Ready | ultra | %.29s...\\007' ${talk}`;
  const rig = createRig({
    codex: `case "$*" in --help|--version) exit ;; esac
[ -e broken ] && { echo 'error: broken'; exit 1; }
case $CODEX_SESSIONS_SESSION in *:talk:*) ${title} ;; esac
echo "in $PWD"; exec sleep 600`,
  });
  const other = join(rig.projectDir, 'sub');
  rig.file('p/ultra/sub/broken', '');
  const meta = {
    type: 'session_meta',
    timestamp: '2026-11-22T08:00:00Z',
    payload: { cwd: rig.projectDir },
  };
  rig.file(
    `home/.codex/sessions/2026/11/22/rollout-2026-11-22T08-00-00-${talk}.jsonl`,
    `${JSON.stringify(meta)}\n`,
  );
  for (const name of ['new', 'talk']) {
    await rig.ok(['start', '-d', name], WAITS);
    if (name === 'talk')
      await rig.waitUntil(
        async () => JSON.stringify(await rig.list()).includes(talk),
        'its conversation',
      );
    await rig.ok(['kill', name]);
    expect((await rig.run(['start', '-d', '-C', other, name], WAITS)).exitCode).toBe(1);
    await rig.ok(['start', '-d', name], WAITS);
    expect(await screenOf(rig, name)).toContain(`in ${rig.projectDir}`);
  }
});

test('what a supervisor that died was starting comes back with the options of that start', async () => {
  const rig = createRig({ codex: `case $1 in --help|--version) exit;; esac\nexec sleep 600` });
  await rig.ok(['start', '-d', 'silent', '--', '-m', 'gpt-5']);
  await loseSupervisor(rig);
  await rig.waitUntilEmpty();
  const [file = ''] = recordFiles(rig);
  const record = () => JSON.parse(readFileSync(join(rig.stateDir, 'sessions', file), 'utf8'));
  expect(record()).toMatchObject({
    userArgs: ['-m', 'gpt-5'],
    former: { userArgs: [] },
    end: null,
  });
  await rig.ok(['start', '-d', 'silent']);
  const [sleeping] = (await rig.list()).map(({ pid }) => pid);
  expect(sleeping).toBeGreaterThan(0);
  expect(record()).toMatchObject({ userArgs: ['-m', 'gpt-5'], former: { userArgs: [] } });
  // It never came up with them.
  await rig.ok(['kill', 'silent']);
  expect(record().userArgs).toEqual([]);
  expect(record()).not.toHaveProperty('former');
  rmSync(join(rig.stateDir, 'sessions', file));
});

test('options with which a program shows something and then fails are not used again', async () => {
  const rig = createRig({
    codex: `case "$*" in
*bad*) printf '\\033[?1049h\\033[Hshown'; sleep 0.3; echo refused; exit 1 ;;
*) echo fine; exec cat ;;
esac`,
  });
  await rig.run(['start', '-d', 'one', '--', 'bad'], { waits: true });
  await rig.waitUntil(async () => (await rig.list('--all'))[0]?.state === 'exited', 'its end');
  const [file = ''] = recordFiles(rig);
  const record = JSON.parse(readFileSync(join(rig.stateDir, 'sessions', file), 'utf8'));
  expect(record).toMatchObject({ userArgs: [], end: { code: 1 } });
});

test.each([
  ['both variables', { COLUMNS: '91', LINES: '33' }, '33 91'],
  ['one of them', { COLUMNS: '91' }, '40 120'],
  ['no sizes', { COLUMNS: '91', LINES: '99999' }, '40 120'],
])(
  'without a terminal a session begins with the size in COLUMNS and LINES: %s',
  async (_, env, size) => {
    const rig = createRig({ codex: 'stty size; exec cat' });
    await rig.ok(['start', '-d'], { env });
    expect(await rig.ok(['peek', 'main'])).toMatch(new RegExp(`^${size}$`, 'm'));
  },
);
