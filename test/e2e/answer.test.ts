/** Questions of the real Codex are read and answered by `answer` alone. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Question } from '../../src/protocol/question.ts';
import { type CodexRig, createCodexRig } from '../support/rig/codex-rig.ts';
import type { Answer } from '../support/rig/model.ts';
import type { Rig } from '../support/rig/rig.ts';

/** Asks this of the user, in a session that has started. */
async function asking({ rig, model }: CodexRig, answer: Answer, prompt = 'do it'): Promise<void> {
  model.on(new RegExp(`^${prompt}`), answer);
  const asked = await rig.run(['run', 'one', prompt]);
  expect(asked.exitCode, asked.stderr).toBe(6);
}

async function read(rig: Rig): Promise<Question> {
  return JSON.parse(await rig.ok(['answer', 'one', '--json'])) as Question;
}

function touch(path: string): Answer {
  return { type: 'tool', cmd: `touch ${path}`, justification: 'a mark is wanted' };
}

test('two commands in a row, each for itself', async () => {
  const codex = await createCodexRig();
  const { rig } = codex;
  const [first, second] = ['first', 'second'].map((name) => join(rig.root, name)) as [
    string,
    string,
  ];
  const escalated = { sandbox_permissions: 'require_escalated', justification: 'it is wanted' };
  const call = (path: string) => ({
    name: 'exec_command',
    arguments: { cmd: `touch ${path}`, ...escalated },
  });
  await asking(codex, { type: 'calls', calls: [call(first), call(second)] });
  const one = await read(rig);
  expect(one).toMatchObject({ kind: 'command', reason: 'it is wanted' });
  const other = one.command === `touch ${first}` ? second : first;
  const before = one.command === `touch ${first}` ? first : second;
  expect(await rig.ok(['ls', '--json'])).toContain(`"question": "touch ${before}"`);
  await rig.ok(['answer', 'one', 'y', '--for', one.fingerprint]);
  expect(existsSync(other)).toBe(false);
  const two = await read(rig);
  expect(two.command).toBe(`touch ${other}`);
  // The first one is over.
  const late = await rig.run(['answer', 'one', 'y', '--for', one.fingerprint]);
  expect(late.exitCode).toBe(6);
  await rig.ok(['answer', 'one', '1']);
  expect(await rig.ok(['wait', 'one'])).toBe('ultra:one done\n');
  expect([existsSync(first), existsSync(second)]).toEqual([true, true]);
  expect((await rig.run(['answer', 'one'])).exitCode).toBe(6);
});

test('a no, and an answer for commands to come', async () => {
  const codex = await createCodexRig();
  const { rig } = codex;
  const file = join(rig.root, 'touched');
  await asking(codex, touch(file));
  await rig.ok(['answer', 'one', 'esc']);
  await rig.run(['wait', 'one']);
  expect(existsSync(file)).toBe(false);

  await asking(codex, touch(file), 'once more');
  expect((await read(rig)).choices.map(({ key }) => key)).toEqual(['y', 'p', 'esc']);
  await rig.ok(['answer', 'one', '2']);
  await rig.ok(['wait', 'one']);
  expect(existsSync(file)).toBe(true);
  // Not asked again.
  codex.model.on(/^and again/, touch(file));
  await rig.ok(['run', 'one', 'and again']);
});

test('a patch', async () => {
  const codex = await createCodexRig();
  const { rig } = codex;
  const patch = '*** Begin Patch\n*** Add File: new.txt\n+hello\n*** End Patch';
  await asking(codex, { type: 'tool', cmd: `apply_patch <<'EOF'\n${patch}\nEOF` });
  expect(await read(rig)).toMatchObject({ kind: 'patch', command: null });
  await rig.ok(['answer', 'one', 'y']);
  await rig.ok(['wait', 'one']);
  expect(readFileSync(join(rig.projectDir, 'new.txt'), 'utf8')).toBe('hello\n');
});

test.each([
  [1, 'Red'],
  [2, 'Green'],
])('a question of the model is answered by its number: %i', async (number, label) => {
  const codex = await createCodexRig({
    extraConfig: '[features]\ndefault_mode_request_user_input = true\n',
  });
  const { rig, model } = codex;
  const options = ['Red', 'Green'].map((label) => ({ label, description: 'It is one.' }));
  const questions = [{ id: 'colour', header: 'colour', question: 'Which colour?', options }];
  await asking(codex, {
    type: 'calls',
    calls: [{ name: 'request_user_input', arguments: { questions } }],
  });
  const asked = await read(rig);
  expect(asked).toMatchObject({ kind: 'question', title: 'Which colour?' });
  expect(asked.choices.map(({ key }) => key)).toEqual([null, null, null]);
  await rig.ok(['answer', 'one', String(number)]);
  await rig.ok(['wait', 'one']);
  expect(model.requests.at(-1)?.toolOutput ?? model.requests.at(-2)?.toolOutput).toContain(label);
});

test('whether to trust the directory', async () => {
  const { rig, home } = await createCodexRig();
  const cwd = rig.project('untrusted');
  // Codex asks only in what is a repository to git, too.
  execFileSync('git', ['init', '--quiet'], { cwd });
  await rig.ok(['start', '-d', 'one'], { cwd });
  expect((await rig.run(['wait', 'one'], { cwd })).stdout).toContain('starting question');
  const asked = await rig.run(['answer', 'untrusted:one']);
  expect(asked.stdout).toContain('Trust this folder?');
  const taken = await rig.run(['answer', 'untrusted:one', '1']);
  expect(taken, taken.stderr).toMatchObject({ exitCode: 0 });
  await rig.ok(['wait', 'untrusted:one']);
  expect(readFileSync(join(home.path, 'config.toml'), 'utf8')).toContain(cwd);
});
