/** The questions before a conversation on the real Codex of several versions: all of them are silent. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createCodexRig } from '../support/rig/codex-rig.ts';
import { codexOf, OLDER, PINNED } from './install.ts';

test.each([...OLDER, PINNED])('%s: trust is asked for, and given', async (version) => {
  const { rig } = await createCodexRig({ env: { CODEX_SESSIONS_CODEX: codexOf(version) } });
  const cwd = rig.project('fresh');
  execFileSync('git', ['init', '--quiet'], { cwd });
  await rig.ok(['start', '-d'], { cwd });
  const waited = await rig.run(['wait', 'main'], { cwd });
  expect(waited).toMatchObject({ exitCode: 6, stdout: 'fresh:main starting question\n' });
  expect(await rig.ok(['peek', 'main'], { cwd })).toMatch(/[Tt]rust/);
  await rig.ok(['send', 'main', '--key', 'enter'], { cwd });
  await rig.ok(['wait', 'main', '--until', 'idle'], { cwd });
  expect(await rig.ok(['status', '--short'], { cwd })).toBe('');
});

test.each([...OLDER, PINNED])('%s: nobody is logged in', async (version) => {
  const { rig, home } = await createCodexRig({ env: { CODEX_SESSIONS_CODEX: codexOf(version) } });
  const config = join(home.path, 'config.toml');
  writeFileSync(config, readFileSync(config, 'utf8').replace(/^model_provider.*$/m, ''));
  await rig.ok(['start', '-d']);
  expect((await rig.run(['wait', 'main'])).stdout).toBe('ultra:main starting question\n');
  expect(await rig.ok(['peek', 'main'])).toContain('Sign in');
});
