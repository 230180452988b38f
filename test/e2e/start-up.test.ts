/** A start with what the real Codex refuses: an option, a setting. */
import { expect, test } from 'vitest';
import { createCodexRig } from '../support/rig/codex-rig.ts';

test('what Codex refuses is an error of the start, and not used again', async () => {
  const { rig } = await createCodexRig();
  const option = await rig.run(['start', '-d', 'bad', '--', '--foo']);
  expect(option).toMatchObject({ exitCode: 1, stdout: '' });
  expect(option.stderr).toContain('ultra:bad ended at once (2)');
  expect(option.stderr).toContain("error: unexpected argument '--foo' found");
  // This one is found only after Codex has set up its terminal.
  const setting = await rig.run(['run', 'bad', 'hello', '--', '-c', 'model_provider="nope"']);
  expect(setting).toMatchObject({ exitCode: 1, stdout: '' });
  expect(setting.stderr).toContain('ultra:bad ended at once (1)');
  expect(setting.stderr).toContain('Model provider `nope` not found');
  const { stdout } = await rig.run(['ls']);
  expect(stdout).toContain('Model provider `nope` not found');

  expect(await rig.run(['start', '-d', 'bad', '--new'])).toMatchObject({ exitCode: 0, stderr: '' });
  const shown = await rig.waitUntil(async () => {
    const screen = await rig.ok(['peek', 'bad']);
    return screen.includes('gpt-5-codex') && screen;
  }, "Codex's prompt");
  expect(shown).not.toContain('error');
});
