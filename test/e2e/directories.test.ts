/** A conversation comes back in the directory where it was, or not without a word. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type CodexRig, converse, createCodexRig } from '../support/rig/codex-rig.ts';
import { begun, conversationOf, named, whenStatus } from '../support/rig/conversations.ts';
import { loseSupervisor } from '../support/rig/successor.ts';

/** The directory that Codex has told the model of last. */
async function toldDirectory({ model }: CodexRig, prompt: RegExp): Promise<string | undefined> {
  const { body } = await model.request(prompt);
  return [...JSON.stringify(body).matchAll(/<cwd>(.*?)<\/cwd>/g)].at(-1)?.[1];
}

/** Until the list tells this directory. */
const listed = (codex: CodexRig, name: string, cwd: (path: string) => boolean) =>
  codex.rig.waitUntil(async () => {
    const session = await named(codex, name, '--all');
    return cwd(session.cwd) && session;
  }, `the directory of ${name}`);

function makeRepository(path: string): void {
  rmSync(join(path, '.git'), { recursive: true });
  const git = (...args: string[]) => execFileSync('git', args, { cwd: path });
  git('init', '-q');
  git('-c', 'user.email=a@b', '-c', 'user.name=a', 'commit', '-q', '--allow-empty', '-m', 'one');
}

async function inWorktree(codex: CodexRig, name: string): Promise<string> {
  makeRepository(codex.rig.projectDir);
  await begun(codex, name, 'work apart', ['--worktree']);
  const worktrees = join(realpathSync(codex.home.path), 'worktrees');
  const session = await listed(codex, name, (path) => path.startsWith(`${worktrees}/`));
  return session.cwd;
}

test('--worktree: start goes on in the worktree, and says so; a worktree that is gone is said', async () => {
  const codex = await createCodexRig();
  const { rig } = codex;
  const worktree = await inWorktree(codex, 'wt');
  await rig.ok(['kill', 'wt', '-y']);
  expect((await named(codex, 'wt', '--all')).cwd).toBe(worktree);

  const again = await rig.run(['start', '-d', 'wt']);
  expect(again.stderr).toBe(`Resumed the conversation of ultra:wt in ${worktree}.\n`);
  await rig.ok(['send', '--wait', 'wt', 'go on there']);
  expect(await toldDirectory(codex, /go on there/)).toBe(worktree);
  expect((await named(codex, 'wt')).cwd).toBe(worktree);

  await rig.ok(['restart', 'wt']);
  expect((await named(codex, 'wt')).cwd).toBe(worktree);
  await rig.ok(['fork', '-d', 'wt', 'branch', '--', 'another way']);
  expect(await toldDirectory(codex, /another way/)).toBe(worktree);
  await whenStatus(codex, 'branch', /done/);
  await rig.ok(['kill', 'wt', 'branch', '-y']);

  // A directory given now wins.
  const here = await rig.run(['start', '-d', '-C', rig.projectDir, 'branch']);
  expect(here.stderr).toBe('Resumed the conversation of ultra:branch.\n');
  await rig.ok(['send', '--wait', 'branch', 'now here']);
  expect(await toldDirectory(codex, /now here/)).toBe(rig.projectDir);
  await rig.ok(['kill', 'branch', '-y']);

  rmSync(worktree, { recursive: true });
  const gone = await rig.run(['start', '-d', 'wt']);
  expect(gone).toMatchObject({ exitCode: 1, stdout: '' });
  expect(gone.stderr).toContain(`ultra:wt was last in ${worktree}, which is gone`);
  const { conversation, fullName } = await named(codex, 'wt', '--all');
  expect(gone.stderr).toContain(`codex-sessions start -C DIR ${fullName}\n`);
  const fork = await rig.run(['fork', '-d', 'wt', 'copy']);
  expect(fork.stderr).toBe(gone.stderr);
  // Elsewhere, too, where the short name would be another session's.
  const other = codex.project('other');
  await rig.ok(['start', '-d', '-C', other, fullName]);
  expect(await named(codex, 'wt')).toMatchObject({ conversation, cwd: other });
  const runs = await rig.run(['start', '-d', '-C', rig.root, fullName]);
  expect(runs.stderr).toBe(`ultra:wt runs already, in ${other}: -C is for one that is started.\n`);
  await rig.ok(['kill', 'wt', '-y']);
  await rig.ok(['start', '-d', '-C', rig.projectDir, 'wt']);
  expect((await named(codex, 'wt')).conversation).toBe(conversation);
  // Nothing was said since: it stays where it was told to go on.
  await rig.ok(['restart', 'wt']);
  expect((await named(codex, 'wt')).cwd).toBe(rig.projectDir);
});

test('restore brings each back where it was, and goes on past one whose directory is gone', async () => {
  const codex = await createCodexRig();
  const { rig } = codex;
  const worktree = await inWorktree(codex, 'wt');
  const other = codex.project('other');
  await rig.ok(['start', '-d', '-C', other, 'gone', '--', 'said elsewhere']);
  await codex.model.request(/said elsewhere/);
  await whenStatus(codex, 'gone', /done/);
  rig.forgiveLeftovers();
  await loseSupervisor(rig);
  renameSync(other, join(rig.root, 'moved'));
  const restored = await rig.run(['restore']);
  expect(restored.stdout).toBe('ultra:wt  resumed\n');
  expect(restored.exitCode).toBe(1);
  expect(restored.stderr).toContain(
    `other:gone  not restored: was last in ${other}, which is gone`,
  );
  await rig.ok(['send', '--wait', 'wt', 'and now']);
  expect(await toldDirectory(codex, /and now/)).toBe(worktree);
});

test('/cd: the session is in the other directory, with its conversation', async () => {
  const codex = await createCodexRig();
  const { rig, model } = codex;
  const other = codex.project('other');
  const terminal = rig.open(['start']);
  await converse(terminal, 'first in one');
  await whenStatus(codex, 'main', /done|idle/);
  const before = await conversationOf(codex, 'main');
  terminal.paste(`/cd ${other}`);
  await terminal.waitFor(`/cd ${other}`);
  terminal.press('enter');
  await terminal.waitFor(`directory changed to: ${other}`);
  const now = await conversationOf(codex, 'main', before);
  await listed(codex, 'main', (path) => path === other);
  await rig.ok(['kill', 'main', '-y']);
  const again = await rig.run(['start', '-d']);
  expect(again.stderr).toBe(`Resumed the conversation of ultra:main in ${other}.\n`);
  await rig.ok(['send', '--wait', 'main', 'then in the other']);
  expect((await model.request(/then in the other/)).prompts).toContain('first in one');
  expect(await toldDirectory(codex, /then in the other/)).toBe(other);
  expect((await named(codex, 'main')).conversation).toBe(now);
});

test('a session that began in a worktree and never had a turn begins in one again', async () => {
  const codex = await createCodexRig();
  const { rig, home } = codex;
  makeRepository(rig.projectDir);
  await rig.ok(['start', '-d', 'wt', '--', '--worktree']);
  await whenStatus(codex, 'wt', /idle/);
  await conversationOf(codex, 'wt');
  await rig.ok(['kill', 'wt', '-y']);
  const again = await rig.run(['start', '-d', 'wt']);
  expect(again.stderr).toContain('its last one never had a turn');
  await whenStatus(codex, 'wt', /idle/);
  await rig.ok(['send', '--wait', 'wt', 'work apart']);
  const told = await toldDirectory(codex, /work apart/);
  expect(told?.startsWith(join(realpathSync(home.path), 'worktrees'))).toBe(true);
});

test('-C for Codex among the arguments wins, and holds once the conversation is there', async () => {
  const codex = await createCodexRig();
  const { rig } = codex;
  const below = join(rig.projectDir, 'below');
  mkdirSync(below);
  codex.home.trust(below);
  await begun(codex, 'sub', 'said below', ['-C', 'below']);
  await listed(codex, 'sub', (path) => path === below);
  await rig.ok(['kill', 'sub', '-y']);
  await rig.ok(['start', '-d', 'sub']);
  await rig.ok(['send', '--wait', 'sub', 'still below']);
  expect(await toldDirectory(codex, /still below/)).toBe(below);
  await rig.ok(['kill', 'sub', '-y']);
  await rig.ok(['start', '-d', 'sub', '--', '-C', rig.projectDir, 'now above']);
  expect(await toldDirectory(codex, /now above/)).toBe(rig.projectDir);
});
