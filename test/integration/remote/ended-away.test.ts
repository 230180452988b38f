/** Sessions that ended while the line to their machine was away. */
import { expect, test } from 'vitest';
import type { Rig } from '../../support/rig/rig.ts';
import { createFarRig } from '../../support/ssh/far-rig.ts';
import { signalServed } from '../../support/ssh/more-machines.ts';

/** `main` ends by itself once it may, others do not. */
const CODEX = `echo ready
case $CODEX_SESSIONS_SESSION in *:main:*) until test -e $HOME/end; do sleep 0.1; done; exit 5;; esac
exec cat`;

/** A terminal at `main`, which ends while its machine cannot be reached; then `meanwhile` happens. */
async function ended(beside: boolean, meanwhile?: (there: Rig) => Promise<unknown>) {
  const rig = await createFarRig({ far: { codex: CODEX } });
  const { here, there, sshd } = rig;
  await there.ok(['start', '-d', 'main']);
  const terminal = here.open(['attach', 'box/ultra:main']);
  await terminal.waitFor('ready');
  if (beside) await there.ok(['start', '-d', 'beside']);
  const served = signalServed(rig, 'SIGSTOP');
  process.kill(sshd.pid, 'SIGSTOP');
  signalServed(rig, 'SIGKILL', served);
  rig.homeFile('end', '');
  const state = async () => JSON.parse(await there.ok(['status', '--json', 'main'])).state;
  await there.waitUntil(async () => (await state()) === 'exited', 'the session to end');
  await meanwhile?.(there);
  process.kill(sshd.pid, 'SIGCONT');
  return { code: await terminal.waitForExit(), text: terminal.text() };
}

test('its exit is told as for one here, with others running or none', async () => {
  for (const beside of [true, false]) {
    const { code, text } = await ended(beside);
    expect(text).toContain('[box/ultra:main exited with 5]');
    expect(code).toBe(5);
  }
});

test('one whose exit nobody knows is lost', async () => {
  const { code, text } = await ended(true, (there) => there.ok(['forget', 'main']));
  expect(text).toContain('[lost box/ultra:main: it has ended]');
  expect(code).toBe(1);
});
