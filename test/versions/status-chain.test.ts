/**
 * A whole turn with an approval on the real Codex of several versions. The loopback model decides
 * when a turn runs and when it ends, so for each moment it is known what Codex is doing, and every
 * status that was ever told is held against that.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Background } from '../support/rig/background.ts';
import { createCodexRig } from '../support/rig/codex-rig.ts';
import { codexOf, OLDER, PINNED } from './install.ts';

interface Told {
  event: string;
  at: string | null;
  session: {
    status: string | null;
    statusReason: string | null;
    statusSource: string | null;
    seen: boolean;
    conversation: string | null;
    title: string | null;
    contextLeft: number | null;
  };
}

/** What each version says it by; 0.154 and older send no reports. */
const SOURCES: Readonly<Record<string, 'osc7501' | 'title'>> = {
  '0.144.0': 'title',
  '0.154.0': 'title',
  '0.163.0': 'osc7501',
  '0.169.0': 'osc7501',
  '0.171.0': 'osc7501',
};

/** Statuses in order, each told once; without the start-up of servers inside of the first `idle`. */
function chainOf(told: readonly Told[]): string[] {
  const words = told.map(({ session: s }) => [s.status, s.statusReason].filter(Boolean).join(' '));
  const later = words.filter((word) => word !== 'starting');
  return ['starting', ...later.filter((word, index) => word !== later[index - 1])];
}

test.each([...OLDER, PINNED])('%s: a turn with an approval', async (version) => {
  const binary = codexOf(version);
  expect(execFileSync(process.execPath, [binary, '--version'], { encoding: 'utf8' })).toContain(
    version,
  );
  const { rig, model } = await createCodexRig({ env: { CODEX_SESSIONS_CODEX: binary } });
  const file = join(rig.root, 'touched');
  model.on(/leave a mark/, { type: 'tool', cmd: `touch ${file}`, justification: 'it is wanted' });
  const source = SOURCES[version];
  // 0.163 does not say what it waits for, and a title cannot.
  const permission = version === PINNED || version === '0.169.0' ? 'blocked permission' : 'blocked';
  const events = new Background(rig, ['events', '--json']);
  const told = () => events.json<Told>();
  const last = () => told().at(-1)?.session;
  const reach = (status: string) =>
    events.until(() => last()?.status === status, `${version} to be ${status}`, 30_000);

  await rig.ok(['start', '-d', 'turn']);
  await reach('idle');
  const gate = model.hold(/leave a mark/);
  const sent = rig.ok(['send', 'turn', 'leave a mark']);
  // The model has the prompt and is silent: a turn runs, and it can be nothing else.
  await gate.arrived;
  await sent;
  await reach('working');
  const atRequest = told().length;
  gate.release();
  await reach('blocked');
  expect(chainOf(told())).toEqual(['starting', 'idle', 'working', permission]);
  expect(told()[atRequest - 1]?.session.status).toBe('working');
  // The command has not run: nobody has allowed it.
  expect((await rig.run(['wait', 'turn'])).exitCode).toBe(6);
  expect(existsSync(file)).toBe(false);
  const asked = told().length;
  await rig.ok(['send', 'turn', '--key', 'y']);
  await reach('done');
  expect(existsSync(file)).toBe(true);
  expect(
    told()
      .slice(asked)
      .some(({ session }) => session.status === 'idle'),
  ).toBe(false);

  const person = rig.open(['attach', 'turn']);
  await person.waitFor('The tool said');
  await reach('idle');
  expect(last()).toMatchObject({ status: 'idle', seen: true, statusSource: source });
  expect(chainOf(told())).toEqual([
    'starting',
    'idle',
    'working',
    permission,
    'working',
    'done',
    'idle',
  ]);
  const sources = new Set(told().map(({ session }) => session.statusSource));
  expect([...sources].filter((one) => one !== 'none' && one !== 'title')).toEqual(
    source === 'osc7501' ? ['osc7501'] : [],
  );
  expect(last()?.conversation).toMatch(/^[0-9a-f-]{36}$/);
  expect(last()?.contextLeft).toBe(100);
  // Before 0.171 a conversation has a title only once a user has given it one.
  expect(last()?.title).toBe(version === PINNED ? 'leave a mark' : null);
  const explained = await rig.ok(['explain', 'turn']);
  expect(explained).toContain(source === 'osc7501' ? 'OSC 7501' : "Codex's own title");
  expect(JSON.parse(await rig.ok(['log', 'turn', '--json']))).toMatchObject([
    { type: 'prompt', text: 'leave a mark' },
    { type: 'command', command: `touch ${file}`, exitCode: 0 },
    { type: 'answer' },
  ]);
});
