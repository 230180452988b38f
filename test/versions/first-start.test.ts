/** Two first starts at once in a new CODEX_HOME: with 0.163 one of them ends, half of the time. */
import { mkdirSync, rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createCodexRig } from '../support/rig/codex-rig.ts';
import { codexOf } from './install.ts';

const ROUNDS = 6;

test('0.163: both come up', async () => {
  const { rig, home } = await createCodexRig({ env: { CODEX_SESSIONS_CODEX: codexOf('0.163.0') } });
  for (let round = 0; round < ROUNDS; round++) {
    await Promise.all(['one', 'two'].map((name) => rig.ok(['start', '-d', name])));
    const states = (await rig.list()).map(({ name, state }) => `${name} ${state}`);
    expect(states.sort(), `round ${round}`).toEqual(['one running', 'two running']);
    await rig.ok(['kill-all', '-y']);
    await rig.waitUntilEmpty();
    for (const name of ['one', 'two']) await rig.ok(['forget', name]);
    rmSync(home.path, { recursive: true, force: true, maxRetries: 5 });
    mkdirSync(home.path);
    home.trust(rig.projectDir);
  }
});
