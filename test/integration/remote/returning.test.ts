/** A line that comes back where ssh has to ask for a passphrase, which it cannot while a session is shown. */
import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createFarRig, type FarRig } from '../../support/ssh/far-rig.ts';
import { signalServed } from '../../support/ssh/more-machines.ts';

const PASSPHRASE = 'open sesame';
const ASKS = 'ssh to box must ask you: Ctrl-\\ and attach again, or elsewhere: cxs ls box/';

/** A terminal at a session there; its line is cut. */
async function cut(rig: FarRig) {
  await rig.there.ok(['start', '-d', 'main']);
  const terminal = rig.here.open(['attach', 'box/ultra:main'], { cols: 80 });
  await terminal.waitFor('Enter passphrase for key');
  terminal.type(`${PASSPHRASE}\r`);
  await terminal.waitFor('stand-in ready');
  signalServed(rig, 'SIGKILL');
  await terminal.waitFor(ASKS);
  return terminal;
}

async function isBack(terminal: Awaited<ReturnType<typeof cut>>): Promise<void> {
  await terminal.waitFor((screen) => !screen.includes('must ask you'));
  terminal.type('echo back $((40 + 2))\r');
  await terminal.waitFor('back 42');
  terminal.press('ctrl+\\');
  expect(await terminal.waitForExit()).toBe(0);
}

test('it says so, and is back once a shared connection was made elsewhere', async () => {
  const rig = await createFarRig({ passphrase: PASSPHRASE });
  const terminal = await cut(rig);
  terminal.type('x');
  await rig.here.waitUntil(() => terminal.bells > 0, 'the bell for what is dropped');
  const other = rig.here.open(['ls', 'box/']);
  await other.waitFor('Enter passphrase for key');
  other.type(`${PASSPHRASE}\r`);
  expect(await other.waitForExit()).toBe(0);
  await isBack(terminal);
});

test('it is back once an agent has the key', async () => {
  const rig = await createFarRig({ passphrase: PASSPHRASE });
  const socket = join(rig.ssh, 'agent');
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  onTestFinished(() => void agent.kill());
  rig.configure(`Host box\n  IdentityAgent ${socket}`);
  const terminal = await cut(rig);
  const answer = rig.here.program('answer', `echo '${PASSPHRASE}'`);
  const env = { SSH_AUTH_SOCK: socket, SSH_ASKPASS: answer, SSH_ASKPASS_REQUIRE: 'force' };
  execFileSync('ssh-add', ['-q', join(rig.ssh, 'key')], { env: { ...process.env, ...env } });
  await isBack(terminal);
});

test('another reason is told when it is another one', async () => {
  const rig = await createFarRig();
  await rig.there.ok(['start', '-d', 'main']);
  const terminal = rig.here.open(['attach', 'box/ultra:main']);
  await terminal.waitFor('stand-in ready');
  await rig.sshd.close();
  await terminal.waitFor('No line to box; trying again. Ctrl-\\ leaves.');
  terminal.press('ctrl+\\');
  expect(await terminal.waitForExit()).toBe(0);
});
