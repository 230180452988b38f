/** What the list says of a session whose supervisor was ended by a signal. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isAlive } from '../../support/process/processes.ts';
import { createRig, type Listed } from '../../support/rig/rig.ts';

/** Shows text a second after its start, and then no more. */
const LATE = `sleep 1; echo late
printf '\\033]7501;state=idle\\007'
exec sleep 600`;

test('it ended then, and was active when it last showed text', async () => {
  const rig = createRig({ codex: LATE });
  await rig.ok(['start', '-d', 'left']);
  await rig.waitUntil(async () => (await rig.ok(['peek', 'left'])).includes('late'), 'its text');
  const [before] = await rig.list();
  const active = Date.parse(before?.lastActivityAt ?? '');
  await rig.waitUntil(() => Date.now() > active + 1_000, 'a second without text');
  const supervisor = rig.supervisorPid() ?? 0;
  const endedAt = Date.now();
  process.kill(supervisor, 'SIGTERM');
  await rig.waitUntil(() => !isAlive(supervisor), 'the supervisor to go');
  const gone = Date.now();

  const [after] = (await rig.list()) as (Listed & { endedAt: string; endedBy: string })[];
  expect(after).toMatchObject({ state: 'lost', endedBy: 'lost', exit: null });
  expect(after?.lastActivityAt).toBe(before?.lastActivityAt);
  // The file's time may be some ms behind the clock.
  expect(Date.parse(after?.endedAt ?? '')).toBeGreaterThan(endedAt - 50);
  expect(Date.parse(after?.endedAt ?? '')).toBeLessThanOrEqual(gone);
  const log = readFileSync(join(rig.stateDir, 'supervisor.log'), 'utf8');
  expect(log).toContain('leaving: SIGTERM; sessions that are lost: 1\n');
  await rig.waitUntilEmpty();
  expect(await rig.ok(['restore'])).toBe('ultra:left  started\n');
});
