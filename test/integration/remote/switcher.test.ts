/** The switcher with the sessions of several machines: of a session here, of one there, and of the shell. */
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Asker } from '../../support/rig/asker.ts';
import { COMMAND } from '../../support/rig/command.ts';
import { createFarRig, type FarRig } from '../../support/ssh/far-rig.ts';
import {
  hostAt,
  knowHosts,
  signalServed,
  silentPort,
  withRack,
} from '../../support/ssh/more-machines.ts';

const CTRL_BACKSLASH = 'ctrl+\\';
const CTRL_SWITCH = 'ctrl+^';
const SIZE = { cols: 100, rows: 24 };
const TELLS = { codex: 'echo "this is $CODEX_SESSIONS_SESSION"; exec cat' };

/** Nothing of a command stays. */
const leftovers = ({ here }: FarRig) =>
  readdirSync(join(here.stateDir, 'ssh')).filter((name) => name.startsWith('at-'));

/** A session here, in a terminal. */
async function attachedHere(rig: FarRig) {
  await rig.here.ok(['start', '-d', 'here']);
  const terminal = rig.here.open(['attach', 'here'], SIZE);
  await terminal.waitFor('stand-in ready');
  return terminal;
}

test('from a session here to one there and back, in one attachment', async () => {
  const rig = await createFarRig({ far: TELLS });
  await rig.there.ok(['start', '-d', 'one']);
  const terminal = await attachedHere(rig);
  for (let round = 0; round < 2; round++) {
    terminal.press(CTRL_SWITCH);
    await terminal.waitFor(/^.{4}box\/ultra:one/m);
    // The second time it is the one before.
    if (round === 0) terminal.type('box/one');
    await terminal.waitFor(/^▌ . box\/ultra:one/m);
    terminal.press('enter');
    await terminal.waitFor(
      (text) => text.includes('this is codex:ultra:one') && !text.includes('❯'),
    );
    terminal.type(`typed ${round}\r`);
    await terminal.waitFor(`typed ${round}\ntyped ${round}`);
    expect((await rig.there.list())[0]?.clients).toBe(1);
    terminal.press(CTRL_SWITCH);
    await terminal.waitFor(/^.{4}ultra:here/m);
    await terminal.waitFor(/^.{4}box\/ultra:one \*/m);
    terminal.press('enter');
    await terminal.waitFor((text) => text.includes('stand-in ready') && !text.includes('❯'));
    await rig.there.waitUntil(
      async () => (await rig.there.list())[0]?.clients === 0,
      'it to leave',
    );
  }
  terminal.press(CTRL_BACKSLASH);
  expect(await terminal.waitForExit()).toBe(0);
  expect(terminal.text()).toContain('[detached from ultra:here]');
  expect(terminal.modes()).toMatchObject({ alternateScreen: false, bracketedPaste: false });
  const ssh = () => rig.here.processes().filter(({ command }) => /^ssh|\/ssh /.test(command));
  await rig.here.waitUntil(() => ssh().length === 0, 'every ssh to end');
  expect(leftovers(rig)).toEqual([]);
});

test('a new one there, from a session here and from one there', async () => {
  const rig = await createFarRig({ far: TELLS });
  const terminal = await attachedHere(rig);
  terminal.press(CTRL_SWITCH);
  await terminal.waitFor('❯');
  terminal.type('box/new');
  await terminal.waitFor('start box/new');
  await terminal.waitFor('a new session on box');
  terminal.press('enter');
  await terminal.waitFor(/this is codex:\w+:new:/);
  terminal.press(CTRL_SWITCH);
  await terminal.waitFor('❯');
  // A name alone is one of the machine of the session, in its project.
  terminal.type('second');
  await terminal.waitFor(/\+ start second in box\/\w+/);
  terminal.press('enter');
  await terminal.waitFor(/this is codex:\w+:second:/);
  terminal.press(CTRL_BACKSLASH);
  expect(await terminal.waitForExit()).toBe(0);
  expect(terminal.text()).toMatch(/\[detached from box\/\w+:second\]/);
  const there = await rig.there.list();
  expect(there.map(({ name }) => name).sort()).toEqual(['new', 'second']);
  expect(new Set(there.map(({ hash }) => hash)).size).toBe(1);
});

test('what a session there asks is answered from the switcher', async () => {
  const rig = await createFarRig();
  const asker = new Asker({ env: { PATH: rig.there.env.PATH ?? '' } });
  onTestFinished(() => asker.close());
  await withRack(rig, '', asker.rig);
  knowHosts(rig, 'rack');
  await asker.start('main');
  await asker.order('main', { ask: 'npm publish' });
  const terminal = await attachedHere(rig);
  terminal.press(CTRL_SWITCH);
  await terminal.waitFor(/! rack\/ultra:main +blocked/);
  terminal.type('rack');
  await terminal.waitFor(/^▌ ! rack/m);
  terminal.press('ctrl+y');
  await terminal.waitFor((text) => text.includes('$ npm publish') && /y p 3 answer/.test(text));
  terminal.press('y');
  await terminal.waitFor('Answered rack/ultra:main: Yes, proceed');
  expect(asker.keys('main')).toMatchObject([{ key: 'y', shown: 'npm publish' }]);
  terminal.press('esc');
  await terminal.waitFor((text) => text.includes('stand-in ready') && !text.includes('❯'));
  terminal.press(CTRL_BACKSLASH);
  expect(await terminal.waitForExit()).toBe(0);
});

test('from the shell: one of another machine by what fits it, and by the list', async () => {
  const rig = await createFarRig({ far: TELLS });
  knowHosts(rig, 'box');
  await rig.here.ok(['start', '-d', 'here']);
  await rig.there.ok(['start', '-d', 'review']);
  const leave = async (words: readonly string[]) => {
    const terminal = rig.here.open(words, SIZE);
    await terminal.waitFor('this is codex:ultra:review');
    terminal.press(CTRL_BACKSLASH);
    expect(await terminal.waitForExit()).toBe(0);
    expect(terminal.text()).toContain('[detached from box/ultra:review]');
  };
  await leave(['switch', 'rev']);
  await leave(['switch', 'box/ultra:review']);
  await leave(['switch', '--host', 'box', 'review']);
  const list = rig.here.open(['switch'], SIZE);
  await list.waitFor(/^.{4}box\/ultra:review/m);
  expect(list.text()).toMatch(/ultra:here[\s\S]*box\/ultra:review/);
  list.type('box');
  await list.waitFor(/^▌ . box\/ultra:review/m);
  list.press('enter');
  await list.waitFor('this is codex:ultra:review');
  list.press(CTRL_BACKSLASH);
  expect(await list.waitForExit()).toBe(0);
  const there = rig.here.open(['switch', 'box/'], SIZE);
  await there.waitFor(/^▌ . box\/ultra:review/m);
  expect(there.text()).not.toContain('ultra:here');
  there.press('esc');
  expect(await there.waitForExit()).toBe(0);
  const local = rig.here.open(['switch', '--local'], SIZE);
  await local.waitFor('ultra:here');
  expect(local.text()).not.toContain('box/');
  local.press('esc');
  expect(await local.waitForExit()).toBe(0);
  // Without a terminal it means this machine, as it did.
  const { stderr, exitCode } = await rig.here.run(['switch', 'review']);
  expect(stderr).toContain('there is no session review');
  expect(exitCode).toBe(3);
});

test('a machine that is dead keeps nobody: the list is there, and says so', async () => {
  const rig = await createFarRig();
  rig.configure(hostAt('dead', await silentPort()));
  knowHosts(rig, 'dead');
  const terminal = await attachedHere(rig);
  const begun = Date.now();
  terminal.press(CTRL_SWITCH);
  await terminal.waitFor('ultra:here *');
  expect(Date.now() - begun).toBeLessThan(1_500);
  await terminal.waitFor('dead has not answered for 2 s');
  terminal.type('dead/new');
  await terminal.waitFor('start dead/new');
  terminal.press('esc');
  await terminal.waitFor((text) => text.includes('stand-in ready') && !text.includes('❯'));
  terminal.press(CTRL_BACKSLASH);
  expect(await terminal.waitForExit()).toBe(0);
});

test('Ctrl-^ leaves a session whose line hangs, for one here', async () => {
  const rig = await createFarRig({ far: TELLS });
  // It is not in the configuration, but one is there.
  knowHosts(rig);
  await rig.here.ok(['start', '-d', 'here']);
  await rig.there.ok(['start', '-d', 'one']);
  const terminal = rig.here.open(['attach', 'box/one'], SIZE);
  await terminal.waitFor('this is codex:ultra:one');
  const stopped = signalServed(rig, 'SIGSTOP');
  onTestFinished(() => void signalServed(rig, 'SIGCONT', stopped));
  const begun = Date.now();
  terminal.press(CTRL_SWITCH);
  await terminal.waitFor(/^▌ . ultra:here/m);
  terminal.press('enter');
  await terminal.waitFor((text) => text.includes('stand-in ready') && !text.includes('❯'));
  expect(Date.now() - begun).toBeLessThan(3_000);
  terminal.press(CTRL_BACKSLASH);
  expect(await terminal.waitForExit()).toBe(0);
});

test('nor is the one that the switcher was opened from: Esc leaves it, and nothing arrives late', async () => {
  const rig = await createFarRig({ far: TELLS });
  await rig.there.ok(['start', '-d', 'one']);
  const terminal = rig.here.open(['attach', 'box/one'], SIZE);
  await terminal.waitFor('this is codex:ultra:one');
  const stopped = signalServed(rig, 'SIGSTOP');
  const goOn = () => void signalServed(rig, 'SIGCONT', stopped);
  onTestFinished(goOn);
  terminal.press(CTRL_SWITCH);
  await terminal.waitFor('❯');
  terminal.press('esc');
  await terminal.waitFor('Reaching box … Esc leaves it.');
  terminal.type('late');
  terminal.press(CTRL_BACKSLASH);
  expect(await terminal.waitForExit()).not.toBe(0);
  expect(terminal.text()).toContain('box was not reached');
  goOn();
  expect(await rig.there.ok(['peek', 'one'])).not.toContain('late');
});

test('one there is not waited for where its line hangs, and what is typed meanwhile is dropped', async () => {
  const rig = await createFarRig({ far: TELLS });
  await rig.there.ok(['start', '-d', 'one']);
  const terminal = await attachedHere(rig);
  terminal.press(CTRL_SWITCH);
  await terminal.waitFor(/^.{4}box\/ultra:one/m);
  terminal.type('one');
  await terminal.waitFor(/^▌ . box\/ultra:one/m);
  const stopped = signalServed(rig, 'SIGSTOP');
  const goOn = () => void signalServed(rig, 'SIGCONT', stopped);
  onTestFinished(goOn);
  terminal.press('enter');
  await terminal.waitFor('Reaching box … Esc leaves it.');
  terminal.type('y');
  await rig.here.waitUntil(() => terminal.bells > 0, 'a bell');
  terminal.press('esc');
  await terminal.waitFor('box was not reached');
  goOn();
  await terminal.waitFor(/^.{4}box\/ultra:one/m);
  terminal.type('one');
  terminal.press('enter');
  await terminal.waitFor('this is codex:ultra:one');
  terminal.type('later\r');
  await terminal.waitFor('later\nlater');
  expect(terminal.text()).not.toContain('ylater');
  terminal.press(CTRL_BACKSLASH);
  expect(await terminal.waitForExit()).toBe(0);
});

test('switch - goes back, whatever machine that is on', async () => {
  const rig = await createFarRig({ far: TELLS });
  await rig.here.ok(['start', '-d', 'here']);
  await rig.there.ok(['start', '-d', 'one']);
  const program = rig.here.program('codex-sessions', `exec ${COMMAND} "$@"`);
  const shell = rig.here.openProgram('/bin/sh', [], {
    env: { PS1: 'sh> ', PATH: `${dirname(program)}:${rig.here.env.PATH}` },
  });
  const visit = async (line: string, shown: string, name: string) => {
    shell.type(`clear; codex-sessions ${line}\r`);
    await shell.waitFor(shown);
    shell.press(CTRL_BACKSLASH);
    await shell.waitFor(`[detached from ${name}]\nsh>`);
  };
  await visit('attach here', 'stand-in ready', 'ultra:here');
  await visit('attach box/one', 'this is codex:ultra:one', 'box/ultra:one');
  await visit('switch -', 'stand-in ready', 'ultra:here');
  await visit('switch -', 'this is codex:ultra:one', 'box/ultra:one');
});

test('attach without a name, where nothing runs here: those of the others', async () => {
  const rig = await createFarRig({ far: TELLS });
  await rig.there.ok(['start', '-d', 'one']);
  const terminal = rig.here.open(['attach'], SIZE);
  await terminal.waitFor(/^.{4}box\/ultra:one/m);
  terminal.type('one');
  await terminal.waitFor(/^▌ . box\/ultra:one/m);
  terminal.press('enter');
  await terminal.waitFor('this is codex:ultra:one');
  terminal.press(CTRL_BACKSLASH);
  expect(await terminal.waitForExit()).toBe(0);
});

test('a configuration that is wrong is said, and the list is there', async () => {
  const rig = await createFarRig();
  await rig.here.ok(['start', '-d', 'here']);
  rig.here.file('home/.config/codex-sessions/config.toml', '[hosts.box]\nport = 22\n');
  const terminal = rig.here.open(['switch'], SIZE);
  await terminal.waitFor(/ultra:here[\s\S]*Other machines are left out: .*config.toml:2/);
  terminal.press('esc');
  expect(await terminal.waitForExit()).toBe(0);
});
