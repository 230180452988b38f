/** Attached through the real command: who sees and types what, and how a terminal is left. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { killProcess } from '../../support/process/processes.ts';
import { COMMAND } from '../../support/rig/command.ts';
import { createRig, type Rig } from '../../support/rig/rig.ts';
import type { Terminal } from '../../support/terminal/terminal.ts';

const DETACH = '\x1c';

/** Says its size and every change of it, and what it is sent, in `log`. */
const WITNESS = `exec '${process.execPath}' -e '
const { appendFileSync } = require("node:fs");
const say = (text) => { appendFileSync("log", text + "\\n"); process.stdout.write(text + "\\r\\n"); };
const size = () => say("size " + process.stdout.columns + "x" + process.stdout.rows);
process.stdin.setRawMode(true);
process.stdin.on("data", (bytes) => say("got " + JSON.stringify(bytes.toString("latin1"))));
process.stdout.on("resize", size);
size();
'`;

function logOf(rig: Rig): string[] {
  const file = join(rig.projectDir, 'log');
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
}

function logged(rig: Rig, line: string): Promise<true> {
  return rig.waitUntil(() => logOf(rig).includes(line), `the program to note "${line}"`);
}

function clients(rig: Rig, count: number): Promise<true> {
  return rig.waitUntil(async () => (await rig.list())[0]?.clients === count, `${count} clients`);
}

const MODES_OFF = {
  alternateScreen: false,
  kittyFlags: 0,
  modifyOtherKeys: 0,
  applicationCursor: false,
  bracketedPaste: false,
  focusEvents: false,
  mouse: 'none',
  sgrMouse: false,
  synchronized: false,
  cursorHidden: false,
  origin: false,
  insert: false,
  wraparound: true,
};

/** Switches on all that programs switch on, then waits. */
const MODES_ON = `printf '\\033[?1049h\\033[>7u\\033[>4;2m\\033[?1h\\033[?2004h\\033[?1004h\\033[?1003h\\033[?1006h\\033[?25l\\033[31min colour'
exec cat`;

describe('several clients', () => {
  test('see the same, and each may type', async () => {
    const rig = createRig({ codex: WITNESS });
    const first = rig.open(['start']);
    await first.waitFor('size 100x30');
    const second = rig.open(['attach']);
    await second.waitFor('size 100x30');
    first.send('1');
    await Promise.all([first.waitFor('got "1"'), second.waitFor('got "1"')]);
    second.send('2');
    await Promise.all([first.waitFor('got "2"'), second.waitFor('got "2"')]);
    expect(second.text()).toBe(first.text());
  });

  test('the size follows who came or typed last, and nobody else', async () => {
    const rig = createRig({ codex: WITNESS });
    const first = rig.open(['start'], { cols: 100, rows: 30 });
    await logged(rig, 'size 100x30');
    const second = rig.open(['attach'], { cols: 80, rows: 24 });
    await logged(rig, 'size 80x24');
    first.resize(110, 33);
    second.resize(90, 20);
    await logged(rig, 'size 90x20');
    first.send('a');
    await logged(rig, 'got "a"');
    await logged(rig, 'size 110x33');
    second.send(DETACH);
    expect(await second.waitForExit()).toBe(0);
    await clients(rig, 1);
    first.send('b');
    await logged(rig, 'got "b"');
    const sizes = logOf(rig).filter((line) => line.startsWith('size'));
    // What is typed and the new size go different ways: the key may be the first to arrive.
    if (sizes[3] === 'size 100x30') sizes.splice(3, 1);
    expect(sizes).toEqual(['size 100x30', 'size 80x24', 'size 90x20', 'size 110x33']);
  });

  test('when the one who set the size leaves, it is that of who typed before', async () => {
    const rig = createRig({ codex: WITNESS });
    rig.open(['start'], { cols: 100, rows: 30 });
    await logged(rig, 'size 100x30');
    const second = rig.open(['attach'], { cols: 80, rows: 24 });
    await logged(rig, 'size 80x24');
    second.send(DETACH);
    await rig.waitUntil(() => logOf(rig).at(-1) === 'size 100x30', 'the size of before');
  });

  test('one that is read-only sees all, types nothing, changes no size, and can leave', async () => {
    const rig = createRig({ codex: WITNESS });
    const first = rig.open(['start']);
    await logged(rig, 'size 100x30');
    const looker = rig.open(['attach', '--read-only'], { cols: 70, rows: 20 });
    await clients(rig, 2);
    looker.send('x');
    looker.resize(60, 15);
    looker.paste('pasted');
    first.send('a');
    await looker.waitFor('got "a"');
    looker.send(DETACH);
    expect(await looker.waitForExit()).toBe(0);
    expect(logOf(rig)).toEqual(['size 100x30', 'got "a"']);
  });

  test('are all sent home from outside; the session goes on', async () => {
    const rig = createRig({ codex: MODES_ON });
    const both = [rig.open(['start'])];
    await both[0]?.waitFor('in colour');
    both.push(rig.open(['attach']));
    await both[1]?.waitFor('in colour');
    expect((await rig.run(['detach'])).exitCode).toBe(0);
    for (const terminal of both) {
      expect(await terminal.waitForExit()).toBe(0);
      expect(terminal.text()).toContain('[detached from ultra:main by request]');
      expect(terminal.modes()).toMatchObject(MODES_OFF);
    }
    expect(await rig.list()).toMatchObject([{ state: 'running', clients: 0 }]);
  });

  test('one killed with -9 leaves no trace on the session', async () => {
    const rig = createRig({ codex: WITNESS });
    const first = rig.open(['start']);
    await first.waitFor('size 100x30');
    // In the middle of a paste, which nobody will end.
    first.send('\x1b[200~half');
    await logged(rig, 'got "\\u001b[200~half"');
    const [before] = await rig.list();
    first.signal('SIGKILL');
    await first.exit;
    await clients(rig, 0);
    const second = rig.open(['attach']);
    await second.waitFor('half');
    second.send('a');
    await logged(rig, 'got "a"');
    expect(await rig.list()).toMatchObject([{ pid: before?.pid, state: 'running', clients: 1 }]);
  });
});

/** The command in a shell's terminal, whose settings are noted before and after. */
function inShell(rig: Rig, args: string): Terminal {
  const script = `stty -a >before; '${COMMAND}' ${args}; echo "code $?"; stty -a >after`;
  return rig.openProgram('/bin/sh', ['-c', script]);
}

function clientPid(rig: Rig): number {
  const found = rig.processes().find(({ command }) => command.includes(`${COMMAND} `));
  if (!found) throw new Error(`no client runs\n${rig.describe()}`);
  return found.pid;
}

function expectLeftAsItWas(rig: Rig, terminal: Terminal): void {
  const settings = (name: string) => readFileSync(join(rig.projectDir, name), 'utf8');
  expect(settings('after')).toBe(settings('before'));
  expect(terminal.modes()).toMatchObject(MODES_OFF);
}

describe('the terminal is left as it was', () => {
  test.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)('after %s', async (signal) => {
    const rig = createRig({ codex: MODES_ON });
    const terminal = inShell(rig, 'start');
    await terminal.waitFor('in colour');
    process.kill(clientPid(rig), signal);
    const code = { SIGTERM: 143, SIGHUP: 129, SIGINT: 130 }[signal];
    await terminal.waitFor(`code ${code}`);
    await terminal.waitForExit();
    expect(terminal.text()).toContain(`[detached from ultra:main by ${signal}]`);
    expectLeftAsItWas(rig, terminal);
    expect(await rig.list()).toMatchObject([{ state: 'running', clients: 0 }]);
  });

  test('after detaching, and after the end', async () => {
    const rig = createRig({ codex: `${MODES_ON.replace('exec cat', 'read line; exit 3')}` });
    const left = inShell(rig, 'start');
    await left.waitFor('in colour');
    left.press('ctrl+\\');
    await left.waitFor('code 0');
    await left.waitForExit();
    expectLeftAsItWas(rig, left);
    const ended = inShell(rig, 'attach');
    await ended.waitFor('in colour');
    ended.send('\r');
    await ended.waitFor('code 3');
    await ended.waitForExit();
    expect(ended.text()).toContain('[ultra:main exited with 3]');
    expectLeftAsItWas(rig, ended);
  });

  test('after a supervisor without a guard was killed with -9: says so, exits 1', async () => {
    const rig = createRig({ codex: MODES_ON, guarded: false });
    rig.forgiveLeftovers();
    const terminal = inShell(rig, 'start');
    await terminal.waitFor('in colour');
    process.kill(rig.supervisorPid() as number, 'SIGKILL');
    await terminal.waitFor('code 1');
    await terminal.waitForExit();
    expect(terminal.text()).toMatch(
      /\[lost ultra:main: the supervisor has gone away\]\s+Bring it back/,
    );
    expectLeftAsItWas(rig, terminal);
    await rig.waitUntilEmpty();
  });

  test('while the client is stopped, and the screen is back when it goes on', async () => {
    const rig = createRig({ codex: MODES_ON });
    const terminal = rig.openProgram('/bin/bash', ['--norc', '--noprofile', '-i'], {
      env: { PS1: 'shell> ' },
    });
    await terminal.waitFor('shell>');
    terminal.send(`stty -a >before; '${COMMAND}' start\r`);
    await terminal.waitFor('in colour');
    process.kill(clientPid(rig), 'SIGTSTP');
    await terminal.waitFor(/Stopped/);
    expect(terminal.modes()).toMatchObject({ ...MODES_OFF, bracketedPaste: expect.anything() });
    terminal.send('stty -a >after; echo noted\r');
    await terminal.waitFor(/^noted/m);
    terminal.send('fg\r');
    await terminal.waitFor(
      (text) => {
        const { alternateScreen, mouse, kittyFlags } = terminal.modes();
        return (
          text.startsWith('in colour') && alternateScreen && mouse === 'any' && kittyFlags === 7
        );
      },
      { what: 'the screen and its modes' },
    );
    terminal.press('ctrl+\\');
    await terminal.waitFor('[detached from ultra:main]');
    terminal.send('stty -a >after; echo again\r');
    await terminal.waitFor(/^again/m);
    const settings = (name: string) => readFileSync(join(rig.projectDir, name), 'utf8');
    expect(settings('after')).toBe(settings('before'));
    terminal.send('exit\r');
    await terminal.waitForExit();
  });

  test('when the window is closed the session goes on without it', async () => {
    const rig = createRig({ codex: WITNESS });
    const terminal = rig.open(['start']);
    await logged(rig, 'size 100x30');
    terminal.close();
    await terminal.exit;
    await clients(rig, 0);
    expect(await rig.list()).toMatchObject([{ state: 'running' }]);
  });
});

describe('our keys', () => {
  test.each([
    ['as a control character', '\x1c'],
    ['as CSI u', '\x1b[92;5u'],
    ['as CSI u with an event type', '\x1b[92;5:1u'],
    ['as modifyOtherKeys', '\x1b[27;5;92~'],
  ])('detach %s; what was typed before goes in, the key does not', async (_, key) => {
    const rig = createRig({ codex: WITNESS });
    const terminal = rig.open(['start']);
    await terminal.waitFor('size');
    terminal.send(`ab${key}`);
    expect(await terminal.waitForExit()).toBe(0);
    expect(terminal.text()).toContain('[detached from ultra:main]');
    await logged(rig, 'got "ab"');
  });

  test.each([
    ['as a control character', '\x1e'],
    ['as CSI u', '\x1b[54;6u'],
    ['as modifyOtherKeys', '\x1b[27;6;94~'],
  ])('switch %s, to another session and back by Esc', async (_, key) => {
    const rig = createRig({ codex: WITNESS });
    await rig.ok(['start', '-d', 'other']);
    const terminal = rig.open(['start']);
    await terminal.waitFor('size');
    terminal.send(key);
    await terminal.waitFor('enter attach');
    terminal.send('\x1b');
    await terminal.waitFor((text) => text.startsWith('size'), { what: 'the session again' });
    terminal.send(key);
    await terminal.waitFor('enter attach');
    terminal.type('other');
    await terminal.waitFor('❯ other');
    terminal.send('\r');
    await terminal.waitFor((text) => text.startsWith('size 120x40'), { what: 'the other session' });
    terminal.send(DETACH);
    await terminal.waitForExit();
    expect(terminal.text()).toContain('[detached from ultra:other]');
  });

  test('are not looked for inside a paste, however it is cut', async () => {
    const rig = createRig({ codex: WITNESS });
    const terminal = rig.open(['start']);
    await terminal.waitFor('size');
    const paste = `\x1b[200~a${DETACH}b\x1ec\x1b[92;5ud\x1b[201~`;
    // Not after ESC: that one goes on at once, it may be somebody's Esc.
    for (let at = 2; at < paste.length; at += 3) {
      const before = logOf(rig).length;
      terminal.send(paste.slice(0, at));
      terminal.send(paste.slice(at));
      await rig.waitUntil(
        () =>
          logOf(rig)
            .slice(before)
            .map((line) => JSON.parse(line.slice('got '.length)) as string)
            .join('') === paste,
        `the paste cut at ${at}`,
      );
    }
    terminal.send(DETACH);
    expect(await terminal.waitForExit()).toBe(0);
  });

  test('can be others, or none', async () => {
    const rig = createRig({ codex: WITNESS });
    rig.file(
      'home/.config/codex-sessions/config.toml',
      'detach_key = "ctrl+q"\nswitch_key = "none"\n',
    );
    const terminal = rig.open(['start']);
    await terminal.waitFor('size');
    terminal.send(`${DETACH}\x1e`);
    await logged(rig, 'got "\\u001c\\u001e"');
    terminal.send('\x11');
    expect(await terminal.waitForExit()).toBe(0);
  });
});

test('a start in a terminal returns the code of a session that somebody kills: 128 + signal', async () => {
  const rig = createRig({ codex: 'echo here; exec cat' });
  const terminal = rig.open(['start']);
  await terminal.waitFor('here');
  const [session] = await rig.list();
  const info = rig.processes().find(({ pid }) => pid === session?.pid);
  expect(info).toBeDefined();
  if (info) killProcess(info);
  expect(await terminal.waitForExit()).toBe(137);
  expect(terminal.text()).toContain('[ultra:main ended by SIGKILL]');
});

test('one that is killed while somebody is attached says so in words', async () => {
  const rig = createRig({
    codex: 'trap "exit 3" TERM HUP; echo here; while :; do sleep 0.05; done',
  });
  for (const [name, code] of [
    ['review', 3],
    ['main', 129],
  ] as const) {
    const codex = rig.program(name, 'echo here; exec cat');
    const env = name === 'main' ? { CODEX_SESSIONS_CODEX: codex } : {};
    const terminal = rig.open(['start', name], { env });
    await terminal.waitFor('here');
    await rig.ok(['kill', name]);
    expect(await terminal.waitForExit()).toBe(code);
    expect(terminal.text()).toContain(
      `[ultra:${name} was killed, by codex-sessions kill elsewhere]\n  Start it again: codex-sessions start ultra:${name}\n`,
    );
  }
});
