/** What older versions do not tell of their conversations, and what is made of it. */
import { expect, test } from 'vitest';
import { Background } from '../support/rig/background.ts';
import { converse, createCodexRig } from '../support/rig/codex-rig.ts';
import { named, whenStatus } from '../support/rig/conversations.ts';
import { loseSupervisor } from '../support/rig/successor.ts';
import { logTail } from '../support/terminal/show.ts';
import { codexOf } from './install.ts';

const rigOf = (version: string) =>
  createCodexRig({ env: { CODEX_SESSIONS_CODEX: codexOf(version) } });

test('0.169: a side without lock and record does not take the conversation away', async () => {
  const codex = await rigOf('0.169.0');
  const { rig, model } = codex;
  const events = new Background(rig, ['events', '--json']);
  const terminal = rig.open(['start']);
  await converse(terminal, 'the main matter');
  const { conversation } = await whenStatus(codex, 'main', /done|idle/);
  terminal.paste('/side what is this');
  await terminal.waitFor(/› \/side what/);
  terminal.press('enter');
  await terminal.waitFor('You said: what is this');
  const log = () => rig.run(['log', 'main']);
  // Its title names the side by now, and the last search for that has ended.
  const told = 'title names conversation';
  await rig.waitUntil(() => logTail(rig.stateDir).includes(told), 'the search to have ended');
  expect((await named(codex, 'main')).conversation).toBe(conversation);
  expect((await log()).stdout).toContain('› the main matter');

  rig.forgiveLeftovers();
  await loseSupervisor(rig);
  await terminal.waitForExit();
  expect(await rig.ok(['restore'])).toBe('ultra:main  resumed\n');
  await rig.ok(['send', '--wait', 'main', 'on with it']);
  expect((await model.request(/on with it/)).prompts).toEqual(['the main matter', 'on with it']);
  const changes = events
    .json<{ event: string; session: { conversation: string | null } }>()
    .filter(({ event }) => event === 'conversation');
  expect(changes.map(({ session }) => session.conversation)).toEqual([conversation]);
});

test('0.144: a turn that failed is told by what the record lacks', async () => {
  const codex = await rigOf('0.144.0');
  const { rig, model } = codex;
  const none = ['request_max_retries', 'stream_max_retries'].flatMap((key) => [
    ...['-c', `model_providers.loopback.${key}=0`],
  ]);
  await rig.ok(['start', '-d', 'main', '--', ...none]);
  // It has no conversation before its first turn.
  await rig.ok(['wait', 'main', '--until', 'idle']);
  await model.close();
  const failed = await rig.run(['send', '--wait', 'main', 'anybody?']);
  expect(failed).toMatchObject({ exitCode: 1, stdout: '' });
  expect(failed.stderr).toContain('The turn failed: Codex has recorded no answer of the model');
});
