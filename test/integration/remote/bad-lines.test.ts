import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createFarRig, type FarRig, type FarRigOptions } from '../../support/ssh/far-rig.ts';
import { type LineProxy, startProxy } from '../../support/ssh/proxy.ts';

/** 100 take some minutes. */
const CUTS = Number(process.env.CODEX_SESSIONS_TEST_CUTS ?? 8);
const CTRL_BACKSLASH = 'ctrl+\\';

async function createBadRig(options: FarRigOptions = {}): Promise<FarRig & { proxy: LineProxy }> {
  const rig = await createFarRig(options);
  const proxy = await startProxy(rig.sshd.port);
  const known = rig.sshd.known.replace(`:${rig.sshd.port}`, `:${proxy.port}`);
  appendFileSync(join(rig.ssh, 'known_hosts'), `${known}\n`);
  rig.configure(`Host box\n  Port ${proxy.port}\n`);
  return { ...rig, proxy };
}

/** Reproducible. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
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

test(`${CUTS} cuts within a flood and typing: the screen is right, nothing arrives late, nothing is left`, {
  timeout: 60_000 + CUTS * 20_000,
}, async () => {
  // Numbered lines in bursts, and what is typed, of which each line is written down.
  const rig = await createBadRig({
    far: {
      codex: `stty -echo
i=0
( while :; do i=$((i+1)); printf 'flood %s \\033[3%sm%s\\033[m\\n' $i $((i % 8)) "$(date +%N)"; [ $((i % 200)) = 0 ] && sleep 0.05; done ) &
while read -r line; do printf '%s %s\\n' "$(date +%s%3N)" "$line" >> "$HOME/typed"; [ "$line" = stop ] && kill $! && printf '\\033[2J\\033[Hquiet\\n'; done`,
    },
  });
  const { here, there, proxy } = rig;
  await there.ok(['start', '-d', 'main']);
  const [before] = await there.list();
  const terminal = here.open(['attach', 'box/ultra:main']);
  await terminal.waitFor('flood');
  const next = random(7);
  let line = 0;
  for (let cut = 0; cut < CUTS; cut++) {
    const until = Date.now() + next() * 400;
    while (Date.now() < until) {
      terminal.send(`${Date.now()} line ${++line}\r`);
      // As somebody types.
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
    expect(proxy.cut()).toBeGreaterThan(0);
    const seen = () => Number(/flood (\d+)/.exec(terminal.text())?.[1] ?? 0);
    const was = seen();
    await here.waitUntil(() => seen() > was + 200, 'the flood to go on');
  }
  await here.waitUntil(async () => {
    terminal.send('stop\r');
    return terminal.text().includes('quiet');
  }, 'it to be quiet');
  const picture = await there.ok(['peek', 'main']);
  await here.waitUntil(() => terminal.text().trimEnd() === picture.trimEnd(), 'the same screen');
  const [after] = await there.list();
  expect(after).toMatchObject({ pid: before?.pid, clients: 1 });
  // In order, each at most once, and none later than the limit.
  const { readFileSync } = await import('node:fs');
  const typed = readFileSync(`${there.env.HOME}/typed`, 'utf8').split('\n');
  const lines = typed.flatMap((text) => /^(\d+) (\d+) line (\d+)$/.exec(text)?.slice(1) ?? []);
  let last = 0;
  for (let at = 0; at < lines.length; at += 3) {
    const [came = 0, sent = 0, number = 0] = lines.slice(at, at + 3).map(Number);
    expect(came - sent).toBeLessThan(4_000);
    expect(number).toBeGreaterThan(last);
    last = number;
  }
  expect(last).toBeGreaterThan(0);
  terminal.press(CTRL_BACKSLASH);
  expect(await terminal.waitForExit()).toBe(0);
  const ssh = () => here.processes().filter(({ command }) => /^ssh|\/ssh /.test(command));
  await here.waitUntil(() => ssh().length === 0, 'every ssh to end');
  const dials = () => there.processes().filter(({ command }) => / dial$/.test(command));
  await there.waitUntil(() => dials().length === 0, 'every dial to end');
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
