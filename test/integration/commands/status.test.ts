/** What a person and a script see of status, through the real command. */
import { expect, onTestFinished, test } from 'vitest';
import { base64, createReporter } from '../../support/rig/reporter.ts';

test('the list is sorted by need and says what is waited for; --json has all of it', async () => {
  const reporter = createReporter();
  const { rig } = reporter;
  for (const name of ['idle', 'busy', 'ready', 'broken', 'asks']) await reporter.start(name);
  await reporter.report('busy', 'state=working');
  await reporter.report('ready', 'state=working', 'state=done');
  await reporter.report('broken', 'state=error');
  await reporter.report('asks', `state=blocked:kind=permission:msg=${base64('rm -r build?')}`);
  for (const [name, status] of [
    ['busy', 'working'],
    ['ready', 'done'],
    ['broken', 'error'],
    ['asks', 'blocked'],
  ] as const)
    await reporter.status(name, status);

  const listed = await rig.list();
  expect(listed.map(({ name }) => name)).toEqual(['asks', 'broken', 'ready', 'busy', 'idle']);
  expect(listed[0]).toMatchObject({
    status: 'blocked',
    statusReason: 'permission',
    statusMessage: 'rm -r build?',
    statusSource: 'osc7501',
    seen: false,
  });
  expect(Date.parse(String((listed[0] as { statusSince?: string }).statusSince))).not.toBeNaN();
  const text = await rig.ok(['ls']);
  expect(text).toMatch(/ultra:asks +blocked permission \d+[sm]/);
  expect(text).toContain('\n    rm -r build?\n');
  expect(text).toMatch(/ultra:ready +done \d+[sm]/);

  expect(await rig.ok(['status', '--short'])).toBe('1! 1✗ 1✓ 1…\n');
  expect(await rig.ok(['status', '--short', '--here'], { cwd: rig.project('other') })).toBe('');
  expect(await rig.ok(['status', '--short', 'asks'])).toBe('blocked\n');
  expect(await rig.ok(['status', 'asks'])).toMatch(
    /^ultra:asks {2}blocked permission \d+[sm] {2}rm -r build\?\n$/,
  );
  expect(JSON.parse(await rig.ok(['status', '--json', 'asks']))).toMatchObject({ name: 'asks' });
  expect((await rig.run(['status', 'no-such'])).exitCode).toBe(3);
});

test('done stays until somebody has looked', async () => {
  const reporter = createReporter();
  const { rig } = reporter;
  await reporter.start('main');
  await reporter.report('main', 'state=working', 'state=done');
  await reporter.status('main', 'done');
  expect(await rig.list()).toMatchObject([{ status: 'done', seen: false }]);
  expect(await rig.ok(['explain'])).toContain('Nobody has looked at it since');
  const terminal = rig.open(['attach']);
  await terminal.waitFor('reporter ready');
  await reporter.status('main', 'idle');
  expect(await rig.list()).toMatchObject([{ status: 'idle', seen: true }]);
  const { events } = JSON.parse(await rig.ok(['explain', '--json'])) as {
    events: { source: string; said: string; status: string }[];
  };
  expect(events.at(-1)).toMatchObject({ source: 'client', said: 'seen', status: 'idle' });
  expect(events.map(({ said }) => said)).toContain('state=working');
});

test('what blinks in the title of a blocked session is no activity', async () => {
  const reporter = createReporter();
  const { rig } = reporter;
  await reporter.start('asks');
  await reporter.report('asks', 'raw a question', 'state=blocked:kind=permission');
  await reporter.status('asks', 'blocked');
  const active = async () => (await rig.list())[0]?.lastActivityAt;
  const before = await active();
  for (const text of ['one', 'two']) {
    await reporter.report('asks', `title [ ! ] Action Required | ${text}`);
    await rig.waitUntil(async () => (await rig.list())[0]?.title === text, 'the title');
    expect(await active()).toBe(before);
  }
  await reporter.report('asks', 'raw the answer');
  await rig.waitUntil(async () => (await active()) !== before, 'text to be activity');
});

test('silence is called what it is', async () => {
  const reporter = createReporter();
  const { rig } = reporter;
  rig.program('codex', 'exec sleep 1000');
  await rig.ok(['start', '-d', 'quiet']);
  expect(await rig.list()).toMatchObject([{ status: 'starting', statusSource: 'none' }]);
  await reporter.status('quiet', 'unknown');
  expect(await rig.list()).toMatchObject([{ statusSource: 'none' }]);
  expect(await rig.ok(['explain', 'quiet'])).toContain('Nothing is guessed');
  expect(await rig.ok(['status', '--short'])).toBe('');
  expect((await rig.run(['explain', 'no-such'])).exitCode).toBe(3);
});

const HOSTILE = [
  `state=blocked:msg=${base64('\x1b[2J\x1b]0;gotcha\x07')}`,
  `state=blocked:msg=${base64('\u202egnp.exe\u2066\u200b')}`,
  `state=blocked:msg=${base64('\u200b'.repeat(680))}`,
  `state=blocked:id=a/b:msg=${base64('\ufeffx\u034f')}`,
  'state=blocked:kind=\x9b31m',
  `state=blocked:app=\x9dx:msg=${base64('\u0007')}`,
  `state=blocked:${'x'.repeat(4_000)}`,
  `state=blocked:msg=${Buffer.from([0xff, 0x1b, 0x5b, 0x32, 0x4a]).toString('base64')}`,
];

test('hostile reports and titles never reach the terminal of a list', async () => {
  const reporter = createReporter();
  const { rig } = reporter;
  await reporter.start('bad');
  for (const body of HOSTILE) await reporter.report('bad', body);
  await reporter.report('bad', `title \u202e\u200bevil\u2028title`, 'state=blocked:kind=question');
  await rig.waitUntil(
    async () => (await rig.list())[0]?.title?.includes('evil'),
    'the last of what was sent',
  );
  const outputs = [
    await rig.ok(['ls']),
    await rig.ok(['ls', '--full', '--all']),
    await rig.ok(['status']),
    await rig.ok(['explain', 'bad']),
    (await rig.run(['kill', 'no-such'])).stderr,
  ];
  for (const text of outputs)
    expect(text).not.toMatch(
      /[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\u034f/,
    );
  // A real terminal shows the same: nothing was moved, and no title was set.
  const terminal = rig.open(['ls'], { cols: 100 });
  await terminal.waitForExit();
  expect(terminal.title).toBe('');
  expect(terminal.text()).toContain('ultra:bad');
});

test('kill and kill-all ask only where a turn would be lost', async () => {
  const reporter = createReporter();
  const { rig } = reporter;
  for (const name of ['idle', 'ready', 'busy', 'asks']) await reporter.start(name);
  await reporter.report('ready', 'state=working', 'state=done');
  await reporter.report('busy', 'state=working');
  await reporter.report('asks', 'state=blocked:kind=question');
  await reporter.status('ready', 'done');
  await reporter.status('asks', 'blocked');
  await reporter.status('busy', 'working');

  const quick = rig.open(['kill', 'idle', 'ready']);
  expect(await quick.waitForExit()).toBe(0);
  expect(quick.text()).toContain('Killed ultra:idle.');
  const asked = rig.open(['kill', 'asks']);
  await asked.waitFor('Kill this session?');
  asked.press('n');
  asked.press('enter');
  expect(await asked.waitForExit()).toBe(0);
  const refused = await rig.run(['kill-all']);
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toContain('ultra:asks (blocked), ultra:busy (working)');
  expect((await rig.list()).map(({ name }) => name)).toEqual(['asks', 'busy']);

  await reporter.report('asks', 'state=idle');
  await reporter.report('busy', 'state=idle');
  await reporter.status('asks', 'done');
  await reporter.status('busy', 'done');
  expect((await rig.run(['kill-all'])).exitCode).toBe(0);
  await rig.waitUntilEmpty();
});

test('restart asks as kill does: in a terminal, where a turn would be lost', async () => {
  const reporter = createReporter();
  const { rig } = reporter;
  for (const name of ['busy', 'asks', 'idle']) await reporter.start(name);
  await reporter.report('busy', 'state=working');
  await reporter.report('asks', 'state=blocked:kind=permission');
  await reporter.status('busy', 'working');
  await reporter.status('asks', 'blocked');
  const pids = async () => new Map((await rig.list()).map(({ name, pid }) => [name, pid]));
  const before = await pids();

  for (const name of ['busy', 'asks']) {
    const asked = rig.open(['restart', name], { env: { REPORTER_DIR: rig.root } });
    await asked.waitFor('Restart this session?');
    asked.press('n', 'enter');
    expect(await asked.waitForExit()).toBe(0);
    expect(asked.text()).toContain('Nothing was restarted.');
  }
  expect(await pids()).toEqual(before);
  const env = { REPORTER_DIR: rig.root };
  const unasked = [['busy', '-y'], ['idle']].map((args) => rig.open(['restart', ...args], { env }));
  // Each waits some seconds for a report, so all at once.
  await rig.ok(['restart', 'asks'], { env });
  for (const terminal of unasked) {
    expect(await terminal.waitForExit()).toBe(0);
    expect(terminal.text()).not.toContain('Restart this session?');
  }
  const after = await pids();
  for (const [name, pid] of before) expect(after.get(name), name).not.toBe(pid);
});

test('a supervisor that hangs does not hang a prompt', async () => {
  const reporter = createReporter();
  const { rig } = reporter;
  await reporter.start('main');
  const pid = rig.supervisorPid() ?? 0;
  process.kill(pid, 'SIGSTOP');
  let stopped = true;
  onTestFinished(() => {
    if (stopped) process.kill(pid, 'SIGCONT');
  });
  // Any other command waits for 10 s.
  const asked = await rig.run(['status', '--short'], { timeout: 9_000 });
  expect(asked).toMatchObject({ exitCode: 1, stdout: '' });
  process.kill(pid, 'SIGCONT');
  stopped = false;
  await reporter.report('main', 'state=working');
  await reporter.status('main', 'working');
  expect(await rig.ok(['status', '--short'])).toBe('1…\n');
});
