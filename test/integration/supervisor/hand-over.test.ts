/** A supervisor gives way to another while programs flood and people type: nobody notices. */

import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PROGRAM as NUMBERED } from '../../faults/program.ts';
import { Watcher } from '../../faults/watcher.ts';
import { HELLO, RawConnection, RawControl } from '../../support/process/raw-client.ts';
import { dist } from '../../support/repository.ts';
import { createRig, type Rig } from '../../support/rig/rig.ts';
import { GUARD, guarded } from '../../support/rig/successor.ts';
import type { Terminal } from '../../support/terminal/terminal.ts';

/** Floods with consecutive numbers, or gives back what is typed, as the arguments say. */
const PROGRAM = `case "$*" in
*flood*) i=0; while :; do i=$((i+1)); echo "n$i"; done ;;
*) stty raw -echo; printf 'ready\\r\\n'; exec cat ;;
esac`;

const script = join(dist, 'supervisor.js');

interface Supervisor {
  pid: number;
  sessions: number;
}

async function upgrade(rig: Rig): Promise<Supervisor> {
  return JSON.parse(await rig.ok(['supervisor', 'upgrade', '--json'])) as Supervisor;
}

/** The highest number on the flooded screen. */
function newest(terminal: Terminal): number {
  return Math.max(0, ...[...terminal.text().matchAll(/^n(\d+)$/gm)].map((m) => Number(m[1])));
}

test('ten sessions, one that floods, one where somebody types: nothing lost, nothing doubled', async () => {
  const rig = createRig({ codex: PROGRAM });
  for (let i = 0; i < 8; i++) await rig.ok(['start', '-d', `quiet${i}`]);
  const flood = rig.open(['start', 'flood', '--', 'flood']);
  const typist = rig.open(['start', 'typist']);
  await flood.waitFor(() => newest(flood) > 100, { what: 'a flood' });
  await typist.waitFor('ready');
  const pids = (await rig.list()).map(({ fullName, pid }) => `${fullName} ${pid}`).sort();

  let typed = '';
  for (let round = 0; round < 3; round++) {
    const upgraded = upgrade(rig);
    let done = false;
    void upgraded.finally(() => {
      done = true;
    });
    for (let key = 0; !done || key < 20; key++) {
      const word = `<${round}.${key}>`;
      typed += word;
      typist.type(word);
      await new Promise((resolve) => setImmediate(resolve));
      if (key > 5_000) break;
    }
    expect((await upgraded).sessions).toBe(10);
    await typist.waitFor(() => typist.raw().toString('latin1').endsWith(typed.slice(-8)), {
      what: 'all that was typed',
    });
  }

  const echoed = typist.raw().toString('latin1');
  expect(echoed.slice(echoed.indexOf('<0.0>'), echoed.lastIndexOf('>') + 1)).toBe(typed);
  const reached = newest(flood);
  await flood.waitFor(() => newest(flood) > reached + 1_000, { what: 'the flood to go on' });
  flood.press('ctrl+\\');
  await flood.waitForExit();
  const numbers = [
    ...flood
      .raw()
      .toString('latin1')
      .matchAll(/n(\d+)\r\n/g),
  ].map((m) => Number(m[1]));
  const gap = numbers.findIndex((n, i) => n !== i + 1);
  expect(gap, `around ${numbers.slice(Math.max(0, gap - 2), gap + 3)}`).toBe(-1);
  expect((await rig.list()).map(({ fullName, pid }) => `${fullName} ${pid}`).sort()).toEqual(pids);
});

test('what a program that was handed over ended with is unknown, and said to be', async () => {
  const rig = createRig();
  const terminal = rig.open(['start']);
  await terminal.waitFor('stand-in ready');
  await upgrade(rig);
  terminal.type('exit 7\r');
  await terminal.waitForExit();
  expect(terminal.text()).toContain('its exit code is unknown');
  const [session] = await rig.list('--all');
  expect(session).toMatchObject({ state: 'exited', exit: { code: null, signal: null } });
});

test('a successor that cannot start changes nothing', async () => {
  const rig = createRig();
  const terminal = rig.open(['start']);
  await terminal.waitFor('stand-in ready');
  const before = await rig.supervisorPid();
  const control = await RawControl.open(join(rig.stateDir, 'supervisor.sock'));
  const handOver = (script: string) =>
    control.ask({ type: 'hand-over', node: process.execPath, script }, 'refused');
  expect(await handOver('/nowhere/supervisor.js')).toMatchObject({
    type: 'refused',
    code: 'hand-over-failed',
  });
  const nonsense = rig.file('nonsense.js', "require('fs').writeSync(3, 'failed on purpose\\n')");
  expect(await handOver(nonsense)).toMatchObject({
    type: 'refused',
    message: expect.stringContaining('on purpose') as string,
  });
  control.close();
  expect(await rig.supervisorPid()).toBe(before);
  terminal.type('echo still-$((40+2))\r');
  await terminal.waitFor('still-42');
  expect((await upgrade(rig)).pid).not.toBe(before);
  terminal.type('echo again-$((40+3))\r');
  await terminal.waitFor('again-43');
});

test('what is written while a successor starts is not lost with it', async () => {
  // Floods only once the successor has built everything, with less than a terminal holds.
  const rig = createRig({
    codex: `stty -echo; n=0; say() { n=$((n+1)); printf '#%s;%s\\n' "$n" "$1"; }
say ready
while IFS= read -r line; do
  if [ "$line" = flood ]; then
    until [ -e "$HOME/built" ]; do sleep 0.01; done
    while [ $n -lt 300 ]; do say; done
    : > "$HOME/flooded"
  else say "$line"; fi
done`,
  });
  const dying = rig.file(
    'dying.js',
    `const fs = require('node:fs');
const { closeSync, writeSync } = fs;
fs.closeSync = (fd) => fd === 3 || closeSync(fd);
fs.writeSync = (fd, ...rest) => {
  if (fd !== 3) return writeSync(fd, ...rest);
  fs.writeFileSync(${JSON.stringify(join(rig.home, 'built'))}, '');
  let turns = 0;
  const die = () => {
    if (fs.existsSync(${JSON.stringify(join(rig.home, 'flooded'))})) turns++;
    if (turns > 100) process.kill(process.pid, 'SIGKILL');
    else setImmediate(die);
  };
  die();
  return 0;
};
require(${JSON.stringify(script)});
`,
  );
  const fullName = (await rig.ok(['start', '-d'])).trim();
  const typist = await Watcher.attach(rig.socket, fullName);
  await typist.echo();
  typist.send('flood\n');
  const control = await RawControl.open(rig.socket);
  await control.ask({ type: 'hand-over', node: process.execPath, script: dying }, 'refused');
  const later = await Watcher.attach(rig.socket, fullName);
  for (const watcher of [typist, later]) {
    await watcher.echo();
    expect(watcher.check.gap).toBeUndefined();
    expect(watcher.check.highest).toBeGreaterThan(300);
    watcher.close();
  }
  control.close();
});

test('a successor serves nobody, nor gives way itself, before its predecessor has let go', async () => {
  const rig = createRig({ codex: NUMBERED });
  const fullName = (await rig.ok(['start', '-d'])).trim();
  const [built, asked, turned] = ['built', 'asked', 'turned'].map((name) => join(rig.home, name));
  // Says that it is ready once `asked` has been there for a hundred turns and is gone again.
  const slow = rig.file(
    'slow.js',
    `const fs = require('node:fs');
const { closeSync, writeSync } = fs;
fs.closeSync = (fd) => fd === 3 || closeSync(fd);
let said = false;
fs.writeSync = (fd, ...rest) => {
  if (fd !== 3 || said) return writeSync(fd, ...rest);
  said = true;
  fs.writeFileSync(${JSON.stringify(built)}, '');
  let turns = 0;
  const wait = () => {
    if (fs.existsSync(${JSON.stringify(asked)})) turns++;
    if (turns === 100) fs.writeFileSync(${JSON.stringify(turned)}, '');
    if (turns < 100 || fs.existsSync(${JSON.stringify(asked)})) return setImmediate(wait);
    writeSync(3, 'ready\\n');
    closeSync(3);
  };
  wait();
  return 0;
};
require(${JSON.stringify(script)});
`,
  );
  const typist = await Watcher.attach(rig.socket, fullName);
  await typist.echo();
  const first = await RawControl.open(rig.socket);
  const handOver = (to: string) => ({ type: 'hand-over', node: process.execPath, script: to });
  const given = first.ask(handOver(slow), 'handed-over');
  await rig.waitUntil(() => existsSync(built as string), 'the successor');
  const second = await RawConnection.connect(rig.socket);
  second.say(HELLO);
  second.say({ ...handOver(script), id: 1 });
  writeFileSync(asked as string, '');
  await rig.waitUntil(() => existsSync(turned as string), 'a hundred turns of the successor');
  const heard = second.heard().toString('latin1');
  typist.send('flood300\n');
  rmSync(asked as string);
  const { pid } = await given;
  const again = await second.waitFor({ type: 'handed-over' });
  expect(again.pid).not.toBe(pid);
  const supervisors = () =>
    rig
      .processes()
      .filter(
        ({ command }) => /node .*(?:supervisor|slow)/.test(command) && !/guard/.test(command),
      );
  await rig.waitUntil(() => supervisors().length === 1, 'one supervisor');
  expect(supervisors()[0]?.pid).toBe(again.pid);
  expect((await rig.list()).map((session) => session.fullName)).toEqual([fullName]);
  const later = await Watcher.attach(rig.socket, fullName);
  await later.echo();
  expect(later.check.gap).toBeUndefined();
  expect(later.check.highest).toBeGreaterThan(300);
  expect(heard).toBe('');
  for (const watcher of [typist, later]) watcher.close();
  first.close();
  second.close();
});

test('whoever came during a hand-over that fails is served by the one that goes on', async () => {
  const rig = createRig({ codex: NUMBERED });
  const fullName = (await rig.ok(['start', '-d', 'one'])).trim();
  await rig.ok(['start', '-d', 'gone']);
  const built = join(rig.home, 'built');
  // Dies with the connections of three commands.
  const dying = rig.file(
    'dying.js',
    `const fs = require('node:fs');
const { Server } = require('node:net');
const { closeSync, writeSync } = fs;
const { emit } = Server.prototype;
let came = 0;
Server.prototype.emit = function (name, ...rest) {
  if (name === 'connection') came++;
  return emit.call(this, name, ...rest);
};
fs.closeSync = (fd) => fd === 3 || closeSync(fd);
fs.writeSync = (fd, ...rest) => {
  if (fd !== 3) return writeSync(fd, ...rest);
  fs.writeFileSync(${JSON.stringify(built)}, '');
  let turns = 0;
  const die = () => {
    if (came >= 3) turns++;
    if (turns > 100) process.kill(process.pid, 'SIGKILL');
    else setImmediate(die);
  };
  die();
  return 0;
};
require(${JSON.stringify(script)});
`,
  );
  const pid = rig.supervisorPid();
  const control = await RawControl.open(rig.socket);
  const request = { type: 'hand-over', node: process.execPath, script: dying };
  const refused = control.ask(request, 'refused');
  await rig.waitUntil(() => existsSync(built), 'the successor');
  const meanwhile = Promise.all([
    rig.ok(['kill', 'gone']),
    rig.ok(['start', '-d', 'new']),
    rig.ok(['ls', '--json']),
  ]);
  await refused;
  const [, , listed] = await meanwhile;
  expect(listed).toContain(fullName);
  expect((await rig.list()).map(({ name, state }) => `${name} ${state}`).sort()).toEqual([
    'new running',
    'one running',
  ]);
  expect(rig.supervisorPid()).toBe(pid);
  control.close();
});

test('screens, titles and status go over; a second client finds them', async () => {
  const rig = createRig({
    codex: `printf '\\033]0;a title of its own\\007\\033]7501;state=blocked:kind=permission:app=codex\\033\\\\'
printf 'history line %s\\r\\n' $(seq 1 100); printf '\\033[31mred\\033[0m>'; exec cat`,
  });
  await rig.ok(['start', '-d']);
  await rig.waitUntil(async () => (await rig.ok(['peek'])).includes('red>'), 'all of its output');
  const before = (await rig.list())[0];
  await upgrade(rig);
  expect((await rig.list())[0]).toEqual(before);
  const terminal = rig.open(['attach']);
  await terminal.waitFor('red>');
  expect(terminal.history()).toContain('history line 1\n');
  await terminal.waitFor(() => terminal.title === 'a title of its own', { what: 'the title' });
  terminal.press('ctrl+\\');
  await terminal.waitForExit();
});

test('a supervisor that is killed while it gives way: one serves, and the program runs on', async () => {
  for (let round = 0; round < 6; round++) {
    const rig = createRig({ codex: PROGRAM });
    await rig.ok(['start', '-d', 'one']);
    await guarded(rig);
    const [before] = await rig.list();
    const pid = (await rig.supervisorPid()) ?? 0;
    const upgraded = rig.run(['supervisor', 'upgrade']);
    const successor = () =>
      rig
        .processes()
        .some((p) => p.parent === pid && /supervisor/.test(p.command) && !GUARD.test(p.command));
    await rig.waitUntil(
      () => successor() || !rig.processes().some((p) => p.pid === pid),
      'a successor',
    );
    // Each round a little later: while it starts, while it builds, when it is done.
    for (let turns = 0; turns < round * 4; turns++) rig.processes();
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It had given way already.
    }
    await upgraded;
    const { exitCode } = await rig.run(['start', '-d', 'one']);
    expect(exitCode).toBe(0);
    expect((await rig.list())[0]).toMatchObject({
      name: 'one',
      state: 'running',
      pid: before?.pid,
    });
  }
});
