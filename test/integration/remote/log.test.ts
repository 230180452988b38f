/** `log` of another machine, in a terminal here. */
import { expect, test } from 'vitest';
import { createFarRig, type FarRig, type FarRigOptions } from '../../support/ssh/far-rig.ts';

const ID = '01999999-aaaa-7bbb-8ccc-dddddddddddd';
const AT = '2026-03-01T12:00:00.000Z';

/** A session `main` there with a conversation of so many turns. */
async function talked(turns: number, options: FarRigOptions = {}): Promise<FarRig> {
  const codex = `printf '\\033]0;Ready | ultra | ${ID.slice(0, 29)}...\\007'; exec cat`;
  const rig = await createFarRig({ ...options, far: { codex } });
  const { there } = rig;
  const line = (type: string, payload: object) => JSON.stringify({ timestamp: AT, type, payload });
  const lines = [line('session_meta', { id: ID, timestamp: AT, cwd: there.projectDir })];
  for (let turn = 1; turn <= turns; turn++)
    lines.push(
      line('event_msg', { type: 'task_started', turn_id: `t${turn}` }),
      line('event_msg', { type: 'user_message', message: `prompt ${turn}` }),
      line('event_msg', { type: 'agent_message', message: `answer ${turn} EVIL` }),
      line('event_msg', { type: 'task_complete', turn_id: `t${turn}` }),
    );
  const { mkdirSync } = await import('node:fs');
  const place = '.codex/sessions/2026/03/01';
  mkdirSync(`${there.env.HOME}/${place}`, { recursive: true });
  rig.homeFile(`${place}/rollout-2026-03-01T12-00-00-${ID}.jsonl`, `${lines.join('\n')}\n`);
  await there.ok(['start', '-d', 'main']);
  const conversation = async () =>
    ((await there.list()) as unknown as { conversation: string }[])[0]?.conversation;
  await there.waitUntil(async () => (await conversation()) === ID, 'the conversation');
  return rig;
}

test('what does not fit comes in the pager here, and its options are those of here', async () => {
  const { here } = await talked(20);
  const paged = here.open(['log', 'box/ultra:main'], { cols: 60, rows: 16 });
  await paged.waitFor(/^2026-03-01 \d\d:\d\d\n› prompt 1\n[\s\S]*\n:$/);
  expect(paged.raw().toString()).toContain('\x1b[1;36m›\x1b[0m\x1b[1m prompt 1');
  paged.type('G');
  await paged.waitFor('answer 20');
  paged.type('q');
  expect(await paged.waitForExit()).toBe(0);

  const pager = here.program('pager', 'echo "paged by $0 with $LESS"; cat');
  const shown = async (args: readonly string[], env: Record<string, string>) => {
    const terminal = here.open(['log', 'box/ultra:main', ...args], { env });
    expect(await terminal.waitForExit()).toBe(0);
    return terminal.history() + terminal.text();
  };
  const all = await shown([], { PAGER: pager });
  expect(all).toContain(`paged by ${pager} with FRX`);
  expect(all).toContain('answer 20');
  for (const args of [['--no-pager'], ['-n', '2'], ['--last'], ['--list'], ['--json']])
    expect(await shown(args, { PAGER: pager })).not.toContain('paged by');
  expect((await here.run(['log', 'box/ultra:main'])).stdout).toContain('\n• answer 20 EVIL\n');
});

test('what a hostile machine puts into it does nothing in the pager', async () => {
  const { here, there } = await talked(20);
  // As long as what it takes the place of: the frames fit.
  const script = `process.stdin.on('data', (bytes) => process.stdout.write(
  bytes.toString('latin1').replaceAll('EVIL', '\\x1b[2J'), 'latin1'))`;
  const change = there.file('change.js', script);
  const evil = there.program('evil', `codex-sessions "$@" | node ${change}`);
  here.file('home/.config/codex-sessions/config.toml', `[hosts.box]\ncommand = '${evil}'\n`);
  const pager = here.program('pager', 'exec cat');
  const terminal = here.open(['log', 'box/ultra:main'], { env: { PAGER: pager } });
  expect(await terminal.waitForExit()).toBe(0);
  expect(terminal.history() + terminal.text()).toContain('answer 20 [2J');
  expect(terminal.raw().toString()).not.toContain('\x1b[2J');
});

test('where there is none, it is said as ever', async () => {
  const { here } = await createFarRig();
  const terminal = here.open(['log', 'box/nobody']);
  expect(await terminal.waitForExit()).toBe(3);
  expect(terminal.text()).toContain('there is no session nobody');
});
