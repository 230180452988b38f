/** What `ls` and `watch` show of many sessions, and in which form. */
import { expect, test } from 'vitest';
import { COMMAND } from '../../support/rig/command.ts';
import { createReporter, type Reporter } from '../../support/rig/reporter.ts';
import { createRig } from '../../support/rig/rig.ts';

/** `one` is idle, `two` works, `review` (of another project) is blocked, `old` was killed. */
async function several(): Promise<Reporter> {
  const reporter = createReporter();
  const { rig } = reporter;
  await reporter.start('one');
  await reporter.start('two');
  await reporter.start('review', { cwd: rig.project('api') });
  await reporter.start('old');
  await rig.ok(['kill', '-y', 'old']);
  await reporter.report('two', 'title Working | tidy the\u202e parser', 'state=working');
  await reporter.report('review', 'state=blocked:kind=permission');
  await reporter.status('two', 'working');
  await reporter.status('review', 'blocked');
  return reporter;
}

test('ls takes statuses, a project and a query; -q prints names for other commands', async () => {
  const { rig } = await several();
  const names = async (...args: string[]) => {
    const { stdout, exitCode, stderr } = await rig.run(['ls', '-q', ...args]);
    expect({ exitCode, args }).toEqual({ exitCode: 0, args });
    return { names: stdout.trimEnd().split('\n').filter(Boolean), stderr };
  };
  expect((await names()).names).toEqual(['ultra:two', 'ultra:one', 'api:review']);
  expect((await names('--status', 'blocked, working')).names).toEqual(['ultra:two', 'api:review']);
  expect((await names('--project', 'api')).names).toEqual(['api:review']);
  expect((await names('--project', 'a*')).names).toEqual(['api:review']);
  expect((await names('--project', rig.project('api'))).names).toEqual(['api:review']);
  expect((await names('--here', '--status=idle')).names).toEqual(['ultra:one']);
  expect((await names('rev')).names).toEqual(['api:review']);
  expect((await names('parser')).names).toEqual(['ultra:two']);
  expect((await names('t*')).names).toEqual(['ultra:two']);
  expect((await names('--status', 'exited')).names).toEqual(['ultra:old']);
  expect((await names('-a', '--here')).names).toEqual(['ultra:two', 'ultra:one', 'ultra:old']);
  expect(await names('--status', 'error', '--project', 'api')).toEqual({
    names: [],
    stderr: 'No session fits (error · api). Without a filter ls shows all.\n',
  });
  expect((await names('--full', 'rev')).names[0]).toMatch(/^codex:api:review:[0-9a-f]{8}$/);
  // They are names for other commands, wherever one is.
  await rig.ok(['kill', '-y', ...(await names()).names]);
});

test('ls --format prints a line for each, and wrong forms are refused with what there is', async () => {
  const { rig } = await several();
  expect(await rig.ok(['ls', '--format', '{name}\\t{status}\\t{topic}'])).toBe(
    'two\tworking\ttidy the parser\none\tidle\t\nreview\tblocked\t\n',
  );
  const json = JSON.parse(await rig.ok(['ls', '--json', 'two']));
  expect(json).toMatchObject([{ name: 'two', current: false }]);
  for (const [args, message] of [
    [['--status', 'busy'], /--status does not know "busy"\n {2}It takes starting, .*lost/],
    [['--format', '{nme}'], /does not know \{nme\}\n {2}It takes fullName, /],
    [['--json', '-q'], /--json and -q are different forms/],
    [['--json', '--format', 'x'], /--json and --format/],
    [['--here', '--project', 'x'], /two projects/],
  ] as const) {
    const { exitCode, stderr, stdout } = await rig.run(['ls', ...args]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(message);
  }
});

test('ls marks the session that one is in', async () => {
  const rig = createRig({ codex: `exec ${COMMAND} ls` });
  await rig.ok(['start', '-d', 'other'], {
    env: { CODEX_SESSIONS_CODEX: rig.program('other', 'exec cat') },
  });
  const terminal = rig.open(['start', 'inside']);
  await terminal.waitForExit();
  expect(terminal.text()).toMatch(/^ +NAME /m);
  expect(terminal.text()).toMatch(/^\* {2}ultra:inside /m);
  expect(terminal.text()).toMatch(/^ {3}ultra:other /m);
  expect(await rig.ok(['ls'])).toMatch(/^NAME /);
});

test('watch shows what fits, from the moment that it does', async () => {
  const reporter = await several();
  const watch = reporter.rig.open(['watch', '--status', 'blocked,done', '--project', 'ultra']);
  await watch.waitFor('Shown: blocked, done · ultra');
  await reporter.report('one', 'state=blocked:kind=question');
  await watch.waitFor(/! ultra:one +blocked question/);
  expect(watch.text()).not.toContain('ultra:two');
  expect(watch.text()).not.toContain('api:review');
  await reporter.report('one', 'state=working');
  await watch.waitFor((text) => !text.includes('ultra:one'));
  watch.press('q');
  expect(await watch.waitForExit()).toBe(0);
  const wrong = reporter.rig.open(['watch', '--status', 'busy']);
  expect(await wrong.waitForExit()).toBe(2);
  expect(wrong.text()).toContain('It takes starting');
});
