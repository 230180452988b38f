/** `watch` with the sessions of several machines. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Asker } from '../../support/rig/asker.ts';
import { createFarRig } from '../../support/ssh/far-rig.ts';
import {
  hostAt,
  knowHosts,
  signalServed,
  silentPort,
  withRack,
} from '../../support/ssh/more-machines.ts';

const CTRL_BACKSLASH = 'ctrl+\\';
const SIZE = { cols: 140, rows: 30 };

/** Names in the order of the rows. */
const names = (text: string) => text.match(/(?<=^[▌ ] . )\S*ultra:\w+/gm) ?? [];

test('three machines in one list, and a line for one that is dead, which delays nobody', async () => {
  const rig = await createFarRig();
  const rack = await withRack(rig, hostAt('dead', await silentPort()));
  knowHosts(rig, 'dead', 'box', 'rack');
  await rig.here.ok(['start', '-d', 'here']);
  await rig.there.ok(['start', '-d', 'review']);
  await rack.ok(['start', '-d', 'tests']);
  await rig.here.ok(['ls', 'box/']);
  await rig.here.ok(['ls', 'rack/']);
  const watch = rig.here.open(['watch'], SIZE);
  await watch.waitFor('ultra:here');
  await watch.waitFor((text) => names(text).length === 3);
  // Which goes on trying.
  expect(watch.text()).not.toContain('dead is left out');
  expect(names(watch.text())).toEqual(['ultra:here', 'box/ultra:review', 'rack/ultra:tests']);
  await watch.waitFor('dead has not answered for 2 s');
  expect(names(watch.text())).toHaveLength(3);
  // What changes there is told.
  await rack.ok(['start', '-d', 'more']);
  await watch.waitFor('rack/ultra:more');
  await rig.there.ok(['kill', 'review']);
  await watch.waitFor((text) => !text.includes('box/ultra:review'));
  await rig.there.ok(['start', '-d', 'again']);
  await watch.waitFor('box/ultra:again');
  watch.press('q');
  expect(await watch.waitForExit()).toBe(0);
  for (const [flags, shown] of [
    [['--local'], ['ultra:here']],
    [['--here'], ['ultra:here']],
    [
      ['--host', 'rack'],
      ['rack/ultra:more', 'rack/ultra:tests'],
    ],
    [['box/'], ['box/ultra:again']],
  ] as const) {
    const narrow = rig.here.open(['watch', ...flags], SIZE);
    await narrow.waitFor((text) => names(text).length === shown.length);
    expect(names(narrow.text())).toEqual(shown);
    narrow.press('q');
    expect(await narrow.waitForExit()).toBe(0);
  }
});

test('a session there: its screen, what it asks, a prompt, another name, its end', async () => {
  const rig = await createFarRig();
  const asker = new Asker({ env: { PATH: rig.there.env.PATH ?? '' } });
  onTestFinished(() => asker.close());
  await withRack(rig, '', asker.rig);
  knowHosts(rig, 'rack');
  await asker.start('main');
  await asker.start('other');
  await asker.order('main', { ask: 'touch proof' });
  const watch = rig.here.open(['watch'], SIZE);
  await watch.waitFor(/! rack\/ultra:main +blocked \d+s .*touch proof/);
  // The preview, beside the list.
  await watch.waitFor(
    (text) => /── rack\/ultra:main ─/.test(text) && /│.*\$ touch proof/.test(text),
  );
  watch.press('a');
  await watch.waitFor((text) => /y p 3 answer|\b1 2 3 answer/.test(text));
  watch.press('y');
  await watch.waitFor('Answered rack/ultra:main: Yes, proceed');
  expect(asker.keys('main')).toMatchObject([{ key: 'y', shown: 'touch proof' }]);
  await asker.order('main', { work: true });
  await watch.waitFor(/● rack\/ultra:main +working/);
  watch.press('x');
  await watch.waitFor('Esc was typed, and rack/ultra:main still works.');
  expect(asker.keys('main').at(-1)).toMatchObject({ key: '\x1b[27u', shown: null });
  watch.press('s');
  await watch.waitFor('A prompt for rack/ultra:main');
  watch.type('and then?');
  watch.press('enter');
  await watch.waitFor('rack/ultra:main is working: Codex has queued the prompt.');
  watch.press('r');
  await watch.waitFor('A new name for rack/ultra:main');
  watch.press('ctrl+u');
  watch.type('renamed');
  watch.press('enter');
  await watch.waitFor('rack/ultra:main is rack/ultra:renamed now.');
  await watch.waitFor(/^.{4}rack\/ultra:renamed/m);
  watch.press('K');
  await watch.waitFor('Kill this session?');
  watch.press('y');
  await watch.waitFor(
    (text) =>
      text.includes('Killed rack/ultra:renamed.') && !/^.{4}rack\/ultra:renamed/m.test(text),
  );
  expect((await asker.rig.list()).map(({ name }) => name)).toEqual(['other']);
  watch.press('q');
  expect(await watch.waitForExit()).toBe(0);
});

test('Enter attaches there, and leaving it comes back', async () => {
  const rig = await createFarRig({
    far: { codex: 'echo "this is $CODEX_SESSIONS_SESSION"; exec cat' },
  });
  await rig.there.ok(['start', '-d', 'one']);
  const watch = rig.here.open(['watch'], SIZE);
  await watch.waitFor('box/ultra:one');
  watch.press('enter');
  await watch.waitFor((text) => text.includes('this is codex:ultra:one') && !text.includes('box/'));
  watch.press(CTRL_BACKSLASH);
  await watch.waitFor(/box\/ultra:one[\s\S]*\[detached from box\/ultra:one\]/);
  watch.press('q');
  expect(await watch.waitForExit()).toBe(0);
  expect(watch.modes()).toMatchObject({ alternateScreen: false, cursorHidden: false });
});

test('Ctrl-O opens one there beside, by the name that means it here', async () => {
  const rig = await createFarRig();
  const fullName = (await rig.there.ok(['start', '-d', 'one'])).trim();
  const notes = join(rig.here.root, 'notes');
  const program = rig.here.program('wezterm', `printf '%s\\n' "$@" >${notes}`);
  const PATH = `${dirname(program)}:${rig.here.env.PATH}`;
  const watch = rig.here.open(['watch'], { ...SIZE, env: { PATH, WEZTERM_PANE: '3', TMUX: '' } });
  await watch.waitFor('box/ultra:one');
  await rig.here.waitUntil(() => {
    watch.press('ctrl+o');
    return watch.text().includes('Opened box/ultra:one in a new pane of WezTerm.');
  }, 'it to be opened');
  const words = readFileSync(notes, 'utf8').trim().split('\n');
  expect(words.slice(-2)).toEqual(['attach', `box/${fullName}`]);
  // No directory of the other machine.
  expect(words).toContain(rig.here.env.HOME);
  watch.press('q');
  expect(await watch.waitForExit()).toBe(0);
});

test('one that has ended there says how, is started again by Enter, and is taken off the list', async () => {
  const rig = await createFarRig();
  await rig.there.ok(['start', '-d', 'one']);
  const watch = rig.here.open(['watch'], SIZE);
  for (let round = 1; round <= 2; round++) {
    await watch.waitFor(/▌ . box\/ultra:one/);
    watch.press('enter');
    // Not what the one before has left.
    await watch.waitFor((text) => text.includes('stand-in ready') && !/box\b|exit/.test(text));
    watch.type(`exit ${round}\r`);
    await watch.waitFor(`[box/ultra:one exited with ${round}]`);
    await watch.waitFor(new RegExp(`✗ box/ultra:one +exited ${round}`));
  }
  watch.press('K');
  await watch.waitFor('Take it off the list?');
  watch.press('y');
  await watch.waitFor('box/ultra:one had ended; it is off the list now.');
  await watch.waitFor((text) => names(text).length === 0);
  expect(JSON.parse(await rig.there.ok(['ls', '--json']))).toEqual([]);
  watch.press('q');
  expect(await watch.waitForExit()).toBe(0);
});

test('what is typed for a session that is not reached is not taken for keys of the list', async () => {
  const rig = await createFarRig();
  await rig.here.ok(['start', '-d', 'here']);
  for (const name of ['one', 'other']) await rig.there.ok(['start', '-d', name]);
  const watch = rig.here.open(['watch'], SIZE);
  await watch.waitFor('box/ultra:other');
  watch.press('down');
  await watch.waitFor(/▌ . box\/ultra:one/);
  const events = rig.there.processes().find(({ command }) => / events /.test(command));
  process.kill(events?.pid ?? 0, 'SIGSTOP');
  await rig.there.ok(['kill', 'one']);
  const stopped = signalServed(rig, 'SIGSTOP');
  watch.press('enter');
  await rig.here.waitUntil(() => !watch.modes().alternateScreen, 'the list to be left');
  watch.type('OK');
  signalServed(rig, 'SIGCONT', stopped);
  await watch.waitFor('box/ultra:one is not running any more');
  watch.press('esc');
  expect(await watch.waitForExit()).toBe(0);
});

test('killed is what was shown, although it has not come yet what became of it', async () => {
  const rig = await createFarRig();
  await rig.there.ok(['start', '-d', 'one']);
  const watch = rig.here.open(['watch'], SIZE);
  await watch.waitFor(/▌ . box\/ultra:one/);
  const events = rig.there.processes().filter(({ command }) => / events /.test(command));
  expect(events).toHaveLength(1);
  const told = (signal: NodeJS.Signals) => {
    for (const { pid } of events) process.kill(pid, signal);
  };
  const kill = async (question: string, answer: string) => {
    watch.press('K');
    await watch.waitFor(question);
    watch.press('y');
    await watch.waitFor(answer);
  };
  const pid = async () => (await rig.there.list())[0]?.pid ?? null;
  // Another one runs under the name.
  told('SIGSTOP');
  await rig.there.ok(['kill', 'one']);
  await rig.there.ok(['start', '-d', 'one']);
  const anew = await pid();
  await kill('Kill this session?', 'box/ultra:one has been started anew');
  expect(await pid()).toBe(anew);
  told('SIGCONT');
  // It has ended by itself, and how is still to be seen.
  await rig.here.waitUntil(() => {
    watch.press('x');
    return watch.text().includes('is not working');
  }, 'the new one to be shown');
  told('SIGSTOP');
  process.kill(anew ?? 0, 'SIGKILL');
  await rig.there.waitUntil(async () => (await pid()) === null, 'its end');
  await kill('Kill this session?', 'box/ultra:one has ended by now.');
  told('SIGCONT');
  await watch.waitFor(/✗ box\/ultra:one/);
  // Somebody has started it again.
  told('SIGSTOP');
  await rig.there.ok(['start', '-d', 'one']);
  await kill('Take it off the list?', 'box/ultra:one has been started anew');
  expect(await pid()).not.toBeNull();
  told('SIGCONT');
  await watch.waitFor(/● box\/ultra:one/);
  await kill('Kill this session?', 'Killed box/ultra:one.');
  watch.press('q');
  expect(await watch.waitForExit()).toBe(0);
});

test('one that ends before its events are followed there has ended here too', async () => {
  const rig = await createFarRig();
  await rig.there.ok(['start', '-d', 'one']);
  const pid = (await rig.there.list())[0]?.pid ?? 0;
  const following = () => rig.there.processes().filter(({ command }) => / events /.test(command));
  const watch = rig.here.open(['watch'], SIZE);
  // It is stopped as it begins: the list knows the session before that.
  await rig.here.waitUntil(() => following().length > 0, 'events there');
  const [events] = following();
  process.kill(events?.pid ?? 0, 'SIGSTOP');
  await watch.waitFor(/▌ . box\/ultra:one/);
  process.kill(pid, 'SIGKILL');
  const ended = async () => (await rig.there.list())[0]?.state !== 'running';
  await rig.there.waitUntil(ended, 'its end');
  process.kill(events?.pid ?? 0, 'SIGCONT');
  await watch.waitFor(/✗ box\/ultra:one/);
});

test('a line that is cut comes back, and what is missing meanwhile is said', async () => {
  const rig = await createFarRig();
  await rig.here.ok(['start', '-d', 'here']);
  await rig.there.ok(['start', '-d', 'one']);
  const watch = rig.here.open(['watch'], SIZE);
  await watch.waitFor('box/ultra:one');
  for (let round = 1; round <= 2; round++) {
    signalServed(rig, 'SIGKILL');
    await watch.waitFor('Trying box again: the line');
    expect(names(watch.text())).toEqual(['ultra:here']);
    await watch.waitFor('box/ultra:one');
    await watch.waitFor((text) => !text.includes('Trying box'));
  }
  watch.press('q');
  expect(await watch.waitForExit()).toBe(0);
  const ssh = () => rig.here.processes().filter(({ command }) => /^ssh|\/ssh /.test(command));
  await rig.here.waitUntil(() => ssh().length === 0, 'every ssh to end');
});

test('where ssh would have to ask, nothing is asked, and it is said what to run first', async () => {
  const rig = await createFarRig({ passphrase: 'a secret' });
  await rig.here.ok(['start', '-d', 'here']);
  const watch = rig.here.open(['watch'], SIZE);
  await watch.waitFor('ultra:here');
  await watch.waitFor(/box is left out: box does not let you in\. .*codex-sessions ls box\//);
  expect(watch.text()).not.toContain('passphrase for');
  watch.press('q');
  expect(await watch.waitForExit()).toBe(0);
  const again = rig.here.open(['watch'], SIZE);
  await again.waitFor(
    'box is left out: box does not let you in (to try again: codex-sessions ls box/)',
  );
  again.press('q');
  expect(await again.waitForExit()).toBe(0);
});

test('one that failed less than a minute ago is tried again when the minute is over', async () => {
  const rig = await createFarRig();
  await rig.here.ok(['start', '-d', 'here']);
  await rig.there.ok(['start', '-d', 'one']);
  const { port } = rig.sshd;
  rig.configure(hostAt('box', await silentPort()));
  expect((await rig.here.run(['ls'])).stderr).toContain('box is left out');
  rig.configure(hostAt('box', port));
  const directory = join(rig.here.stateDir, 'ssh');
  const file = readdirSync(directory).find((name) => name.endsWith('.failed')) ?? '';
  const { why } = JSON.parse(readFileSync(join(directory, file), 'utf8'));
  writeFileSync(join(directory, file), JSON.stringify({ at: Date.now() - 57_000, why }));
  const watch = rig.here.open(['watch'], SIZE);
  await watch.waitFor(
    'box is left out: box has not answered for 2 s (to try again: codex-sessions ls box/)',
  );
  expect(names(watch.text())).toEqual(['ultra:here']);
  await watch.waitFor('box/ultra:one');
  await watch.waitFor((text) => !text.includes('left out'));
  watch.press('q');
  expect(await watch.waitForExit()).toBe(0);
});
