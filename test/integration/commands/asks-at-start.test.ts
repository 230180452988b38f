/** A Codex that asks something before it begins, and reports nothing: who is told, and what is typed. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createReporter } from '../../support/rig/reporter.ts';
import { createRig, type Rig } from '../../support/rig/rig.ts';

/** As 0.171 in a directory that is not trusted. */
const ASKS = `case "$1" in
--version) echo "codex-cli 0.171.0"; exit;;
--help) echo "      --no-daemon  Alone"; exit;;
esac
printf '\\033[?2004h\\033[1;1HTrust this folder?'
read -r answer
printf '\\r\\nanswered <%s>\\r\\n\\033]7501;state=idle:app=codex\\007' "$answer"
exec sleep 600`;

interface Session {
  name: string;
  status: string;
  statusReason: string | null;
  statusSource: string;
  seen: boolean;
}

async function sessions(rig: Rig): Promise<Session[]> {
  return (await rig.list()) as unknown as Session[];
}

test('scripts get an answer at once and type nothing into the question', async () => {
  const rig = createRig({ codex: ASKS });
  const notices = join(rig.root, 'notices');
  rig.file(
    'home/.config/codex-sessions/config.toml',
    `notify = 'echo "$CODEX_SESSIONS_EVENT $CODEX_SESSIONS_EVENT_STATUS $CODEX_SESSIONS_EVENT_TEXT" >> ${notices}'\n`,
  );
  await rig.ok(['start', '-d', 'new']);
  const waited = await rig.run(['wait', 'new']);
  expect(waited).toMatchObject({ exitCode: 6, stdout: 'ultra:new starting question\n' });
  expect(await rig.run(['wait', 'new', '--until', 'blocked'])).toMatchObject({ exitCode: 0 });
  expect(await sessions(rig)).toMatchObject([
    { status: 'starting', statusReason: 'question', statusSource: 'none', seen: false },
  ]);
  expect(await rig.ok(['status', '--short'])).toBe('1!\n');
  expect(await rig.ok(['status', '--short', 'new'])).toBe('asks\n');
  expect(await rig.ok(['ls'])).toMatch(/ultra:new +starting question \d+s/);
  expect(await rig.ok(['explain', 'new'])).toContain('whether to trust the directory');
  await rig.waitUntil(() => existsSync(notices), 'the notice');

  for (const args of [
    ['send', 'new', 'hello'],
    ['send', 'new', '--wait', 'hello'],
    ['run', 'new', 'hello'],
  ]) {
    const { exitCode, stderr } = await rig.run(args);
    expect(exitCode).toBe(6);
    expect(stderr).toContain('ultra:new asks something before it begins');
    expect(stderr).toContain('codex-sessions attach ultra:new');
  }
  expect((await rig.ok(['peek', 'new'])).trim()).toBe('Trust this folder?');

  await rig.ok(['send', 'new', '--key', 'y', '--key', 'enter']);
  expect(await sessions(rig)).toMatchObject([
    { status: 'idle', statusReason: null, statusSource: 'osc7501' },
  ]);
  expect(await rig.ok(['peek', 'new'])).toContain('answered <y>');
  expect(await rig.ok(['status', '--short'])).toBe('');
  expect(readFileSync(notices, 'utf8')).toBe(
    'blocked starting ultra:new asks something before it begins\n',
  );
});

test('the table shows who asks first, and leads to it', async () => {
  const reporter = createReporter();
  const { rig } = reporter;
  await reporter.start('another');
  await reporter.report('another', 'state=working', 'state=done');
  const watch = rig.open(['watch']);
  await watch.waitFor(/✓ ultra:another +done/);
  rig.program('codex', ASKS);
  await rig.ok(['start', '-d', 'new']);
  await watch.waitFor(/1! 1✓[\s\S]*▌ ! ultra:new +starting question[\s\S]*✓ ultra:another/);
  watch.press('enter');
  await watch.waitFor((text) => text.includes('Trust this folder?') && !text.includes('another'));
  watch.press('enter');
  await watch.waitFor('answered <>');
  watch.press('ctrl+\\');
  await watch.waitFor(/○ ultra:new +idle/);
  watch.press('q');
  expect(await watch.waitForExit()).toBe(0);
});
