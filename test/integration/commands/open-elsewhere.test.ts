/** A conversation that is open in another session: one can go there. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { createReporter, type Reporter } from '../../support/rig/reporter.ts';

const ID = '01999999-aaaa-7bbb-8ccc-eeeeeeeeeeee';

/** A session `main` that has the conversation open. */
async function opened(): Promise<Reporter> {
  const reporter = createReporter();
  const { rig } = reporter;
  const at = new Date().toISOString();
  const line = (type: string, payload: object) => JSON.stringify({ timestamp: at, type, payload });
  const path = join(
    ...[rig.home, '.codex/sessions', ...at.slice(0, 10).split('-')],
    `rollout-${at.slice(0, 19).replaceAll(':', '-')}-${ID}.jsonl`,
  );
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(
    path,
    `${[
      line('session_meta', { id: ID, timestamp: at, cwd: rig.projectDir }),
      line('event_msg', { type: 'user_message', message: 'hello' }),
    ].join('\n')}\n`,
  );
  await reporter.start('main');
  await reporter.report('main', `title Ready | ultra | ${ID.slice(0, 29)}...`);
  await rig.waitUntil(
    async () =>
      ((await rig.list()) as unknown as { conversation: string }[])[0]?.conversation === ID,
    'the conversation to be known',
  );
  return reporter;
}

test('in a script the command, in a terminal a choice: to attach there comes first', async () => {
  const { rig } = await opened();
  const script = await rig.run(['start', '-d', '--resume', ID, 'second']);
  expect(script.exitCode).toBe(6);
  expect(script.stderr).toBe(
    'codex-sessions: its conversation is open in the session ultra:main\n' +
      `  Attach there: codex-sessions attach ultra:main; or --fork starts another from it, --new begins afresh. (${ID})\n`,
  );
  const terminal = rig.open(['start', '--resume', ID, 'second'], { cols: 80, rows: 24 });
  await terminal.waitFor('❯ attach to ultra:main, where it is open');
  terminal.press('enter');
  await terminal.waitFor('reporter ready');
  expect(await rig.list()).toMatchObject([{ name: 'main', clients: 1 }]);
  terminal.press('ctrl+\\');
  expect(await terminal.waitForExit()).toBe(0);
  expect(terminal.text()).toContain('[detached from ultra:main]');
});
