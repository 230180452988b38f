/** A session of the real Codex is prompted, answered, interrupted and previewed from `watch` alone. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createCodexRig, startedUp } from '../support/rig/codex-rig.ts';

test('s sends a prompt, the preview shows the turn, a and y let it do what it asks, x stops it', async () => {
  const { rig, model } = await createCodexRig();
  const proof = join(rig.root, 'proof');
  model.on(/^make it/, { type: 'tool', cmd: `touch ${proof}`, justification: 'a proof is wanted' });
  model.on(/^slowly/, { type: 'message', text: 'word '.repeat(400), deltas: 400, delayMs: 100 });
  await rig.ok(['start', '-d']);
  await startedUp(rig);
  const watch = rig.open(['watch'], { cols: 120, rows: 40 });
  await watch.waitFor(/▌ ○ ultra:main +idle/);
  await watch.waitFor(/── ultra:main ─[\s\S]*gpt-5-codex/, { what: 'its screen in the preview' });
  watch.press('s');
  await watch.waitFor('A prompt for ultra:main');
  watch.paste('make it\nand say so', 'enter');
  await watch.waitFor('Sent to ultra:main.');
  await watch.waitFor(/! ultra:main +blocked \d+s .*touch /);
  await watch.waitFor('Would you like to run the following command?', {
    what: 'it in the preview',
  });
  watch.press('a');
  await watch.waitFor(
    (text) => text.includes(`$ touch ${proof}`) && text.includes('y p 3 answer'),
    { what: 'the question' },
  );
  expect(watch.text()).toContain('a proof is wanted');
  expect(existsSync(proof)).toBe(false);
  watch.press('y');
  await watch.waitFor('Answered ultra:main: Yes, proceed');
  await watch.waitFor(/✓ ultra:main +done/);
  expect(existsSync(proof)).toBe(true);

  watch.type('sslowly');
  watch.press('enter');
  await watch.waitFor(/● ultra:main +working[\s\S]*word word/);
  watch.press('x');
  await watch.waitFor('Interrupted ultra:main.');
  watch.press('q');
  expect(await watch.waitForExit()).toBe(0);
});
