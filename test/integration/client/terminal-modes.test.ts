/**
 * Modes and settings that a program leaves on in a terminal: each attached terminal gets them, and is
 * afterwards as it was. Whatever it is asked for that, its replies reach nobody.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RawConnection, RawControl } from '../../support/process/raw-client.ts';
import { COMMAND } from '../../support/rig/command.ts';
import { createRig, type Rig } from '../../support/rig/rig.ts';
import { Emulator } from '../../support/terminal/emulator.ts';
import type { Terminal } from '../../support/terminal/terminal.ts';

/** 7727 and 424242 are in no table; 7727 is on in the user's own terminal, and so is 12. */
const SET = '?9001;7727;1042h?69h5;60s?424242h?12;1036l';
const SETS = `${SET.replaceAll(/[?\d;]+[hls]/g, (sequence) => `\\033[${sequence}`)}\\033]9;4;1;50\\033\\\\\\033]22;wait\\033\\\\`;
const MODES = [9001, 7727, 1042, 69, 424242, 12, 1036];

/** Sets them and keeps its input. */
const program = (sets: string) =>
  `[ -n "$CODEX_SESSIONS_SESSION" ] || exit 0
stty raw -echo; printf '${sets}ready'; exec cat -v >"$HOME/input"`;

const inputOf = (rig: Rig) => {
  const file = join(rig.home, 'input');
  return existsSync(file) ? readFileSync(file, 'latin1') : '';
};

async function modesOf({ emulator }: Terminal): Promise<string> {
  const answers = await emulator.ask(MODES.map((mode) => `\x1b[?${mode}$p`).join(''));
  const modes = answers.replaceAll(/\x1b\[\?(\d+);(\d)\$y/g, '$1=$2 ').trim();
  const { progress, pointer, sideMargins } = emulator;
  return `${modes} ${progress} ${pointer} ${sideMargins}`.trim();
}

const SHOWN = '9001=1 7727=1 1042=1 69=1 424242=1 12=2 1036=2 1;50 wait 5;60';
const OWN = '9001=2 7727=1 1042=2 69=2 424242=2 12=1 1036=1';
const USUAL = '9001=2 7727=2 1042=2 69=2 424242=2 12=2 1036=1';

/** A terminal that has modes of its own when it attaches. */
function attach(rig: Rig, { answers = true, args = '' } = {}): Terminal {
  const own = "printf '\\033[?7727;12h'";
  return rig.openProgram('/bin/sh', ['-c', `${own}; exec ${COMMAND} attach main ${args}`], {
    answers,
  });
}

const shows = (terminal: Terminal) =>
  terminal.waitFor((text, { emulator }) => text.includes('ready') && emulator.progress !== '');

async function leave(terminal: Terminal): Promise<void> {
  terminal.press('ctrl+\\');
  expect(await terminal.waitForExit()).toBe(0);
}

/** Of a terminal's usual size: the margins do not outlive a change of it. */
async function start(rig: Rig): Promise<Terminal> {
  const first = rig.open(['start']);
  await first.waitFor('ready');
  await leave(first);
  return first;
}

test('a terminal of its own habits gets the modes, and has its own again', async () => {
  const rig = createRig({ codex: program(SETS) });
  expect(await modesOf(await start(rig))).toBe(USUAL);
  for (const args of ['', '--read-only']) {
    const terminal = attach(rig, { args });
    await shows(terminal);
    expect(await modesOf(terminal)).toBe(SHOWN);
    await leave(terminal);
    expect(await modesOf(terminal)).toBe(OWN);
  }
  expect(inputOf(rig)).toBe('');
});

test('what a terminal said outlives an upgrade', async () => {
  const rig = createRig({ codex: program(SETS) });
  await rig.ok(['start', '-d']);
  const terminal = attach(rig);
  await shows(terminal);
  await rig.ok(['supervisor', 'upgrade']);
  await leave(terminal);
  expect(await modesOf(terminal)).toBe(OWN);
  expect(inputOf(rig)).toBe('');
});

test('a terminal that says nothing has the usual modes afterwards', async () => {
  const rig = createRig({ codex: program(SETS) });
  await start(rig);
  const terminal = attach(rig, { answers: false });
  await shows(terminal);
  expect(await modesOf(terminal)).toBe(SHOWN);
  await leave(terminal);
  expect(await modesOf(terminal)).toBe(USUAL);
});

test('a terminal that prints what it does not know shows nothing of the queries', async () => {
  const rig = createRig({ codex: program(SETS) });
  await start(rig);
  const terminal = attach(rig, { answers: false });
  await shows(terminal);
  const raw = terminal.raw().toString('latin1');
  expect(raw).toMatch(/\x1b\[\?7727\$p/);
  const printing = new Emulator(100, 30, () => {});
  await printing.write(Buffer.from(raw.replaceAll(/\x1b\[\?\d+\$p/g, 'p'), 'latin1'));
  expect(printing.history().join('').trim()).toBe('ready');
  await leave(terminal);
});

test('left before its replies are there: they are typed neither into the program nor into the shell', async () => {
  const rig = createRig({ codex: program(SETS) });
  await start(rig);
  const terminal = rig.openProgram('/bin/sh', ['-i'], { env: { PS1: '$ ' } });
  await terminal.waitFor('$ ');
  terminal.holdAnswers();
  terminal.send(`${COMMAND} attach main; echo "back: $?"\r`);
  await shows(terminal);
  terminal.press('ctrl+\\');
  // The query of the client itself: once that is out, it waits.
  await terminal.waitForRaw(/\x1b\[c/);
  terminal.releaseAnswers();
  await terminal.waitFor(/^back: 0/m);
  terminal.send('echo usable again\r');
  await terminal.waitFor(/^usable again$/m);
  expect(terminal.text()).not.toMatch(/\d;\d\$y/);
  expect(await modesOf(terminal)).toBe(USUAL);
  expect(inputOf(rig)).toBe('');
});

test('who types gets the modes with the size, who is shown a scaled view has its own', async () => {
  const rig = createRig({ codex: program(SETS) });
  await rig.ok(['start', '-d']);
  const large = attach(rig);
  await shows(large);
  const small = rig.open(['attach', 'main'], { cols: 60, rows: 12 });
  await shows(small);
  await rig.waitUntil(async () => (await modesOf(large)) === OWN, 'the modes of a scaled terminal');
  large.send('x');
  // The margins went with the size.
  const shown = SHOWN.replace(' 5;60', '');
  await rig.waitUntil(async () => (await modesOf(large)) === shown, 'the modes of a leader');
  await leave(large);
  expect(await modesOf(large)).toBe(OWN);
});

test('a mode that the program asks for is answered once, and thousands of modes are no burden', async () => {
  const many = `i=10000; while [ $i -lt 13000 ]; do printf '\\033[?%dh' $i; i=$((i+1)); done`;
  const rig = createRig({
    codex: `[ -n "$CODEX_SESSIONS_SESSION" ] || exit 0
stty raw -echo; ${many}; printf '\\033[?9001h\\033[?1042$p\\033[?7727$pready'; exec cat -v >"$HOME/input"`,
  });
  const terminal = rig.open(['start']);
  await terminal.waitFor('ready');
  await rig.waitUntil(() => inputOf(rig).includes('?7727;'), 'the replies');
  await leave(terminal);
  expect(await modesOf(terminal)).toBe(USUAL);
  // By the terminal or, if that is slow, by the supervisor.
  expect(inputOf(rig)).toMatch(/^\^\[\[\?1042;[02]\$y\^\[\[\?7727;[02]\$y$/);
  const again = rig.open(['attach', 'main']);
  await again.waitFor('ready');
  expect(again.raw().length).toBeLessThan(8_000);
  await leave(again);
});

/** Reports of the size in the program's input, as `rows;columns`. */
const sizes = (rig: Rig) =>
  [...inputOf(rig).matchAll(/\^\[\[48;(\d+;\d+);0;0t/g)].map(([, size]) => size);

test('mode 2048: each size is told once, whatever the terminal knows', async () => {
  const rig = createRig({ codex: program('\\033[?2048$p\\033[?1;2048h\\033[?2048$p') });
  const told = (...expected: string[]) =>
    rig.waitUntil(() => sizes(rig).join(' ') === expected.join(' '), `${expected}`);
  const knowing = rig.open(['start']);
  await told('30;100');
  knowing.resize(90, 25);
  await told('30;100', '25;90');
  await leave(knowing);

  const other = rig.open(['attach', 'main']);
  other.emulator.unknownModes.add(2048);
  await told('30;100', '25;90', '30;100');
  other.resize(70, 20);
  await told('30;100', '25;90', '30;100', '20;70');

  // One that knows the mode, and has another size: it is not the program's.
  const watching = rig.open(['attach', 'main', '--read-only']);
  await watching.waitFor('ready');
  watching.resize(101, 31);
  await rig.waitUntil(async () => (await rig.list())[0]?.clients === 2, 'the client');
  other.send('x');
  await rig.waitUntil(() => inputOf(rig).endsWith('x'), 'the key');
  expect(inputOf(rig)).toBe(
    '^[[?2048;2$y^[[48;30;100;0;0t^[[?2048;1$y^[[48;25;90;0;0t^[[48;30;100;0;0t^[[48;20;70;0;0tx',
  );
  // It was no program's mode before.
  for (const terminal of [knowing, other])
    expect(await terminal.emulator.ask('\x1b[?2048$p')).toMatch(/;[02]\$y$/);
});

test('left and attached again before the first output, a terminal is restored all the same', async () => {
  const rig = createRig({
    codex: `until [ -e "$HOME/go" ]; do sleep 0.05; done; seq -f 'line %g.' 100; ${program(SETS)}`,
  });
  await rig.ok(['start', '-d', '--no-wait']);
  const shell = rig.openProgram('/bin/sh', ['-i'], { env: { PS1: '$ ' } });
  await shell.waitFor('$ ');
  for (const times of [1, 2]) {
    shell.send(`${COMMAND} attach main; echo "left: $?"\r`);
    // The queries that it is sent on attaching.
    await shell.waitForRaw(new RegExp(`(\\x1b\\[\\?8452\\$p[^]*){${times}}`));
    if (times > 1) break;
    shell.press('ctrl+\\');
    await shell.waitFor(/^left: 0/m);
  }
  rig.file('home/go', '');
  await shows(shell);
  const other = rig.open(['attach', 'main'], { cols: 60, rows: 12 });
  await shows(other);
  await leave(other);
  await shows(shell);
  shell.press('ctrl+\\');
  await shell.waitFor(/^left: 0\n\$ ?$/m);
  expect(await modesOf(shell)).toBe(USUAL);
  expect(shell.history().match(/line 1\./g)).toHaveLength(1);
});

test('a read-only terminal’s outstanding answers are counted, too, for when it leaves', async () => {
  const rig = createRig({
    codex: `stty raw -echo; printf ready
until [ -e "$HOME/go" ]; do sleep 0.05; done; printf '\\033[casked'; exec cat`,
  });
  // Of the same size: another one is shown a scaled view, and is asked nothing.
  await rig.open(['start']).waitFor('ready');
  const [session] = await rig.list();
  const token = 'f'.repeat(32);
  const control = await RawControl.open(rig.socket);
  const data = await RawConnection.connect(rig.socket);
  data.say({ type: 'data', token });
  const terminal = { token, cols: 100, rows: 30, readOnly: true };
  await control.ask({ type: 'attach', fullName: session?.fullName, terminal }, 'attached');
  const hears = (text: string) => rig.waitUntil(() => data.heard().includes(text), text);
  await hears('ready');
  rig.file('home/go', '');
  await hears('asked');
  control.say({ type: 'leave' });
  expect(await control.waitFor({ type: 'detached' })).toMatchObject({ openAttributes: 1 });
});
