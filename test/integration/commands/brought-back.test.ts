/**
 * What a start says of the options that it uses again, and of a conversation that Codex did not open, is
 * also said where a session is brought back by the switcher, `watch` or `fork`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRig, type Rig, recordFiles } from '../../support/rig/rig.ts';

const ID = '01a20248-cb68-7b91-8ea8-a36df41445da';
const OPTIONS = 'options from last time: -m other';
const NOT_OPENED = `Codex did not open the conversation ${ID}`;

/** With an ended session `gone`, of whose conversation there is no record, and `here`, which runs. */
async function rigWithGone(): Promise<Rig> {
  const rig = createRig({
    codex:
      '[ -e "$HOME/broken" ] && { echo "Error: no such thread"; exit 1; }; echo up "$@"; exec cat',
  });
  await rig.ok(['start', '-d', 'gone', '--', '-m', 'other']);
  await rig.waitUntil(async () => (await rig.ok(['peek', 'gone'])).includes('up'), 'it to be up');
  await rig.ok(['start', '-d', 'here']);
  await rig.ok(['kill', 'gone']);
  const file = recordFiles(rig).find((name) => name.includes(':gone:')) ?? '';
  const path = join(rig.stateDir, 'sessions', file);
  const { former: _, end, ...record } = JSON.parse(readFileSync(path, 'utf8'));
  const known = { conversation: ID, hadTurn: true, userArgs: ['-m', 'other'] };
  writeFileSync(path, JSON.stringify({ ...record, ...known, end: { ...end, by: 'lost' } }));
  return rig;
}

const leave = (rig: Rig) => rig.ok(['kill-all', '-y']);

test.each([false, true])('by the switcher in a session (Codex fails: %s)', async (fails) => {
  const rig = await rigWithGone();
  const terminal = rig.open(['attach', 'here'], { cols: 160 });
  await terminal.waitFor('up');
  if (fails) rig.file('home/broken', '');
  terminal.press('ctrl+^');
  await terminal.waitFor(/gone +lost/);
  terminal.type('gone');
  terminal.press('enter');
  if (!fails) {
    await terminal.waitFor(`resume ${ID}`);
    terminal.press('ctrl+\\');
  }
  expect(await terminal.waitForExit()).toBe(fails ? 1 : 0);
  expect(terminal.text()).toContain(OPTIONS);
  expect(terminal.text().includes(NOT_OPENED)).toBe(fails);
  await leave(rig);
});

test.each([false, true])('by watch (Codex fails: %s)', async (fails) => {
  const rig = await rigWithGone();
  const terminal = rig.open(['watch'], { cols: 160 });
  await terminal.waitFor(/gone +lost/);
  if (fails) rig.file('home/broken', '');
  terminal.press('end');
  await terminal.waitFor(/▌.*gone +lost/);
  terminal.press('enter');
  if (!fails) {
    await terminal.waitFor(`resume ${ID}`);
    terminal.press('ctrl+\\');
  }
  await terminal.waitFor(
    fails ? NOT_OPENED : /\[detached from ultra:gone\].*options from last time: -m other/,
  );
  terminal.press('q');
  expect(await terminal.waitForExit()).toBe(0);
  await leave(rig);
});

test('by restart', async () => {
  const rig = await rigWithGone();
  await rig.ok(['start', '-d', 'gone']);
  const { stderr } = await rig.run(['restart', 'gone']);
  expect(stderr).toContain(OPTIONS);
  await leave(rig);
});

test('by a fork that attaches', async () => {
  const rig = await rigWithGone();
  rig.file('home/broken', '');
  const terminal = rig.open(['fork', 'gone', 'copy'], { cols: 160 });
  expect(await terminal.waitForExit()).toBe(1);
  expect(terminal.text()).toContain(`Codex is asked for the conversation ${ID} of ultra:gone`);
  expect(terminal.text()).toContain('With the options of ultra:gone: -m other');
  expect(terminal.text()).toContain(`${NOT_OPENED} of ultra:copy`);
  await leave(rig);
});
