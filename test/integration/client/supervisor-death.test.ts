/** Whoever is attached when the supervisor dies stays, and what is typed arrives once. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isAlive } from '../../support/process/processes.ts';
import { COMMAND } from '../../support/rig/command.ts';
import { createRig, type Rig } from '../../support/rig/rig.ts';
import {
  dies,
  guarded,
  guardsOf,
  killNow,
  MANY_DEATHS,
  succeeded,
} from '../../support/rig/successor.ts';
import type { Terminal } from '../../support/terminal/terminal.ts';

const DETACH = '\x1c';

/** Keeps all that it is sent in the file `typed`, and shows how much that is and the end of it. */
const COUNTER = `exec '${process.execPath}' -e '
const { appendFileSync } = require("node:fs");
let all = 0;
process.stdin.setRawMode(true);
process.stdin.on("data", (bytes) => {
  appendFileSync("typed", bytes);
  all += bytes.length;
  process.stdout.write("\\x1b[5;1H\\x1b[Kgot " + all + " ends " + JSON.stringify(bytes.toString().slice(-20)));
});
process.stdout.write("\\x1b[H\\x1b[2Jcounter ready\\r\\n");
'`;

/** Switches on all that programs switch on, then waits. */
const MODES_ON = `printf '\\033[?1049h\\033[>7u\\033[>4;2m\\033[?1h\\033[?2004h\\033[?1004h\\033[?1003h\\033[?1006h\\033[?25l\\033[31min colour'
exec cat`;

const MODES_OFF = {
  ...{ alternateScreen: false, kittyFlags: 0, modifyOtherKeys: 0, applicationCursor: false },
  ...{ bracketedPaste: false, focusEvents: false, mouse: 'none', sgrMouse: false },
  ...{ synchronized: false, cursorHidden: false, origin: false, insert: false, wraparound: true },
};

function typed(rig: Rig): string {
  const file = join(rig.projectDir, 'typed');
  return existsSync(file) ? readFileSync(file, 'latin1') : '';
}

function hasTyped(rig: Rig, text: string): Promise<true> {
  return rig.waitUntil(() => typed(rig).includes(text), `"${text}" to arrive`);
}

/** Bytes that the user was told may be missing, with the key that each notice took. */
function toldMissing(terminal: Terminal): number {
  const told = [
    ...terminal
      .raw()
      .toString('latin1')
      .matchAll(/([\d,]+) bytes? that you typed/g),
  ];
  return told.reduce((sum, match) => sum + Number(match[1]?.replaceAll(',', '')) + 1, 0);
}

/** The guard does not go on before `resume` is called, so that nobody serves. */
async function killWithoutSuccessor(rig: Rig): Promise<{ dead: number; resume: () => void }> {
  await guarded(rig);
  const [guard] = guardsOf(rig);
  if (!guard) throw new Error(`no guard\n${rig.describe()}`);
  process.kill(guard.pid, 'SIGSTOP');
  const dead = killNow(rig);
  await rig.waitUntil(() => !isAlive(dead), 'the supervisor to be gone');
  return { dead, resume: () => process.kill(guard.pid, 'SIGCONT') };
}

const WAYS = [
  ['direct output', {}],
  ['output through the client', { CODEX_SESSIONS_DIRECT: '0' }],
] as const;

test.each(WAYS)('a client stays, and its keys arrive: %s', async (_, env) => {
  const rig = createRig({ codex: COUNTER, env: { ...MANY_DEATHS, ...env } });
  const terminal = rig.open(['start']);
  await terminal.waitFor('counter ready');
  terminal.type('before');
  await terminal.waitFor('got 6 ');
  const [before] = await rig.list();
  const { dead, resume } = await killWithoutSuccessor(rig);
  terminal.type('meanwhile');
  resume();
  await succeeded(rig, dead);
  await hasTyped(rig, 'meanwhile');
  terminal.type('after');
  await hasTyped(rig, 'after');
  expect(typed(rig)).toBe('beforemeanwhileafter');
  await terminal.waitFor(/counter ready[\s\S]*got 20 /);
  const [after] = await rig.list();
  expect(after?.pid).toBe(before?.pid);
  expect(after?.clients).toBe(1);
  terminal.send(DETACH);
  expect(await terminal.waitForExit()).toBe(0);
});

test('whoever types on while it dies ten times types each key once, in order', async () => {
  const rig = createRig({ codex: COUNTER, env: MANY_DEATHS });
  const terminal = rig.open(['start']);
  await terminal.waitFor('counter ready');
  let next = 0;
  const typist = setInterval(() => terminal.send(`${String(next++).padStart(5, '0')} `), 5);
  for (let n = 0; n < 10; n++) await dies(rig);
  clearInterval(typist);
  terminal.send('.');
  // The last notice may take one.
  await hasTyped(rig, '.').catch(() => terminal.send('.'));
  await hasTyped(rig, '.');
  const sent = Array.from({ length: next }, (_, i) => String(i).padStart(5, '0'));
  const numbers = typed(rig).match(/\d{5}(?= )/g) ?? [];
  const arrived = new Set(numbers);
  const missing = sent.filter((key) => !arrived.has(key));
  expect(numbers).toEqual(sent.filter((key) => arrived.has(key)));
  expect(missing.length).toBeLessThanOrEqual(toldMissing(terminal));
  expect(numbers.length).toBeGreaterThan(100);
}, 120_000);

test('a large paste in flight arrives once, or the user is told how much may not have', async () => {
  const rig = createRig({ codex: COUNTER, env: MANY_DEATHS });
  const terminal = rig.open(['start']);
  await terminal.waitFor('counter ready');
  const lines = Array.from({ length: 60_000 }, (_, i) => `line ${String(i).padStart(8, '0')}\n`);
  terminal.send(lines.join(''));
  await hasTyped(rig, 'line 00000100\n');
  await dies(rig);
  await terminal.waitForRaw(/that you typed|got 840000 /);
  const told = toldMissing(terminal);
  if (told > 0) terminal.send('\r');
  await hasTyped(rig, 'line 00059999\n');
  const numbers = (typed(rig).match(/line \d{8}\n/g) ?? []).map((line) => Number(line.slice(5)));
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  expect((lines.length - numbers.length) * 14).toBeLessThanOrEqual(told + 28);
}, 120_000);

test('all who are attached stay, with their sizes, and one that only looks on stays so', async () => {
  const rig = createRig({ codex: COUNTER, env: MANY_DEATHS });
  const typist = rig.open(['start']);
  await typist.waitFor('counter ready');
  const other = rig.open(['attach', 'main'], { cols: 80, rows: 24 });
  await other.waitFor('counter ready');
  const onlooker = rig.open(['attach', '--read-only', 'main']);
  await onlooker.waitFor('counter ready');
  await rig.waitUntil(async () => (await rig.list())[0]?.clients === 3, 'three clients');
  const { dead, resume } = await killWithoutSuccessor(rig);
  onlooker.type('nothing');
  typist.type('one');
  resume();
  await succeeded(rig, dead);
  await hasTyped(rig, 'one');
  onlooker.type('nothing');
  other.type('two');
  await hasTyped(rig, 'two');
  for (const terminal of [typist, other, onlooker]) await terminal.waitFor('got 6 ');
  expect(typed(rig)).toBe('onetwo');
  expect((await rig.list())[0]?.clients).toBe(3);
});

test('Ctrl-\\ leaves while nobody serves, and the terminal is as it was', async () => {
  const rig = createRig({ codex: MODES_ON, env: MANY_DEATHS });
  const terminal = rig.open(['start']);
  await terminal.waitFor('in colour');
  const { dead, resume } = await killWithoutSuccessor(rig);
  await terminal.waitFor('The supervisor has ended; waiting for its successor. Ctrl-\\ leaves.');
  terminal.press('ctrl+\\');
  expect(await terminal.waitForExit()).toBe(0);
  await terminal.waitFor('[detached from ultra:main]');
  expect(terminal.modes()).toMatchObject(MODES_OFF);
  resume();
  await succeeded(rig, dead);
  const again = rig.open(['attach', 'main']);
  // It is raw then.
  await again.waitForRaw(/\x1b\[>0u/);
  again.type('echoed');
  await again.waitFor('echoed');
});

test('a signal ends it while nobody serves', async () => {
  const rig = createRig({ codex: MODES_ON, env: MANY_DEATHS });
  const terminal = rig.open(['start']);
  await terminal.waitFor('in colour');
  const { resume } = await killWithoutSuccessor(rig);
  terminal.signal('SIGTERM');
  expect(await terminal.waitForExit()).toBe(128 + 15);
  expect(terminal.modes()).toMatchObject(MODES_OFF);
  resume();
});

test('a wait of more than a second is told, and covered by the picture; another size counts', async () => {
  const rig = createRig({ codex: COUNTER, env: MANY_DEATHS });
  const terminal = rig.open(['start']);
  await terminal.waitFor('counter ready');
  // At rest.
  terminal.type('abc');
  await terminal.waitFor('got 3 ');
  const { dead, resume } = await killWithoutSuccessor(rig);
  await terminal.waitFor('The supervisor has ended');
  terminal.resize(90, 20);
  await terminal.waitFor((screen) => screen.split('\n')[19]?.includes('has ended') === true);
  terminal.type('def');
  resume();
  await succeeded(rig, dead);
  await terminal.waitFor(/counter ready[\s\S]*got 6 /);
  await terminal.waitFor((screen) => !screen.includes('has ended'));
});

test('a flood goes on, and the picture after it is the program’s', async () => {
  const rig = createRig({ env: MANY_DEATHS });
  const terminal = rig.open(['start']);
  await terminal.waitFor('stand-in ready');
  const script =
    'BEGIN { for (i = 1; i <= 300000; i++) printf "\\033[3%dmseq %08d\\033[m\\n", i % 8, i }';
  terminal.send(`awk '${script}' | tee flood; seq -f 'last %.0f' 60; echo over\r`);
  await terminal.waitFor('seq ');
  for (let n = 0; n < 3; n++) await dies(rig);
  await terminal.waitFor(/last 59\nlast 60\nover\n\$/, { timeout: 120_000 });
  const flood = readFileSync(join(rig.projectDir, 'flood'), 'latin1');
  expect(flood.match(/seq \d{8}/g)).toHaveLength(300_000);
  const fresh = rig.open(['attach', 'main']);
  await fresh.waitFor(/last 59\nlast 60\nover\n\$/);
  expect(terminal.text()).toBe(fresh.text());
}, 180_000);

test('stopped by its shell while nobody serves, it is back with the successor', async () => {
  const rig = createRig({ codex: COUNTER, env: MANY_DEATHS });
  const shell = ['--norc', '--noprofile', '-i'];
  const terminal = rig.openProgram('/bin/bash', shell, { env: { PS1: 'shell> ' } });
  await terminal.waitFor('shell>');
  terminal.send(`'${COMMAND}' start\r`);
  await terminal.waitFor('counter ready');
  const { dead, resume } = await killWithoutSuccessor(rig);
  await terminal.waitFor('The supervisor has ended');
  const [client] = rig.processes().filter(({ command }) => / start$/.test(command));
  process.kill(client?.pid ?? 0, 'SIGTSTP');
  await terminal.waitFor(/Stopped/);
  terminal.send('echo in the shell\r');
  await terminal.waitFor(/^in the shell/m);
  resume();
  await succeeded(rig, dead);
  terminal.send('fg\r');
  await terminal.waitFor('counter ready');
  terminal.type('abc');
  await hasTyped(rig, 'abc');
  expect(typed(rig)).toBe('abc');
  terminal.send(DETACH);
  await terminal.waitFor('[detached from ultra:main]');
  terminal.send('exit\r');
  await terminal.waitForExit();
});

test('the switch key opens the list while nobody serves, and leads back', async () => {
  const rig = createRig({ codex: COUNTER, env: MANY_DEATHS });
  const terminal = rig.open(['start']);
  await terminal.waitFor('counter ready');
  const { dead, resume } = await killWithoutSuccessor(rig);
  terminal.press('ctrl+^');
  resume();
  await succeeded(rig, dead);
  await terminal.waitFor(/main.*\n[\s\S]*enter/i);
  terminal.press('escape');
  await terminal.waitFor('counter ready');
  terminal.type('back');
  await hasTyped(rig, 'back');
});

test('without a guard the session is lost, as ever, and the terminal is as it was', async () => {
  const rig = createRig({ codex: MODES_ON, guarded: false });
  rig.forgiveLeftovers();
  const terminal = rig.open(['start']);
  await terminal.waitFor('in colour');
  process.kill(rig.supervisorPid() ?? 0, 'SIGKILL');
  expect(await terminal.waitForExit()).toBe(1);
  await terminal.waitFor('[lost ultra:main: the supervisor has gone away]');
  expect(terminal.modes()).toMatchObject(MODES_OFF);
});

test.each(WAYS)(
  'one that hangs is told of after 5 s: %s',
  async (_, env) => {
    const rig = createRig({ codex: COUNTER, env: { ...MANY_DEATHS, ...env } });
    const terminal = rig.open(['start']);
    await terminal.waitFor('counter ready');
    const supervisor = rig.supervisorPid() ?? 0;
    process.kill(supervisor, 'SIGSTOP');
    terminal.type('abc');
    await terminal.waitFor('codex-sessions supervisor restart --force');
    process.kill(supervisor, 'SIGCONT');
    await terminal.waitFor(/counter ready[\s\S]*got 3 /);
    await terminal.waitFor((screen) => !screen.includes('restart --force'));
    process.kill(supervisor, 'SIGSTOP');
    terminal.type('def');
    await terminal.waitFor('codex-sessions supervisor restart --force');
    process.kill(supervisor, 'SIGKILL');
    await succeeded(rig, supervisor);
    await terminal.waitFor(/counter ready[\s\S]*got 6 /);
    expect(typed(rig)).toBe('abcdef');
  },
  90_000,
);
