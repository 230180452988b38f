import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { cutRun } from '../../cuts/run.ts';
import { createFarRig, type FarRig, type FarRigOptions } from '../../support/ssh/far-rig.ts';
import { type LineProxy, startProxy } from '../../support/ssh/proxy.ts';

/** Its six lines are four that are merely cut, one that delays and one that passes single bytes. */
const SEED = 45;
const CTRL_BACKSLASH = 'ctrl+\\';

async function createBadRig(options: FarRigOptions = {}): Promise<FarRig & { proxy: LineProxy }> {
  const rig = await createFarRig(options);
  const proxy = await startProxy(rig.sshd.port);
  const known = rig.sshd.known.replace(`:${rig.sshd.port}`, `:${proxy.port}`);
  appendFileSync(join(rig.ssh, 'known_hosts'), `${known}\n`);
  rig.configure(`Host box\n  Port ${proxy.port}\n`);
  return { ...rig, proxy };
}

test('a line that delays, and one that passes bytes one by one', async () => {
  const rig = await createBadRig();
  await rig.there.ok(['start', '-d', 'main']);
  rig.proxy.bytewise = true;
  expect(await rig.here.ok(['ls', 'box/'])).toContain('box/ultra:main');
  rig.proxy.bytewise = false;
  rig.proxy.delayMs = 150;
  const terminal = rig.here.open(['attach', 'box/ultra:main']);
  await terminal.waitFor('stand-in ready');
  terminal.type('seq 1 30000 | tail -n 3; echo end $((1 + 1))\r');
  await terminal.waitFor('end 2');
  terminal.press(CTRL_BACKSLASH);
  expect(await terminal.waitForExit()).toBe(0);
});

test('cuts within a flood and typing: the screen is right, nothing arrives late, nothing is left', {
  timeout: 240_000,
}, async () => {
  const report = await cutRun({ seed: SEED, times: 6, stalls: 0, atEnd: onTestFinished });
  expect(report.cuts).toEqual({ plain: 4, delays: 1, bytewise: 1 });
  expect(report.arrivedLines).toBeLessThan(report.typedLines);
});

test('a line that stalls is given up, and comes back when it goes again', {
  timeout: 120_000,
}, async () => {
  const rig = await createBadRig();
  await rig.there.ok(['start', '-d', 'main']);
  const terminal = rig.here.open(['attach', 'box/ultra:main']);
  await terminal.waitFor('stand-in ready');
  rig.proxy.stalled = true;
  const begun = Date.now();
  terminal.type('echo much too late\r');
  await terminal.waitFor('No line to box; trying again', { timeout: 20_000 });
  expect(Date.now() - begun).toBeLessThan(15_500);
  await rig.here.waitUntil(() => Date.now() - begun > 30_000, '30 s to pass');
  rig.proxy.stalled = false;
  terminal.type(' ');
  await rig.there.waitUntil(async () => (await rig.there.list())[0]?.clients === 1, 'one client');
  await rig.here.waitUntil(async () => {
    terminal.type('echo back $((40 + 2))\r');
    return terminal.text().includes('back 42');
  }, 'it to be back');
  expect((await rig.there.run(['peek', 'main'])).stdout).not.toContain('much too late');
  terminal.press(CTRL_BACKSLASH);
  expect(await terminal.waitForExit()).toBe(0);
});

test('to attach takes four ways there and back, and a little', async () => {
  const rig = await createBadRig();
  await rig.there.ok(['start', '-d', 'main']);
  await rig.here.ok(['ls', 'box/']);
  rig.proxy.delayMs = 500;
  const begun = Date.now();
  const terminal = rig.here.open(['attach', 'box/ultra:main']);
  await terminal.waitFor('stand-in ready');
  expect(Date.now() - begun).toBeLessThan(5.4 * 2 * rig.proxy.delayMs);
  rig.proxy.delayMs = 0;
  terminal.press(CTRL_BACKSLASH);
  expect(await terminal.waitForExit()).toBe(0);
});
