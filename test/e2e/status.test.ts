/** Status of the real Codex as people meet it: a notice, the table, the prompt, the conversation. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createCodexRig } from '../support/rig/codex-rig.ts';

test('a directory that Codex does not trust: told, not typed into, and answered', async () => {
  const { rig } = await createCodexRig();
  const cwd = rig.project('fresh');
  // Codex asks only in what is a repository to git, too.
  execFileSync('git', ['init', '--quiet'], { cwd });
  await rig.ok(['start', '-d'], { cwd });
  const waited = await rig.run(['wait', 'main'], { cwd });
  expect(waited).toMatchObject({ exitCode: 6, stdout: 'fresh:main starting question\n' });
  expect(await rig.ok(['status', '--short'], { cwd })).toBe('1!\n');
  const sent = await rig.run(['run', 'main', 'hello'], { cwd });
  expect(sent.exitCode).toBe(6);
  expect(sent.stderr).toContain('asks something before it begins');
  const person = rig.open(['attach'], { cwd });
  await person.waitFor('Trust this folder?');
  person.press('enter');
  await rig.ok(['wait', 'main', '--until', 'idle'], { cwd });
  expect(await rig.ok(['status', '--short'], { cwd })).toBe('');
  expect(await rig.ok(['run', 'main', 'hello'], { cwd })).toBe('You said: hello\n');
});

test('an approval: told, found in the table, granted there; the log has all of it', async () => {
  const { rig, model } = await createCodexRig();
  const told = join(rig.root, 'told');
  rig.file(
    'home/.config/codex-sessions/config.toml',
    `notify = 'echo "$CODEX_SESSIONS_EVENT_TEXT" >> ${told}'\n`,
  );
  const file = join(rig.root, 'touched');
  model.on(/leave a mark/, { type: 'tool', cmd: `touch ${file}`, justification: 'it is wanted' });
  const watch = rig.open(['watch']);
  await watch.waitFor('as soon as one is started');
  await rig.ok(['start', '-d', 'other']);
  await rig.ok(['start', '-d', 'turn']);
  await watch.waitFor(/○ ultra:other +idle[\s\S]*○ ultra:turn +idle/);
  await rig.ok(['send', 'turn', 'leave a mark']);
  await watch.waitFor(/▌ ! ultra:turn +blocked permission/);
  await rig.waitUntil(
    () => existsSync(told) && readFileSync(told, 'utf8') === 'ultra:turn waits for permission\n',
    'the notice',
  );
  expect(await rig.ok(['status', '--short'])).toBe('1!\n');

  watch.press('enter');
  await watch.waitFor((text) => text.includes('it is wanted') && !text.includes('ultra:other'), {
    what: 'the question',
  });
  // Codex reports it some moments before the question takes keys.
  await rig.waitUntil(
    async () =>
      ((await rig.list()) as unknown as { name: string; asking?: boolean }[]).find(
        ({ name }) => name === 'turn',
      )?.asking,
    'the question to take keys',
  );
  watch.press('y');
  await watch.waitFor('The tool said');
  expect(existsSync(file)).toBe(true);
  // The answer is painted before the turn is over: what becomes done after a detach is not looked at.
  await rig.ok(['wait', 'turn']);
  watch.press('ctrl+\\');
  await watch.waitFor(/○ ultra:turn +idle[\s\S]*\[detached from ultra:turn\]/);
  expect(await rig.ok(['status', '--short'])).toBe('');
  expect(readFileSync(told, 'utf8').split('\n')).toHaveLength(2);
  watch.press('q');
  expect(await watch.waitForExit()).toBe(0);

  const answer = await rig.ok(['log', 'turn', '--last']);
  expect(answer).toContain('The tool said');
  await rig.ok(['kill', 'turn']);
  expect(await rig.ok(['log', 'turn', '--last'])).toBe(answer);
  const text = await rig.ok(['log', 'turn']);
  expect(text).toContain('› leave a mark');
  expect(text).toContain(`$ touch ${file}  (ok)`);
});
