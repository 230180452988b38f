/** Which keys submit, by the files that Codex reads; each case was tried with Codex 0.171. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { submitKeys } from '../../../src/codex/submit-keys.ts';

const submit = (keys: string, context = 'composer') =>
  `[tui.keymap.${context}]\nsubmit = ${keys}\n`;

function places() {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'cs-keys-')));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const file = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  file('project/.git/HEAD', '');
  file('project/a/b/file', '');
  const trust = (path: string) => `[projects."${join(root, path)}"]\ntrust_level = "trusted"\n`;
  const keys = (args: readonly string[] = [], cwd = 'project/a/b') =>
    submitKeys({ codexHome: join(root, 'home'), cwd: join(root, cwd), args });
  return { root, file, trust, keys };
}

test('Enter, unless something else is said', async () => {
  const { file, keys } = places();
  expect(await keys()).toEqual(['enter']);
  file('home/config.toml', 'model = "x"\n[tui.keymap.editor]\nmove_left = "left"\n');
  expect(await keys()).toEqual(['enter']);
  file('home/config.toml', 'this is not TOML, and has a keymap');
  expect(await keys()).toEqual(['enter']);
});

test('a key, several, or none; for the composer, or everywhere', async () => {
  const { file, keys } = places();
  const user = (text: string) => file('home/config.toml', text);
  user(submit('"ctrl-enter"'));
  expect(await keys()).toEqual(['ctrl-enter']);
  user(submit('["f5", "f6"]'));
  expect(await keys()).toEqual(['f5', 'f6']);
  user(submit('[]'));
  expect(await keys()).toEqual([]);
  user(submit('"f7"', 'global'));
  expect(await keys()).toEqual(['f7']);
  user(submit('"f7"', 'global') + submit('"f8"'));
  expect(await keys()).toEqual(['f8']);
});

test('options of the command line, the project’s files, the profile, the user’s file', async () => {
  const { file, trust, keys } = places();
  file('home/config.toml', submit('"f1"') + trust('project'));
  file('home/work.config.toml', submit('"f2"'));
  expect(await keys(['-p', 'work'])).toEqual(['f2']);
  expect(await keys(['--profile=work', 'a prompt'])).toEqual(['f2']);
  expect(await keys(['--profile', '../home/work'])).toEqual(['f1']);
  file('project/.codex/config.toml', submit('"f3"'));
  expect(await keys(['-p', 'work'])).toEqual(['f3']);
  file('project/a/.codex/config.toml', submit('"f4"'));
  expect(await keys()).toEqual(['f4']);
  expect(await keys([], 'project')).toEqual(['f3']);
  for (const value of ['["f5"]', 'f5', '"f5"'])
    expect(await keys(['-c', `tui.keymap.composer.submit=${value}`])).toEqual(['f5']);
  expect(await keys(['-c', 'tui.keymap.composer={submit=["f6"]}', '-c', 'model=x'])).toEqual([
    'f6',
  ]);
});

test('a project that is not trusted says nothing; a linked worktree is as trusted as the main one', async () => {
  const { root, file, trust, keys } = places();
  file('project/.codex/config.toml', submit('"f3"'));
  expect(await keys()).toEqual(['enter']);
  file('home/config.toml', trust('project'));
  expect(await keys()).toEqual(['f3']);
  file('linked/.git', `gitdir: ${root}/project/.git/worktrees/linked\n`);
  file('linked/.codex/config.toml', submit('"f4"'));
  expect(await keys([], 'linked')).toEqual(['f4']);
});
