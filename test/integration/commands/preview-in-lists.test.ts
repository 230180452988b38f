/** The screen of the chosen session beside or below the list, in `watch` and the switcher. */
import { expect, test } from 'vitest';
import { createReporter } from '../../support/rig/reporter.ts';

const TITLE = /── ultra:one ─/;

test('live, in its colours, of the session that is chosen, and what happens last is seen', async () => {
  const reporter = createReporter();
  const { rig } = reporter;
  await reporter.start('one');
  await reporter.start('two');
  const lines = Array.from({ length: 40 }, (_, n) => `line ${n + 1}\\r\\n`).join('');
  await reporter.report('one', `raw ${lines}\\033[38;5;208morange\\033[0m end`);
  await reporter.report('two', 'raw other');
  const watch = rig.open(['watch'], { cols: 140, rows: 24 });
  await watch.waitFor(/▌ ○ ultra:one .*│ [\s\S]*orange end/);
  expect(watch.text()).not.toMatch(/line 5\b/);
  expect(watch.text()).toMatch(/── ultra:one ─+ … \d+ more lines above ──/);
  expect(watch.raw().toString('latin1')).toContain('38;5;208');
  await reporter.report('one', 'raw  and more');
  await watch.waitFor('orange end and more');
  watch.press('down');
  await watch.waitFor(/── ultra:two ─[\s\S]*other/);
  expect(watch.text()).not.toContain('orange');
  // Below the list where it is not wide.
  watch.resize(100, 20);
  await watch.waitFor(/▌ ○ ultra:two[^│]*\n── ultra:two ─[^│]*other/);
  await reporter.report('two', 'exit 3');
  await watch.waitFor(/✗ ultra:two +exited 3[\s\S]*── ultra:two ─.* ended ──/);
  watch.press('q');
  expect(await watch.waitForExit()).toBe(0);
});

test.each([
  [100, 20, true],
  [99, 20, false],
  [100, 19, false],
])('in %d × %d there is one: %s', async (cols, rows, expected) => {
  const reporter = createReporter();
  await reporter.start('one');
  for (const command of ['watch', 'switch']) {
    const terminal = reporter.rig.open([command], { cols, rows });
    await terminal.waitFor(/○ ultra:one +idle[\s\S]*enter attach/);
    expect(TITLE.test(terminal.text()), command).toBe(expected);
    expect(terminal.text().includes('preview'), command).toBe(expected);
    terminal.press('esc');
    await terminal.waitForExit();
  }
});

test('p and Ctrl-P turn it off and on, for all lists to come', async () => {
  const reporter = createReporter();
  const { rig } = reporter;
  await reporter.start('one');
  const size = { cols: 120, rows: 30 };
  const watch = rig.open(['watch'], size);
  await watch.waitFor(TITLE);
  watch.press('p');
  await watch.waitFor((text) => !TITLE.test(text), { what: 'no preview' });
  watch.press('q');
  await watch.waitForExit();
  const switcher = rig.open(['switch'], size);
  await switcher.waitFor('^P preview');
  expect(switcher.text()).not.toMatch(TITLE);
  switcher.press('ctrl+p');
  await switcher.waitFor(TITLE);
  switcher.press('esc');
  await switcher.waitForExit();
  const attached = rig.open(['attach', 'one'], size);
  await attached.waitFor('reporter ready');
  attached.press('ctrl+^');
  await attached.waitFor(/── ultra:one ─[\s\S]*reporter ready/);
  attached.press('ctrl+p');
  await attached.waitFor((text) => text.includes('ultra:one *') && !TITLE.test(text));
  attached.press('esc');
  await attached.waitFor((text) => text.includes('reporter ready') && !text.includes('ultra:one'));
  attached.press('ctrl+\\');
  expect(await attached.waitForExit()).toBe(0);
});
