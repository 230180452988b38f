/** A script's turns go on when the supervisor dies, each prompt arrives once, and each answer is right. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { TAKEN_LIMIT_MS } from '../../src/client/scripting/turn-wait.ts';
import { Background } from '../support/rig/background.ts';
import { type CodexRig, createCodexRig } from '../support/rig/codex-rig.ts';
import { guarded, killNow, MANY_DEATHS, succeeded } from '../support/rig/successor.ts';

/** The prompts in Codex's own record, in order. */
async function prompts({ rig }: CodexRig, name: string): Promise<string[]> {
  const items = JSON.parse(await rig.ok(['log', name, '--json'])) as {
    type: string;
    text: string;
  }[];
  return items.flatMap(({ type, text }) => (type === 'prompt' ? [text.trim()] : []));
}

test.each(['run', 'send --wait'])('%s, killed at ten points in time', async (command) => {
  const codex = await createCodexRig({ env: MANY_DEATHS });
  const { rig } = codex;
  await rig.ok(['run', 'one', 'prompt 0']);
  const sent = ['prompt 0'];
  for (let point = 1; point <= 10; point++) {
    await guarded(rig);
    const prompt = `prompt ${point}`;
    const [word = '', ...options] = command.split(' ');
    const running = new Background(rig, [word, 'one', ...options, prompt]);
    await pause(100 + 60 * point);
    const dead = killNow(rig);
    const code = await running.exited;
    // The only other way is to say that nobody knows.
    expect([0, 8], `${prompt}: ${running.stderr}`).toContain(code);
    if (code === 0) {
      expect(running.lines()).toEqual([`You said: ${prompt}`]);
      sent.push(prompt);
    }
    await succeeded(rig, dead);
  }
  const recorded = await prompts(codex, 'one');
  expect(recorded).toEqual([...new Set(recorded)]);
  expect(recorded.filter((text) => sent.includes(text))).toEqual(sent);
});

test('a turn that outlasts two deaths, without a title that tells of it', async () => {
  const codex = await createCodexRig({ env: MANY_DEATHS });
  const { rig, model } = codex;
  rig.file('home/.config/codex-sessions/config.toml', '[codex]\ntitle = false\n');
  await rig.ok(['run', 'one', 'first']);
  const gate = model.hold(/takes long/);
  const running = new Background(rig, ['run', 'one', 'this takes long']);
  await gate.arrived;
  await rig.ok(['wait', 'one', '--until', 'working']);
  const waiting = new Background(rig, ['wait', 'one', '--until', 'idle']);
  for (let death = 1; death <= 2; death++) {
    await guarded(rig);
    await succeeded(rig, killNow(rig));
  }
  // Longer than a turn that the record does not have is waited for.
  await pause(TAKEN_LIMIT_MS + 1_000);
  expect([...running.lines(), ...waiting.lines()]).toEqual([]);
  gate.release();
  expect(await running.exited, running.stderr).toBe(0);
  expect(running.lines()).toEqual(['You said: this takes long']);
  expect(await waiting.exited, waiting.stderr).toBe(0);
  expect(await prompts(codex, 'one')).toEqual(['first', 'this takes long']);
});
