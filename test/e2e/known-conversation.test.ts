/** Which conversation a session has: beside a side, without a title, and compressed by Codex. */
import { readdirSync, readFileSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type CodexRig, converse, createCodexRig } from '../support/rig/codex-rig.ts';
import { begun, conversationOf, named, whenStatus } from '../support/rig/conversations.ts';
import { loseSupervisor } from '../support/rig/successor.ts';

/** Paths of Codex's records. */
function records({ home }: CodexRig): string[] {
  const directory = join(home.path, 'sessions');
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.includes('rollout-')).map((name) => join(directory, name));
}

test('/side: send and log mean the side; what brings back, the conversation itself', async () => {
  const codex = await createCodexRig();
  const { rig, model } = codex;
  const terminal = rig.open(['start']);
  await converse(terminal, 'the main matter');
  const { conversation: main } = await whenStatus(codex, 'main', /done|idle/);
  terminal.paste('/side what is this');
  await terminal.waitFor(/› \/side what/);
  terminal.press('enter');
  await terminal.waitFor('You said: what is this');
  const side = await conversationOf(codex, 'main', main);
  expect(await rig.ok(['send', '--wait', 'main', 'a follow-up'])).toContain('a follow-up');
  expect(await rig.ok(['log', 'main'])).toContain('› a follow-up');

  rig.forgiveLeftovers();
  await loseSupervisor(rig);
  await terminal.waitForExit();
  expect(await rig.ok(['restore'])).toBe('ultra:main  resumed\n');
  expect((await named(codex, 'main')).conversation).toBe(main);
  await rig.ok(['send', '--wait', 'main', 'on with it']);
  expect((await model.request(/on with it/)).prompts).toEqual(['the main matter', 'on with it']);
  await rig.ok(['kill', 'main', '-y']);
  await rig.ok(['start', '-d', '--resume', side, 'main']);
  expect((await named(codex, 'main')).conversation).toBe(side);
  await rig.ok(['kill', 'main', '-y']);
  const again = await rig.run(['start', '-d']);
  expect(again.stderr).toBe(
    `Resumed the conversation of ultra:main. The side: codex-sessions start --resume ${side} ultra:main\n`,
  );
});

test('without a title of ours the lock tells the conversation: run, kill, start', async () => {
  const codex = await createCodexRig();
  const { rig, model } = codex;
  rig.file('home/.config/codex-sessions/config.toml', '[codex]\ntitle = false\n');
  expect(await rig.ok(['run', 'plain', 'the first thing'])).toBe('You said: the first thing\n');
  const { conversation } = await named(codex, 'plain');
  expect(conversation).toBe((await model.request(/first thing/)).threadId);
  await rig.ok(['kill', 'plain', '-y']);
  const again = await rig.run(['start', '-d', 'plain']);
  expect(again.stderr).toBe('Resumed the conversation of ultra:plain.\n');
  await rig.ok(['send', '--wait', 'plain', 'the second thing']);
  expect((await model.request(/second thing/)).prompts).toEqual([
    'the first thing',
    'the second thing',
  ]);

  await rig.ok(['send', '--no-submit', 'plain', '/new']);
  await rig.ok(['send', '--key', 'enter', 'plain']);
  const later = await conversationOf(codex, 'plain', conversation);
  await rig.ok(['send', '--wait', 'plain', 'another matter']);
  expect((await model.request(/another matter/)).threadId).toBe(later);
  expect((await named(codex, 'plain')).conversation).toBe(later);
});

test('a record that Codex has compressed: ls, log and start go on with it', async () => {
  const compression = '[features]\nlocal_thread_store_compression = true\n';
  const codex = await createCodexRig({ extraConfig: compression });
  const { rig, home, model } = codex;
  const other = codex.project('other');
  await begun(codex, 'cold', 'the cold matter', ['-C', other]);
  const before = await named(codex, 'cold');
  await rig.ok(['kill', 'cold', '-y']);
  const [record = ''] = records(codex);
  const old = new Date(Date.now() - 100 * 86_400_000);
  utimesSync(record, old, old);
  rmSync(join(home.path, '.tmp', 'rollout-compression.lock'), { force: true });
  await begun(codex, 'warm', 'to make Codex run');
  const compressed = () => records(codex).find((path) => path.endsWith('.zst'));
  await rig.waitUntil(() => compressed() !== undefined, 'Codex to compress the record');

  expect(await named(codex, 'cold', '--all')).toMatchObject({ resumable: true });
  expect(await rig.ok(['log', 'cold'])).toContain('› the cold matter');
  const again = await rig.run(['start', '-d', 'cold']);
  expect(again.stderr).toBe(`Resumed the conversation of ultra:cold in ${other}.\n`);
  await rig.ok(['send', '--wait', 'cold', 'warm again']);
  expect((await model.request(/warm again/)).prompts).toEqual(['the cold matter', 'warm again']);
  expect((await named(codex, 'cold')).conversation).toBe(before.conversation);
});

test('a conversation without a record that we find: Codex is asked, and its id stays', async () => {
  const codex = await createCodexRig();
  const { rig, home } = codex;
  const kept = await begun(codex, 'kept', 'stored otherwise');
  await rig.ok(['kill', 'kept', '-y']);
  const [record = ''] = records(codex);
  renameSync(record, join(home.path, 'put away'));
  expect(await named(codex, 'kept', '--all')).toMatchObject({ resumable: null });
  for (const args of [
    ['start', '-d', 'kept'],
    ['restart', 'kept'],
  ]) {
    const failed = await rig.run(args);
    expect(failed).toMatchObject({ exitCode: 1, stdout: '' });
    expect(failed.stderr).toContain(`Codex did not open the conversation ${kept.conversation}`);
    expect(failed.stderr).toContain('codex-sessions start --new ultra:kept');
    expect(await named(codex, 'kept', '--all')).toMatchObject({ conversation: kept.conversation });
  }
  const terminal = rig.open(['start', 'kept']);
  expect(await terminal.waitForExit()).toBe(1);
  expect(terminal.history()).toContain('codex-sessions start --new ultra:kept');

  renameSync(join(home.path, 'put away'), record);
  const found = await rig.run(['start', '-d', 'kept']);
  expect(found.stderr).toBe('Resumed the conversation of ultra:kept.\n');
  expect(readFileSync(record, 'utf8')).toContain('stored otherwise');
});

test('a hint names only what can be resumed, and the list has what it names', async () => {
  const codex = await createCodexRig();
  const { rig } = codex;
  await rig.ok(['start', '-d', 'main']);
  await whenStatus(codex, 'main', /idle/);
  const empty = await conversationOf(codex, 'main');
  await rig.ok(['kill', 'main', '-y']);
  expect((await rig.run(['start', '-d', '--new'])).stderr).toBe(
    'ultra:main begins a new conversation.\n',
  );
  await whenStatus(codex, 'main', /idle/);
  await rig.ok(['send', '--wait', 'main', 'said at last']);
  const { conversation: said } = await named(codex, 'main');
  await rig.ok(['kill', 'main', '-y']);
  const hint = await rig.run(['start', '-d', '--new']);
  expect(hint.stderr).toContain(`codex-sessions start --resume ${said} ultra:main`);
  await whenStatus(codex, 'main', /idle/);
  await conversationOf(codex, 'main', said);
  const list = JSON.parse(await rig.ok(['log', '--list', '--json'])) as { id: string }[];
  expect(list.slice(1)).toMatchObject([{ id: said, prompt: 'said at last', resumable: true }]);
  expect(list.map(({ id }) => id)).not.toContain(empty);
  await rig.ok(['kill', 'main', '-y']);
  await rig.ok(['start', '-d', '--resume', `${said}`, 'main']);
  expect((await named(codex, 'main')).conversation).toBe(said);
});
