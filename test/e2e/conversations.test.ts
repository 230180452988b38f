/** The conversation comes back: after a kill, a crash, a reboot, and never another's. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { codexBin } from '../support/rig/codex-home.ts';
import { converse, createCodexRig, READY } from '../support/rig/codex-rig.ts';
import {
  begun,
  conversationOf,
  named,
  sessions,
  whenStatus,
} from '../support/rig/conversations.ts';
import { MODEL_ENV } from '../support/rig/model.ts';
import { recordFiles } from '../support/rig/rig.ts';
import { loseSupervisor } from '../support/rig/successor.ts';

test('kill ends the process, start goes on with the conversation', async () => {
  const codex = await createCodexRig();
  const { rig, model } = codex;
  const before = await begun(codex, 'work', 'remember the first thing');
  await rig.ok(['kill', 'work']);
  expect(await sessions(codex)).toEqual([]);
  expect(await named(codex, 'work', '--all')).toMatchObject({
    state: 'exited',
    endedBy: 'killed',
    resumable: true,
    conversation: before.conversation,
  });

  const terminal = rig.open(['start', 'work']);
  await terminal.waitForRaw(/Resumed the conversation of ultra:work\./);
  await terminal.waitFor('You said: remember the first thing');
  await converse(terminal, 'and the second thing');
  expect((await model.request(/second thing/)).prompts).toEqual([
    'remember the first thing',
    'and the second thing',
  ]);
  expect((await named(codex, 'work')).conversation).toBe(before.conversation);
});

test('start goes back to directory and options, without the prompt', async () => {
  const codex = await createCodexRig();
  const { rig, model } = codex;
  const below = rig.project('below', 'p/ultra');
  codex.home.trust(below);
  rig.file('p/ultra/below/.git/none', '');
  const started = ['start', '-d', '-C', below, 'opts', '--', '-m', 'other-model', 'only once'];
  await rig.ok(started);
  await model.request(/only once/);
  const first = await whenStatus(codex, 'opts', /done/);
  await rig.ok(['kill', 'below:opts'], { cwd: rig.root });

  const again = await rig.run(['start', '-d', 'below:opts'], { cwd: rig.root });
  expect(again.stderr).toBe(
    'Resumed the conversation of below:opts.\nWith its options from last time: -m other-model\n',
  );
  expect(again.stdout).toBe(`${first.fullName}\n`);
  await whenStatus(codex, 'opts', /done|idle/);
  expect(await named(codex, 'opts')).toMatchObject({
    cwd: below,
    conversation: first.conversation,
  });
  await rig.ok(['send', 'below:opts', 'once more'], { cwd: rig.root });
  const asked = await model.request(/once more/);
  expect(asked.prompts).toEqual(['only once', 'once more']);
  expect(asked.body.model).toBe('other-model');
});

test('arguments of a start that resumes are given to it', async () => {
  const codex = await createCodexRig();
  const { rig, model } = codex;
  await begun(codex, 'args', 'without any');
  await rig.ok(['kill', 'args']);
  await rig.ok(['start', '-d', 'args', '--', '-m', 'new-model', 'and this prompt']);
  const asked = await model.request(/and this prompt/);
  expect(asked.prompts).toEqual(['without any', 'and this prompt']);
  expect(asked.body.model).toBe('new-model');
});

test('--new begins afresh and says the way back; --resume goes it', async () => {
  const codex = await createCodexRig();
  const { rig, model } = codex;
  const first = await begun(codex, 'work', 'the old matter');
  const live = await rig.run(['start', '-d', '--new', 'work']);
  expect(live.exitCode).toBe(2);
  await rig.ok(['kill', 'work']);

  const fresh = await rig.run(['start', '-d', '--new', 'work', '--', 'the new matter']);
  expect(fresh.stderr).toContain(`start --resume ${first.conversation} ultra:work`);
  expect((await model.request(/new matter/)).prompts).toEqual(['the new matter']);
  await whenStatus(codex, 'work', /done/);
  await rig.ok(['kill', 'work']);

  await rig.ok(['start', '-d', '--resume', `${first.conversation}`, 'work', '--', 'old again']);
  expect((await model.request(/old again/)).prompts).toEqual(['the old matter', 'old again']);
  expect((await named(codex, 'work')).conversation).toBe(first.conversation);

  const wrong = ['start', '-d', '--resume', '01a2027b-0000-7000-8000-000000000000', 'other'];
  expect(await rig.run(wrong)).toMatchObject({ exitCode: 3, stdout: '' });
});

test('a conversation without a turn, or archived: a new one, and why', async () => {
  const codex = await createCodexRig();
  const { rig } = codex;
  await rig.ok(['start', '-d', 'empty']);
  await whenStatus(codex, 'empty', /idle/);
  await conversationOf(codex, 'empty');
  await rig.ok(['kill', 'empty']);
  const again = await rig.run(['start', '-d', 'empty']);
  expect(again.exitCode).toBe(0);
  expect(again.stderr).toContain('its last one never had a turn.');

  const kept = await begun(codex, 'kept', 'to be archived');
  await rig.ok(['kill', 'kept']);
  const archive = rig.openProgram('codex', ['archive', `${kept.conversation}`]);
  expect(await archive.waitForExit()).toBe(0);
  const afresh = await rig.run(['start', '-d', 'kept']);
  expect(afresh.stderr).toContain('its last one was archived');
});

test('open elsewhere: says where, and goes on by --fork or --new', async () => {
  const codex = await createCodexRig();
  const { rig, model } = codex;
  const main = await begun(codex, 'main', 'shared matter');
  const inMain = await rig.run(['start', '-d', '--resume', `${main.conversation}`, 'second']);
  expect(inMain.exitCode).toBe(6);
  expect(inMain.stderr).toContain('open in the session ultra:main');
  expect(inMain.stderr).toContain('--fork');

  await rig.ok(['kill', 'main']);
  const outside = rig.openProgram('codex', ['--no-daemon', 'resume', `${main.conversation}`]);
  await outside.waitFor('You said: shared matter');
  const held = await rig.run(['start', '-d', 'main']);
  expect(held.exitCode).toBe(6);
  expect(held.stderr).toMatch(/open in process \d+/);

  const fork = ['start', '-d', '--fork', '--resume', `${main.conversation}`, 'second'];
  await rig.ok([...fork, '--', 'forked on']);
  expect((await model.request(/forked on/)).prompts).toEqual(['shared matter', 'forked on']);
  expect(await conversationOf(codex, 'second')).not.toBe(main.conversation);

  const asking = rig.open(['start', 'main']);
  await asking.waitFor(/wait until it is closed there/);
  asking.press('enter');
  await asking.waitFor(/Waiting until it is closed in process/);
  outside.signal('SIGTERM');
  await asking.waitForRaw(/Resumed the conversation of ultra:main\./);
  await asking.waitFor('You said: shared matter');
  expect(await conversationOf(codex, 'main')).toBe(main.conversation);
});

test('the switcher goes on with the conversation of what has ended', async () => {
  const codex = await createCodexRig();
  const { rig } = codex;
  await begun(codex, 'review', 'looked at before');
  await rig.ok(['kill', 'review']);
  const terminal = rig.open(['start']);
  await terminal.waitFor(READY);
  terminal.press('ctrl+^');
  await terminal.waitFor('enter attach', { what: 'the switcher' });
  terminal.type('review');
  await terminal.waitFor('start review');
  terminal.press('enter');
  await terminal.waitFor('You said: looked at before');
  terminal.press('ctrl+\\');
  expect(await terminal.waitForExit()).toBe(0);
  expect(terminal.history()).toContain('Resumed the conversation of ultra:review.');
});

test('/new inside a session, then a crash: the new one comes back, the earlier is reachable', async () => {
  const codex = await createCodexRig();
  const { rig, model } = codex;
  const terminal = rig.open(['start']);
  await converse(terminal, 'the earlier matter');
  const earlier = await whenStatus(codex, 'main', /done|idle/);
  terminal.type('/new');
  // In the composer; the list of commands shows it as soon as there is a slash.
  await terminal.waitFor(/› \/new\b/);
  terminal.press('enter');
  const later = await conversationOf(codex, 'main', earlier.conversation);
  await converse(terminal, 'the later matter');
  await whenStatus(codex, 'main', /done|idle/);
  rig.forgiveLeftovers();
  await loseSupervisor(rig);
  await terminal.waitForExit();

  const list = await rig.run(['ls']);
  expect(list.stdout).toMatch(/ultra:main +lost \d+[sm] ago, resumable/);
  expect(list.stderr).toBe('1 session was running; "codex-sessions restore" brings it back.\n');
  expect(await rig.ok(['restore'])).toBe('ultra:main  resumed\n');
  expect((await named(codex, 'main')).conversation).toBe(later);
  await rig.ok(['send', 'main', 'which one is this?']);
  expect((await model.request(/which one/)).prompts).toEqual([
    'the later matter',
    'which one is this?',
  ]);
  await whenStatus(codex, 'main', /done/);
  await rig.ok(['kill', 'main']);
  await rig.ok(['start', '-d', '--resume', `${earlier.conversation}`, 'main']);
  expect((await named(codex, 'main')).conversation).toBe(earlier.conversation);
});

test('six sessions in the same second in the same directory: each has its own', async () => {
  const codex = await createCodexRig();
  const { rig, model } = codex;
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  await Promise.all(names.map((n) => rig.ok(['start', '-d', n, '--', `said in session ${n}`])));
  for (const name of names) {
    const asked = await model.request(new RegExp(`said in session ${name}`));
    expect(await conversationOf(codex, name)).toBe(asked.threadId);
  }
});

test('a Codex that a tool starts inside a session never takes its conversation over', async () => {
  const codex = await createCodexRig();
  const { rig, model } = codex;
  // Codex hides what looks like a key from its tools.
  const key = Object.entries(MODEL_ENV).map(([name, value]) => `${name}=${value}`);
  const nestedCodex = [...key, process.execPath, codexBin, 'exec', '--skip-git-repo-check'];
  const cmd = `${nestedCodex.join(' ')} 'said in the nested one'`;
  model.on(/run another codex/, { type: 'tool', cmd });
  const gate = model.hold(/said in the nested one/);
  const options = ['-s', 'danger-full-access', '-a', 'never'];
  const own = await begun(codex, 'outer', 'first in the outer one', options);
  await rig.ok(['send', 'outer', 'run another codex']);
  const nested = await gate.arrived;
  expect(nested.threadId).not.toBe(own.conversation);
  const locks = readdirSync(join(codex.home.path, 'thread-writer-locks'));
  expect(locks).toContain(`${nested.threadId}.lock`);
  expect((await named(codex, 'outer')).conversation).toBe(own.conversation);
  rig.forgiveLeftovers();
  await loseSupervisor(rig);
  expect(await rig.ok(['restore'])).toBe('ultra:outer  resumed\n');
  expect((await named(codex, 'outer')).conversation).toBe(own.conversation);
  gate.release();
});

test('fork, rename, restart, forget', async () => {
  const codex = await createCodexRig();
  const { rig, model } = codex;
  const main = await begun(codex, 'main', 'the common past');
  await rig.ok(['fork', '-d', 'main', 'other', '--', 'another way']);
  expect((await model.request(/another way/)).prompts).toEqual(['the common past', 'another way']);
  const other = await whenStatus(codex, 'other', /done/);
  expect(other.conversation).not.toBe(main.conversation);

  const attached = rig.open(['attach', 'main']);
  await attached.waitFor('You said: the common past');
  expect((await rig.run(['rename', 'main', 'other'])).exitCode).toBe(2);
  await rig.ok(['rename', 'main', 'trunk']);
  expect(await named(codex, 'trunk')).toMatchObject({ pid: main.pid, clients: 1 });
  await attached.waitFor((_, { title }) => title.endsWith('trunk — ultra'), { what: 'its title' });
  expect(
    recordFiles(rig)
      .map((file) => file.split(':')[2])
      .sort(),
  ).toEqual(['other', 'trunk']);
  await attached.waitFor(READY);

  await rig.ok(['restart', 'trunk']);
  expect(await attached.waitForExit()).toBe(0);
  const again = await named(codex, 'trunk');
  expect(again.conversation).toBe(main.conversation);
  expect(again.pid).not.toBe(main.pid);

  expect((await rig.run(['forget', 'trunk'])).exitCode).toBe(2);
  await rig.ok(['kill', 'trunk']);
  await rig.ok(['rename', 'trunk', 'root']);
  expect((await named(codex, 'root', '--all')).conversation).toBe(main.conversation);
  await rig.ok(['forget', 'root']);
  expect((await sessions(codex, '--all')).map(({ name }) => name)).toEqual(['other']);
});

test('what a later version has recorded is left alone, and said', async () => {
  const codex = await createCodexRig();
  const { rig } = codex;
  await rig.ok(['start', '-d', 'future']);
  await whenStatus(codex, 'future', /idle/);
  await rig.ok(['kill', 'future']);
  const path = join(rig.stateDir, 'sessions', recordFiles(rig)[0] ?? '');
  const later = readFileSync(path, 'utf8').replace('"version": 1', '"version": 2');
  writeFileSync(path, later);
  expect((await rig.run(['ls'])).stderr).toContain(`left alone: ${path}`);
  const refused = await rig.run(['start', '-d', 'future']);
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain('later version');
  expect(readFileSync(path, 'utf8')).toBe(later);
});
