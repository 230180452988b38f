/** `watch`: live, to a session and back, and a terminal that is as before whatever happens. */
import { mkdirSync, rmdirSync, rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { base64, createReporter } from '../../support/rig/reporter.ts';
import { loseSupervisor } from '../../support/rig/successor.ts';
import type { Terminal } from '../../support/terminal/terminal.ts';

function expectClean(terminal: Terminal): void {
  expect(terminal.modes()).toMatchObject({
    alternateScreen: false,
    cursorHidden: false,
    bracketedPaste: false,
    wraparound: true,
  });
}

test('it follows every change, goes to who needs somebody, and comes back', async () => {
  const reporter = createReporter();
  const { rig } = reporter;
  await reporter.start('one');
  const watch = rig.open(['watch']);
  await watch.waitFor(/○ ultra:one +idle/);
  await reporter.start('two');
  await watch.waitFor(/○ ultra:two +idle/);
  await reporter.report('two', 'state=working');
  await watch.waitFor(/● ultra:two +working/);
  await reporter.report('two', 'state=blocked:kind=permission');
  await watch.waitFor(
    (text) => /▌ ! ultra:two +blocked permission/.test(text) && text.includes('1!'),
    { what: 'the one that is blocked, and how many are' },
  );

  watch.press('enter');
  await watch.waitFor((text) => text.includes('reporter ready') && !text.includes('ultra:one'));
  watch.press('ctrl+\\');
  await watch.waitFor(/! ultra:two +blocked[\s\S]*\[detached from ultra:two\]/);
  await reporter.report('one', 'exit 3');
  await watch.waitFor(/✗ ultra:one +exited 3/);
  await reporter.report('two', 'exit 0');
  await watch.waitFor((text) => !/^.{4}ultra:two/m.test(text));
  await rig.waitUntil(() => rig.supervisorPid() === undefined, 'the supervisor to leave');

  // It goes on with the next supervisor.
  await reporter.start('three');
  await watch.waitFor(/○ ultra:three +idle/);
  watch.press('q');
  expect(await watch.waitForExit()).toBe(0);
  expectClean(watch);
});

test('rows say what each is about: the topic, the question, how long the turn takes, the context', async () => {
  const reporter = createReporter();
  const { rig } = reporter;
  const title = (state: string, left: number, text: string) =>
    `title ${state} | Context ${left}% left | ${text} | 01a2024a-a606-7e72-8925-99430...`;
  const command = 'rm -r 修正 🚀';
  for (const name of ['asks', 'mute', 'topic', 'plain']) await reporter.start(name);
  await reporter.report(
    'asks',
    'state=working',
    `state=blocked:kind=permission:msg=${base64(command)}`,
    title('Action Required', 41, 'Clean up the build'),
  );
  await reporter.report('mute', 'state=blocked:kind=permission', title('Working', 77, 'Other'));
  await reporter.report('topic', 'state=working', title('Working', 93, '支払いフロー 🇩🇪'));
  await reporter.status('topic', 'working');
  for (const command of ['watch', 'switch']) {
    const rows = rig.open([command], { cols: 110, rows: 20 });
    await rows.waitFor(/! ultra:asks +blocked \d+s .* 41% {2}rm -r 修正 🚀 +\S+ultra/);
    await rows.waitFor(/! ultra:mute +blocked permission \d+s .* 77% {2}Other +\S+ultra/);
    await rows.waitFor(/● ultra:topic +working \d+s .* 93% {2}支払いフロー 🇩🇪 +\S+ultra/);
    await rows.waitFor(/○ ultra:plain +idle \d+s +(\d+s)? +\S+ultra/);
    rows.resize(80, 20);
    await rows.waitFor(/! ultra:asks +blocked \d+s +(\d+s)? +(41%)? +rm -r 修正/);
    rows.resize(50, 20);
    await rows.waitFor(/! ultra:asks +blocked permis/);
    rows.press('esc');
    expect(await rows.waitForExit()).toBe(0);
  }
  const list = rig.open(['ls'], { cols: 110, rows: 20 });
  await list.waitForExit();
  expect(list.text()).toMatch(/ultra:asks +blocked \d+s .* 41% {2}Clean up the build /);
  expect(list.text()).toMatch(/^ {4}rm -r 修正 🚀$/m);

  // The turn goes on, whatever it has waited for.
  const session = async () =>
    (await rig.list()).find(({ name }) => name === 'asks') as unknown as Record<string, string>;
  const { turnSince, statusSince } = await session();
  expect(Date.parse(turnSince ?? '')).toBeLessThanOrEqual(Date.parse(statusSince ?? ''));
  await reporter.report('asks', 'state=working');
  await reporter.status('asks', 'working');
  expect((await session()).turnSince).toBe(turnSince);
  await reporter.report('asks', 'state=done');
  await reporter.status('asks', 'done');
  expect((await session()).turnSince).toBeNull();
});

test('a start that fails is a note at the foot of the table', async () => {
  const reporter = createReporter();
  const { rig } = reporter;
  await reporter.start('main');
  await reporter.report('main', 'exit 3');
  await rig.waitUntil(() => rig.supervisorPid() === undefined, 'the supervisor to leave');
  // A supervisor cannot listen where a directory is.
  rmSync(rig.socket, { force: true });
  mkdirSync(rig.socket);
  const watch = rig.open(['watch'], { env: { CODEX_SESSIONS_CODEX: '/none' } });
  await watch.waitFor(/✗ ultra:main +exited 3/);
  watch.press('enter');
  await watch.waitFor(/✗ ultra:main +exited 3[\s\S]*the supervisor could not start/);
  rmdirSync(rig.socket);
  watch.press('enter');
  await watch.waitFor(/✗ ultra:main +exited 3[\s\S]*there is no program \/none/);
  watch.press('q');
  expect(await watch.waitForExit()).toBe(0);
  expectClean(watch);
});

test('what has ended leaves the table when it is taken off the list', async () => {
  const reporter = createReporter();
  const { rig } = reporter;
  await reporter.start('main');
  const watch = rig.open(['watch']);
  await watch.waitFor('ultra:main');
  await reporter.report('main', 'exit 3');
  await watch.waitFor(/✗ ultra:main +exited 3/);
  watch.press('down', 'K');
  await watch.waitFor('Take it off the list?');
  watch.press('y');
  await watch.waitFor('it is off the list now');
  await watch.waitFor((text) => !text.includes('exited 3'), { what: 'its row to go' });
  watch.press('q');
  await watch.waitForExit();
});

test('without any session it waits for one', async () => {
  const reporter = createReporter();
  const watch = reporter.rig.open(['watch']);
  await watch.waitFor('as soon as one is started');
  await reporter.start('main');
  await watch.waitFor(/ultra:main +idle/);
  watch.press('ctrl+c');
  expect(await watch.waitForExit()).toBe(0);
  expectClean(watch);
});

test('a supervisor without a guard that is lost ends it with a word, and a signal without one', async () => {
  const reporter = createReporter({ guarded: false });
  const { rig } = reporter;
  rig.forgiveLeftovers();
  await reporter.start('main');
  const watch = rig.open(['watch']);
  await watch.waitFor(/ultra:main +idle/);
  const other = rig.open(['watch', '--here']);
  await other.waitFor(/ultra:main +idle/);
  other.signal('SIGTERM');
  expect(await other.waitForExit()).toBe(128 + 15);
  expectClean(other);
  await loseSupervisor(rig);
  expect(await watch.waitForExit()).toBe(1);
  expectClean(watch);
  expect(watch.text()).toContain('the supervisor has gone away, and a session with it');
});

test('it needs a terminal, and is refused inside a session', async () => {
  const reporter = createReporter();
  const { rig } = reporter;
  const piped = await rig.run(['watch']);
  expect(piped.exitCode).toBe(2);
  expect(piped.stderr).toContain('codex-sessions events');
  const inside = rig.open(['watch'], {
    env: { CODEX_SESSIONS_SESSION: 'codex:ultra:main:00000000' },
  });
  expect(await inside.waitForExit()).toBe(2);
});
