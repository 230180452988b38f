/**
 * Emoji and other clusters whose width terminals disagree on: the command as it is, and each kind of
 * terminal shows after reattaching what it has shown before.
 */
import { expect, onTestFinished, test } from 'vitest';
import { createCodexRig, startedUp } from '../support/rig/codex-rig.ts';
import { createRig } from '../support/rig/rig.ts';
import { JUDGES, shownIn } from '../support/screen/judges.ts';
import type { Terminal } from '../support/terminal/terminal.ts';

const CLUSTERS = ['⚠️', '✔️', '1️⃣', '👍🏽', '👨‍👩‍👧‍👦', '👩🏽‍❤️‍💋‍👨🏿', '🇩🇪', '漢', 'नमस्ते', 'กำ'];

/** Leaves, and returns what the terminal was sent before. */
async function detach(terminal: Terminal): Promise<Buffer> {
  terminal.press('ctrl+\\');
  expect(await terminal.waitForExit()).toBe(0);
  const all = terminal.raw();
  return all.subarray(0, all.lastIndexOf('\x18\x1b\\'));
}

function expectAlike(
  attached: Buffer,
  live: Buffer,
  { cols, rows }: { cols: number; rows: number },
) {
  for (const judge of JUDGES)
    expect(shownIn(judge, { cols, rows }, attached), judge).toEqual(
      shownIn(judge, { cols, rows }, live),
    );
}

const SIZE = { cols: 100, rows: 30 };

test.each([
  [
    'placed by address',
    `\\033[?1049h${CLUSTERS.map((cluster, row) => `\\033[${row + 1};1H${cluster}\\033[${row + 1};9H placed`).join('')}`,
  ],
  [
    'placed over other text',
    `\\033[?1049h\\033[44m${CLUSTERS.map((cluster, row) => `\\033[${row + 1};1H\\033[Ksome text\\033[${row + 1};3H${cluster}\\033[${row + 1};5H`).join('')}`,
  ],
  ['in plain lines', CLUSTERS.map((cluster) => `${cluster} ${cluster} mind, |\\r\\n`).join('')],
])('%s', async (_, output) => {
  const rig = createRig({ codex: `printf '${output}THE END'; exec sleep 999` });
  const started = rig.open(['start'], SIZE);
  await started.waitFor('THE END');
  const live = await detach(started);
  const again = rig.open(['attach'], SIZE);
  await again.waitFor('THE END');
  expectAlike(await detach(again), live, SIZE);
  const text = await rig.ok(['peek']);
  for (const cluster of CLUSTERS) expect(text).toContain(cluster);
});

test('in Codex', async () => {
  const { rig } = await createCodexRig();
  const prompt = '⚠️ mind, ✔️ done | 👨‍👩‍👧‍👦 family 👍🏽 ok';
  const started = rig.open(['start'], SIZE);
  await startedUp(rig);
  started.paste(prompt, 'enter');
  // This terminal counts code points, so Codex's own redraws have left parts of clusters in it.
  await started.waitFor(/• You said:[\s\S]*Worked for/);
  started.paste('1️⃣ draft 👩🏽‍❤️‍💋‍👨🏿 |');
  await started.waitFor('draft');
  await startedUp(rig);
  // What is shown then comes from us alone.
  const [session] = await rig.list();
  const signal = (name: NodeJS.Signals) => process.kill(-(session?.pid as number), name);
  signal('SIGSTOP');
  onTestFinished(() => void signal('SIGCONT'));
  const live = await detach(started);
  const again = rig.open(['attach'], SIZE);
  await again.waitFor('draft');
  expectAlike(await detach(again), live, SIZE);
  expect(await rig.ok(['peek'])).toContain(`You said: ${prompt}`);
});
