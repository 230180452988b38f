/** Keys after a prefix, and with Alt, in a real terminal: what the program gets, and what it does not. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRig, type Rig } from '../../support/rig/rig.ts';

/** Notes what it is sent, and when, in ms. */
const WITNESS = `exec '${process.execPath}' -e '
process.stdin.setRawMode(true);
process.stdin.on("data", (bytes) => {
  const line = JSON.stringify({ at: Date.now(), got: bytes.toString("latin1") });
  require("node:fs").appendFileSync("log", line + "\\n");
});
process.stdout.write("ready\\r\\n");
'`;

function got(rig: Rig): { at: number; got: string }[] {
  const file = join(rig.projectDir, 'log');
  if (!existsSync(file)) return [];
  // Whole lines: it may be looked at while one is written.
  return readFileSync(file, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

const text = (rig: Rig) =>
  got(rig)
    .map((one) => one.got)
    .join('');

function arrived(rig: Rig, wanted: string): Promise<true> {
  return rig.waitUntil(() => text(rig) === wanted, `the program to get ${JSON.stringify(wanted)}`);
}

function rigWith(keys: string): Rig {
  const rig = createRig({ codex: WITNESS });
  rig.file('home/.config/codex-sessions/config.toml', keys);
  return rig;
}

const TMUX = 'detach_key = "ctrl+b d"\nswitch_key = "ctrl+b s"\n';

test('a letter after the prefix leaves, in both ways that a terminal sends them', async () => {
  const rig = rigWith(TMUX);
  for (const keys of ['\x02d', '\x1b[98;5:1u\x1b[98;5:3ud']) {
    const terminal = rig.open(['start']);
    await terminal.waitFor('ready');
    terminal.send(keys);
    expect(await terminal.waitForExit()).toBe(0);
  }
  expect(got(rig)).toEqual([]);
});

test('the prefix and the letter may come one after the other', async () => {
  const rig = rigWith(TMUX);
  const terminal = rig.open(['start']);
  await terminal.waitFor('ready');
  terminal.send('\x02');
  terminal.send('s');
  await terminal.waitFor('enter attach');
  terminal.press('esc');
  await terminal.waitFor('ready');
  terminal.send('\x1c\x1ex');
  await arrived(rig, '\x1c\x1ex');
});

test('twice it arrives once; before another key, in a paste and alone it arrives', async () => {
  const rig = rigWith(TMUX);
  const terminal = rig.open(['start']);
  await terminal.waitFor('ready');
  terminal.send('\x02\x02');
  await arrived(rig, '\x02');
  terminal.send('\x02x');
  await arrived(rig, '\x02\x02x');
  terminal.send('\x1b[200~\x02d\x1b[201~');
  await arrived(rig, '\x02\x02x\x1b[200~\x02d\x1b[201~');
  const before = got(rig).length;
  const pressedAt = Date.now();
  terminal.send('\x02');
  await rig.waitUntil(() => got(rig).length > before, 'the lone prefix');
  expect((got(rig).at(-1)?.at ?? 0) - pressedAt).toBeGreaterThanOrEqual(490);
  terminal.send('d');
  await arrived(rig, '\x02\x02x\x1b[200~\x02d\x1b[201~\x02d');
});

test('a prefix that was pressed as its session ended is not typed into the next one', async () => {
  const rig = rigWith(TMUX);
  await rig.ok(['start', '-d', 'one']);
  await rig.ok(['start', '-d', 'two']);
  const terminal = rig.open(['watch']);
  await terminal.waitFor('two');
  const isShown = async () => (await rig.list()).some(({ clients }) => clients === 1);
  terminal.press('enter');
  await rig.waitUntil(isShown, 'one to be attached');
  terminal.send('\x02');
  const [shown] = (await rig.list()).filter(({ clients }) => clients === 1);
  await rig.ok(['kill', '-y', shown?.name ?? '']);
  await terminal.waitFor('was killed');
  terminal.press('enter');
  await rig.waitUntil(isShown, 'the other one to be attached');
  terminal.send('d');
  await arrived(rig, 'd');
});

test('Alt and a letter', async () => {
  const rig = rigWith('detach_key = "alt+d"\n');
  const terminal = rig.open(['start'], { firstEver: true });
  await terminal.waitFor('Alt-d leaves a session, which goes on.');
  terminal.press('enter');
  await terminal.waitFor('ready');
  terminal.send('d\x1bx\x1bD');
  await arrived(rig, 'd\x1bx\x1bD');
  terminal.send('\x1bd');
  expect(await terminal.waitForExit()).toBe(0);
});

test('inside a session the hint names the key that is set', async () => {
  const rig = createRig({ codex: 'exec cat' });
  rig.file('home/.config/codex-sessions/config.toml', TMUX);
  const env = { CODEX_SESSIONS_SESSION: 'codex:ultra:main:12345678' };
  const nested = rig.open(['start'], { env });
  expect(await nested.waitForExit()).toBe(2);
  expect(nested.text()).toContain('Ctrl-B s switches to another session; --nest opens one');
});
