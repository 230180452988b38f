/** `notify` in the configuration: who is told, of what, how often, and what it cannot do. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { atOnce, base64, createReporter, type Reporter } from '../../support/rig/reporter.ts';
import type { Rig } from '../../support/rig/rig.ts';

const CONFIG = 'home/.config/codex-sessions/config.toml';

/** Writes what it was told as one file a notice; the last line is written last. */
function recordNotices(rig: Rig, more = ''): void {
  const script = rig.program(
    'notice',
    `file=$(mktemp "${rig.root}/notices/XXXXXX.part")
env -0 | grep -z '^CODEX_SESSIONS_' > "$file"
ls -l /proc/self/fd > "$file.fds"
${more}
mv "$file" "\${file%.part}.notice"`,
  );
  rig.file('notices/.keep', '');
  rig.file(CONFIG, `notify = '${script}'\n`);
}

type Told = Record<string, string>;

function notices(rig: Rig): Told[] {
  const dir = join(rig.root, 'notices');
  return readdirSync(dir)
    .filter((name) => name.endsWith('.notice'))
    .map((name) => {
      const pairs = readFileSync(join(dir, name), 'utf8').split('\0').filter(Boolean);
      return Object.fromEntries(
        pairs.map((pair) => [
          pair.slice('CODEX_SESSIONS_'.length, pair.indexOf('=')),
          pair.slice(pair.indexOf('=') + 1),
        ]),
      );
    });
}

async function told({ rig }: Reporter, count: number): Promise<Told[]> {
  await rig.waitUntil(() => notices(rig).length >= count, `${count} notices`);
  return notices(rig);
}

function log(rig: Rig): string {
  return readFileSync(join(rig.stateDir, 'supervisor.log'), 'utf8');
}

test('blocked, done, error and a failed end are each told once, with all there is to know', async () => {
  const reporter = createReporter();
  const { rig } = reporter;
  recordNotices(rig);
  const names = ['asks', 'ready', 'broken', 'dies'];
  const full: Record<string, string> = {};
  for (const name of names) full[name] = await reporter.start(name);
  await reporter.report(
    'asks',
    'state=working',
    `state=blocked:kind=permission:msg=${base64('rm -r build?')}`,
    `state=blocked:kind=permission:msg=${base64('rm -r build?')}`,
  );
  await reporter.report('ready', 'state=working', 'state=idle', 'state=done', 'state=done');
  await reporter.report('broken', 'state=working', `state=error:msg=${base64('no model')}`);
  await reporter.report('dies', 'exit 3');
  const all = await told(reporter, 4);
  const by = Object.fromEntries(all.map((one) => [one.EVENT_NAME, one]));
  expect(by['ultra:asks']).toMatchObject({
    EVENT: 'blocked',
    EVENT_SESSION: full.asks,
    EVENT_STATUS: 'blocked',
    EVENT_REASON: 'permission',
    EVENT_MESSAGE: 'rm -r build?',
    EVENT_TEXT: 'ultra:asks waits for permission: rm -r build?',
  });
  expect(by['ultra:ready']).toMatchObject({ EVENT: 'done', EVENT_STATUS: 'done' });
  expect(by['ultra:broken']).toMatchObject({
    EVENT: 'failed',
    EVENT_STATUS: 'error',
    EVENT_MESSAGE: 'no model',
  });
  expect(by['ultra:dies']).toMatchObject({
    EVENT: 'failed',
    EVENT_STATUS: 'exited',
    EVENT_REASON: '3',
    EVENT_MESSAGE: 'reporter ready',
  });
  expect(Object.keys(by['ultra:asks'] ?? {})).not.toContain('SESSION');
  // Nothing follows: what is killed, and what goes on, is no news.
  await rig.ok(['kill', 'asks', '-y']);
  await reporter.report('ready', 'state=working', 'exit 0');
  await rig.waitUntil(async () => (await rig.list()).length === 2, 'the end of two');
  await rig.ok(['kill-all', '-y']);
  await rig.waitUntilEmpty();
  expect(notices(rig)).toHaveLength(4);
});

test('nobody is told what somebody can see; a read-only terminal is nobody', async () => {
  const reporter = createReporter();
  const { rig } = reporter;
  recordNotices(rig);
  await reporter.start('seen');
  await reporter.start('watched');
  const person = rig.open(['attach', 'seen']);
  await person.waitFor('reporter ready');
  const onlooker = rig.open(['attach', '--read-only', 'watched'], { cols: 120, rows: 40 });
  await onlooker.waitFor('reporter ready');
  await reporter.report('seen', 'state=blocked:kind=question');
  await reporter.status('seen', 'blocked');
  await reporter.report('watched', 'state=working', 'state=done');
  expect((await told(reporter, 1)).map((one) => one.EVENT_NAME)).toEqual(['ultra:watched']);
  person.press('ctrl+\\');
  await person.waitForExit();
  await reporter.report('seen', 'state=working', 'state=blocked:kind=auth');
  expect((await told(reporter, 2)).map((one) => one.EVENT_REASON).sort()).toEqual(['', 'auth']);
});

test('a terminal that takes nothing any more is nobody', async () => {
  const reporter = createReporter();
  const { rig } = reporter;
  recordNotices(rig);
  await reporter.start('ghost');
  // What stops is the client, so the output has to go through it.
  const ghost = rig.open(['attach', 'ghost'], { env: { CODEX_SESSIONS_DIRECT: '0' } });
  await ghost.waitFor('reporter ready');
  ghost.signal('SIGSTOP');
  onTestFinished(() => ghost.signal('SIGCONT'));
  await reporter.report('ghost', 'flood 12000000', 'state=blocked:kind=permission');
  expect((await told(reporter, 1))[0]).toMatchObject({ EVENT_REASON: 'permission' });
  expect(await rig.list()).toMatchObject([{ clients: 1 }]);
});

test('of what changes within a second, the last is told, and only if it is still so', async () => {
  const reporter = createReporter();
  const { rig } = reporter;
  recordNotices(rig);
  await reporter.start('brief');
  await reporter.start('quick');
  // An error that is over when its second is: its timer goes off before that of the other session.
  const brief = ['working', 'blocked', 'working', 'error', 'working'];
  await reporter.report('brief', atOnce(...brief.map((state) => `state=${state}`)));
  await reporter.status('brief', 'working');
  const turns = Array.from({ length: 30 }, () => ['state=working', 'state=blocked']).flat();
  await reporter.report('quick', atOnce(...turns, 'state=working', 'state=error'));
  const of = (all: Told[], name: string) =>
    all
      .filter((one) => one.EVENT_NAME === `ultra:${name}`)
      .map((one) => `${one.EVENT} ${one.EVENT_STATUS}`)
      .sort();
  const all = await told(reporter, 3);
  expect(of(all, 'brief')).toEqual(['blocked blocked']);
  expect(of(all, 'quick')).toEqual(['blocked blocked', 'failed error']);
  for (const name of ['brief', 'quick']) await reporter.report(name, 'exit 1');
  await rig.waitUntilEmpty();
  const last = await told(reporter, 5);
  expect(of(last, 'brief')).toEqual(['blocked blocked', 'failed exited']);
  expect(of(last, 'quick')).toEqual(['blocked blocked', 'failed error', 'failed exited']);
});

test('the command holds no terminal and no socket of ours', async () => {
  const reporter = createReporter();
  const { rig } = reporter;
  recordNotices(rig);
  for (const name of ['a', 'b', 'c']) await reporter.start(name);
  await reporter.report('c', 'state=blocked');
  await told(reporter, 1);
  const dir = join(rig.root, 'notices');
  const file = readdirSync(dir).find((name) => name.endsWith('.fds')) ?? '';
  const fds = [...readFileSync(join(dir, file), 'utf8').matchAll(/(\d+) -> (.*)/g)].map(
    ([, fd, target]) => `${fd} ${target}`,
  );
  // `ls` itself has the directory open.
  const held = fds.filter((line) => !/^\d+ \/proc\/\d+\/fd$/.test(line));
  expect(held).toHaveLength(3);
  expect(held[0]).toBe('0 /dev/null');
  expect(held.join('\n')).not.toMatch(/ptmx|pts|socket|pipe/);
});

test('hostile text is harmless by the time the command gets it', async () => {
  const reporter = createReporter();
  const { rig } = reporter;
  recordNotices(rig);
  await reporter.start('bad');
  const text = `over\u202erun \u2066x\u2069${'\u200b'.repeat(600)}end`;
  await reporter.report('bad', `state=blocked:msg=${base64(text)}`);
  const [one] = await told(reporter, 1);
  expect(one?.EVENT_MESSAGE).toBe('overrun xend');
  // Controls make a report invalid as a whole.
  await reporter.report('bad', `state=error:msg=${base64('\x1b]0;x\x07')}`, 'state=working');
  await reporter.status('bad', 'working');
  expect(notices(rig)).toHaveLength(1);
});

test('a command that fails is a line in the log, and its words are in it', async () => {
  const reporter = createReporter();
  const { rig } = reporter;
  rig.file(CONFIG, 'notify = "echo no such bell >&2; exit 7"\n');
  await reporter.start('main');
  await reporter.report('main', 'state=blocked');
  await rig.waitUntil(() => /notice of .*main.* failed: exit 7: no such bell/.test(log(rig)), 'it');
  expect((await rig.list())[0]).toMatchObject({ state: 'running', status: 'blocked' });
});

test('commands that hang keep others waiting, never the sessions', async () => {
  const reporter = createReporter();
  const { rig } = reporter;
  recordNotices(rig, `while [ ! -e "${rig.root}/go" ]; do sleep 0.05; done`);
  const names = Array.from({ length: 10 }, (_, index) => `s${index}`);
  for (const name of names) await reporter.start(name);
  for (const name of names) await reporter.report(name, 'state=blocked');
  for (const name of names) await reporter.status(name, 'blocked');
  const parts = () =>
    readdirSync(join(rig.root, 'notices')).filter((name) => name.endsWith('.part')).length;
  await rig.waitUntil(() => parts() === 8, 'eight at once');
  rig.file('go', '');
  expect((await told(reporter, 10)).map((one) => one.EVENT_NAME).sort()).toEqual(
    names.map((name) => `ultra:${name}`),
  );
});

test('the desktop is told through notify-send, with its markup made harmless', async () => {
  const reporter = createReporter();
  const { rig } = reporter;
  rig.program(
    'notify-send',
    `printf '%s\\n' "$@" > "${rig.root}/sent.part"
mv "${rig.root}/sent.part" "${rig.root}/sent"`,
  );
  rig.file(CONFIG, 'notify = "desktop"\n');
  const env = { PATH: `${rig.root}/bin:${rig.env.PATH}` };
  await reporter.start('main', { env });
  await reporter.report('main', `state=blocked:msg=${base64('<b>&')}`);
  const sent = await rig.waitUntil(() => {
    try {
      return readFileSync(join(rig.root, 'sent'), 'utf8');
    } catch {
      return undefined;
    }
  }, 'notify-send');
  expect(sent.split('\n')).toEqual([
    '--app-name=codex-sessions',
    '--',
    'ultra:main',
    'ultra:main waits for you: &lt;b&gt;&amp;',
    '',
  ]);
});
