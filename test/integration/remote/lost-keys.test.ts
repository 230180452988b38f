/** Keys that were on their way when the other machine's supervisor died, or the line to it broke. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createFarRig, type FarRig } from '../../support/ssh/far-rig.ts';
import { signalServed } from '../../support/ssh/more-machines.ts';
import type { Terminal } from '../../support/terminal/terminal.ts';

const LOST = '3 bytes that you typed did not arrive; press a key to go on';
const CTRL_BACKSLASH = 'ctrl+\\';

/** A terminal at a program there that echoes nothing; what it has `got` is in a file. */
async function attached() {
  const rig = await createFarRig({
    far: { codex: 'stty raw -echo; echo ready; exec cat >> $HOME/got' },
  });
  await rig.there.ok(['start', '-d', 'main']);
  const terminal = rig.here.open(['attach', 'box/ultra:main'], { cols: 80 });
  await terminal.waitFor('ready');
  const file = join(rig.there.env.HOME ?? '', 'got');
  const got = () => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  const type = async (keys: string, all: string) => {
    terminal.type(keys);
    await rig.here.waitUntil(() => got() === all, `${all} to arrive, not ${got()}`);
  };
  const leave = async () => {
    terminal.press(CTRL_BACKSLASH);
    expect(await terminal.waitForExit()).toBe(0);
  };
  return { rig, terminal, got, type, leave };
}

/** What a process has read and written so far, in bytes; see proc(5). */
function traffic(pid: number): { read: number; written: number } {
  const io = readFileSync(`/proc/${pid}/io`, 'utf8');
  const count = (key: string) => Number(new RegExp(`^${key}: (\\d+)$`, 'm').exec(io)?.[1]);
  return { read: count('rchar'), written: count('wchar') };
}

/** Types while nothing is answered, until the client has read the keys and passed them on. */
async function typeInto({ here }: FarRig, terminal: Terminal, keys: string): Promise<void> {
  const before = traffic(terminal.pid);
  terminal.type(keys);
  await here.waitUntil(() => {
    const { read, written } = traffic(terminal.pid);
    return read >= before.read + keys.length && written >= before.written + keys.length;
  }, `${keys} to go out`);
}

const dials = ({ there }: FarRig) =>
  there.processes().flatMap(({ command, pid }) => (/ dial$/.test(command) ? pid : []));

/** Waits until the attachment has come back by another line than those. */
async function isBack(rig: FarRig, lines: readonly number[]): Promise<void> {
  const { there } = rig;
  const others = () => dials(rig).every((pid) => !lines.includes(pid));
  await there.waitUntil(others, 'the line before to be gone');
  await there.waitUntil(async () => (await there.list())[0]?.clients === 1, 'one client');
}

test('those that a supervisor had not read when it died', async () => {
  const { rig, terminal, type, leave } = await attached();
  await type('aaa', 'aaa');
  const pid = rig.there.supervisorPid() ?? 0;
  process.kill(pid, 'SIGSTOP');
  await typeInto(rig, terminal, 'bbb');
  process.kill(pid, 'SIGKILL');
  await terminal.waitFor(LOST);
  terminal.type('x');
  await terminal.waitFor((screen) => !screen.includes(LOST));
  await type('ccc', 'aaaccc');
  await leave();
});

test('those on a line that breaks, each time', async () => {
  const { rig, terminal, type, leave } = await attached();
  await type('aaa', 'aaa');
  for (const all of ['aaaccc', 'aaacccccc']) {
    const served = signalServed(rig, 'SIGSTOP');
    await typeInto(rig, terminal, 'bbb');
    signalServed(rig, 'SIGKILL', served);
    await terminal.waitFor(LOST);
    terminal.type('x');
    await terminal.waitFor((screen) => !screen.includes(LOST));
    await type('ccc', all);
  }
  await leave();
});

test('nothing is said of keys that arrived, answered or not', async () => {
  const { rig, type, leave } = await attached();
  await type('aaa', 'aaa');
  const lines = dials(rig);
  expect(lines).toHaveLength(1);
  signalServed(rig, 'SIGKILL');
  await isBack(rig, lines);
  // The message would take the next key.
  await type('bbb', 'aaabbb');
  const pid = rig.there.supervisorPid() ?? 0;
  process.kill(pid, 'SIGKILL');
  await rig.there.waitUntil(() => rig.there.supervisorPid() !== pid, 'another supervisor');
  await isBack(rig, []);
  await type('ccc', 'aaabbbccc');
  await leave();
});

test('what came over 3 s late was told already', async () => {
  const { rig, terminal, type, leave } = await attached();
  await type('aaa', 'aaa');
  const lines = dials(rig);
  const served = signalServed(rig, 'SIGSTOP');
  terminal.type('bbb');
  // So late that it is dropped.
  await new Promise((resolve) => setTimeout(resolve, 3_500));
  signalServed(rig, 'SIGCONT', served);
  await terminal.waitFor('was dropped. Type it again.');
  await type('ccc', 'aaaccc');
  signalServed(rig, 'SIGKILL', served);
  await isBack(rig, lines);
  await type('ddd', 'aaacccddd');
  await leave();
});

test('those since something was heard, if nobody there knows more', async () => {
  const { rig, terminal, type, leave } = await attached();
  await type('aaa', 'aaa');
  const { pid } = rig.sshd;
  const served = signalServed(rig, 'SIGSTOP');
  await typeInto(rig, terminal, 'bbb');
  process.kill(pid, 'SIGSTOP');
  signalServed(rig, 'SIGKILL', served);
  await rig.there.waitUntil(async () => (await rig.there.list())[0]?.clients === 0, 'it to go');
  const supervisor = rig.there.supervisorPid() ?? 0;
  process.kill(supervisor, 'SIGKILL');
  await rig.there.waitUntil(
    () => ![undefined, supervisor].includes(rig.there.supervisorPid()),
    'another supervisor',
  );
  process.kill(pid, 'SIGCONT');
  // Something may have come after the first three.
  const told = /[36] bytes that you typed may not have arrived; press a key to go on/;
  await terminal.waitFor(told, { timeout: 20_000 });
  terminal.type('x');
  await terminal.waitFor((screen) => !told.test(screen));
  await type('ccc', 'aaaccc');
  await leave();
});

test('who leaves while the line is away is told', async () => {
  const { rig, terminal, type, leave } = await attached();
  await type('aaa', 'aaa');
  const served = signalServed(rig, 'SIGSTOP');
  await typeInto(rig, terminal, 'bbbb');
  await rig.sshd.close();
  signalServed(rig, 'SIGKILL', served);
  await terminal.waitFor('No line to box; trying again');
  await leave();
  expect(terminal.text()).toMatch(
    /just before the line broke \(bytes: \d\) may not have\s+arrived/,
  );
});
