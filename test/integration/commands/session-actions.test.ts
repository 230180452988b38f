/** What `watch` and the switcher do, and what they say where it is refused. */
import { expect, test } from 'vitest';
import { sessionActions } from '../../../src/commands/shared/session-actions.ts';
import type { SessionInfo } from '../../../src/protocol/messages.ts';
import { statePaths } from '../../../src/store/paths.ts';
import { createReporter } from '../../support/rig/reporter.ts';

test('a prompt that is refused advises no option of a command', async () => {
  const reporter = createReporter();
  const { rig } = reporter;
  await reporter.start('main');
  await reporter.report('main', 'state=blocked:kind=permission');
  await reporter.status('main', 'blocked');
  const [session] = (await rig.list()) as unknown as SessionInfo[];
  const actions = sessionActions(statePaths(rig.env));
  const refused = actions.sendPrompt(session as SessionInfo, 'hello');
  await expect(refused).rejects.toMatchObject({
    message: expect.stringContaining('waits for an answer'),
    hint: expect.stringMatching(/^See it, and answer it: [^.]*$/),
  });
  const { stderr } = await rig.run(['send', 'main', 'hello']);
  expect(stderr).toContain('. --force types all the same.');
});
