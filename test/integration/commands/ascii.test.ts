/** In a locale that is not in UTF-8 all signs are in ASCII. */
import { expect, test } from 'vitest';
import { createReporter } from '../../support/rig/reporter.ts';

const LATIN = { LANG: 'de_DE.ISO-8859-1' };
const NOT_ASCII = /[^\x00-\x7f]/;

test('lists, screens, help and errors are in ASCII where the locale is', async () => {
  const reporter = createReporter({ env: LATIN });
  const { rig } = reporter;
  for (const name of ['first', 'a-name-that-is-too-long-for-any-narrow-terminal-and-is-cut'])
    await reporter.start(name);
  await reporter.start('third');
  await reporter.report('first', 'state=blocked:kind=permission');
  await reporter.report('third', 'state=working');
  await reporter.status('third', 'working');
  await rig.run(['kill', 'nobody']);
  for (const args of [
    ...[['ls'], ['ls', '--wide'], ['status'], ['status', '--short'], ['doctor'], ['--help']],
    ...[
      ['start', '--help'],
      ['status', '--help'],
      ['send', '--help'],
      ['attach', 'nobody'],
    ],
    ...[
      ['detach', 'nobody'],
      ['explain', 'first'],
      ['kill', '-y', 'first'],
    ],
  ]) {
    const { stdout, stderr } = await rig.run(args);
    expect(stdout + stderr, args.join(' ')).not.toMatch(NOT_ASCII);
    expect(stdout + stderr).not.toBe('');
  }
  for (const command of ['switch', 'watch']) {
    const terminal = rig.open([command], { cols: 60 });
    await terminal.waitFor(/o ultra:a-\S*~\S+ +idle/);
    expect(terminal.text()).not.toMatch(NOT_ASCII);
    expect(terminal.text()).toContain('^v choose');
    terminal.press('esc');
    await terminal.waitForExit();
  }
});

test('where no locale is set, as in many containers, they are not', async () => {
  const reporter = createReporter({ env: { LANG: '' } });
  await reporter.start('first');
  const terminal = reporter.rig.open(['switch']);
  await terminal.waitFor('○ ultra:first');
  terminal.press('esc');
  await terminal.waitForExit();
});
