/** The real Codex in a small preview: its answer and its prompt, and nobody has seen anything. */
import { expect, onTestFinished, test } from 'vitest';
import { PreviewFeed } from '../../src/client/index.ts';
import { statePaths } from '../../src/store/paths.ts';
import { captureArea, layoutPreview, renderPreview } from '../../src/ui/preview.ts';
import { createCodexRig } from '../support/rig/codex-rig.ts';

test('an answer is shown above the prompt, however empty the screen between them is', async () => {
  const { rig } = await createCodexRig();
  await rig.ok(['start', '-d']);
  await rig.ok(['send', 'main', 'one']);
  await rig.ok(['wait', 'main']);
  const [before] = await rig.list();
  expect(before).toMatchObject({ status: 'done', seen: false, clients: 0 });
  const layout = layoutPreview({ cols: 100, rows: 20 }, 6);
  const feed = new PreviewFeed(statePaths({ ...rig.env }));
  onTestFinished(() => feed.close());
  const shown = () => {
    feed.show(before?.fullName, captureArea(layout));
    return renderPreview(layout, { name: 'main', capture: feed.capture, color: false }).join('\n');
  };
  await rig.waitUntil(() => /You said: one.*›/s.test(shown()), 'the answer and the prompt');
  expect(shown()).toMatch(/^── main ─+/);
  expect(await rig.list()).toEqual([before]);
});
