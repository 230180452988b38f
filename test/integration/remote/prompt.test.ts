/** `status --short HOST/NAME`, in a shell's prompt. */
import { expect, test } from 'vitest';
import { createFarRig, type FarRig } from '../../support/ssh/far-rig.ts';

async function prompt({ here }: FarRig) {
  const begun = Date.now();
  const { stdout, stderr, exitCode } = await here.run(['status', '--short', 'box/main']);
  return { stdout, stderr, exitCode, tookMs: Date.now() - begun };
}

/** It is given up soon, and the next time it is not waited for. */
async function expectNoWait(rig: FarRig): Promise<void> {
  const first = await prompt(rig);
  expect(first).toMatchObject({ stdout: '', exitCode: 1 });
  expect(first.stderr).toBe('codex-sessions: box has not answered for 2 s\n  See: ssh box true\n');
  expect(first.tookMs).toBeLessThan(4_000);
  const second = await prompt(rig);
  expect(second).toMatchObject({ stdout: '', exitCode: 1 });
  expect(second.stderr).toMatch(/^codex-sessions: box has not answered for 2 s \(\d s ago\)\n/);
  expect(second.tookMs).toBeLessThan(1_500);
}

test('a prompt does not wait while ssh asks in another terminal; who waits is told', async () => {
  const rig = await createFarRig({ passphrase: 'open sesame' });
  const { here, there } = rig;
  await there.ok(['start', '-d', 'main']);
  const asked = here.open(['ls', 'box/']);
  await asked.waitFor('Enter passphrase for key');
  await expectNoWait(rig);
  const waiting = here.open(['status', 'box/']);
  await waiting.waitFor('Another command (pid');
  asked.type('open sesame\r');
  expect(await asked.waitForExit()).toBe(0);
  expect(await waiting.waitForExit()).toBe(0);
  const text = waiting.text().replaceAll('\n', ' ');
  expect(text.split(`Another command (pid ${asked.pid}) is connecting to box`)).toHaveLength(2);
  expect(text).toContain('box/ultra:main');
  expect(await prompt(rig)).toMatchObject({ stderr: '', exitCode: 0 });
});

test('nor for a connection of the user that hangs, and leaves no ssh', async () => {
  const rig = await createFarRig();
  rig.configure(
    `Host *\n  ControlMaster auto\n  ControlPath ${rig.ssh}/own\n  ControlPersist 60\n`,
  );
  await rig.there.ok(['start', '-d', 'main']);
  await rig.here.ok(['ls', 'box/']);
  const ssh = () => rig.here.processes().filter(({ command }) => /^ssh|\/ssh /.test(command));
  const noSsh = () => rig.here.waitUntil(() => ssh().length === 0, 'every ssh to end');
  await noSsh();
  const [master] = rig.masters();
  process.kill(master?.pid ?? 0, 'SIGSTOP');
  await expectNoWait(rig);
  await noSsh();
  process.kill(master?.pid ?? 0, 'SIGCONT');
});
