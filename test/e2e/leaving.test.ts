import { describe, expect, test } from 'vitest';
import { createCodexRig, READY, startedUp } from '../support/rig/codex-rig.ts';
import { COMMAND } from '../support/rig/command.ts';
import { createRig, type Rig } from '../support/rig/rig.ts';
import { loseSupervisor } from '../support/rig/successor.ts';
import type { Terminal } from '../support/terminal/terminal.ts';

const DEC_MODES = [
  1, 5, 6, 7, 8, 9, 12, 25, 45, 66, 67, 69, 1000, 1002, 1003, 1004, 1005, 1006, 1007, 1015, 1016,
  1034, 1035, 1036, 1039, 1042, 1049, 2004, 2026, 2027, 2031, 2048, 7727, 7786, 9001,
];
const QUESTIONS = [
  ...DEC_MODES.map((mode) => `\x1b[?${mode}$p`),
  ...[4, 20].map((mode) => `\x1b[${mode}$p`),
  ...['\x1b[?u', '\x1b[>4?m', '\x1bP$q q\x1b\\', '\x1bP$qr\x1b\\', '\x1bP$qm\x1b\\'],
  ...['\x1b]4;1;?\x1b\\', '\x1b]4;200;?\x1b\\'],
  ...[10, 11, 12].map((color) => `\x1b]${color};?\x1b\\`),
].join('');

/** What the terminal says of itself, one answer a line. */
async function stateOf({ emulator, title }: Terminal) {
  const answers = await emulator.ask(QUESTIONS);
  return {
    answers: answers.split('\x1b').map((answer) => `␛${answer}`),
    title,
    keyboard: structuredClone(emulator.keyboardStacks),
    tabStops: emulator.tabStops,
    pen: emulator.pen,
    progress: emulator.progress,
    pointer: emulator.pointer,
    sideMargins: emulator.sideMargins,
    keyboardLocked: emulator.keyboardLocked,
  };
}

const SETS = {
  keyboard: '\\033[=3u\\033[>7u\\033[>1u\\033[>4;2m\\033[?1h\\033=\\033[?1036l\\033[?1035l',
  mouse:
    '\\033[?9h\\033[?1000h\\033[?1002h\\033[?1003h\\033[?1005h\\033[?1006h\\033[?1015h\\033[?1016h',
  input: '\\033[?1004h\\033[?2004h\\033[?1007l\\033[?2031h\\033[?2048h\\033[?2027l\\033[?9001h',
  lasting:
    '\\033[?67h\\033[?7786h\\033[?7727;1042h\\033[?69h\\033[5;60s\\033]9;4;1;50\\033\\\\\\033]22;wait\\033\\\\\\033[2h',
  output: '\\033[?5h\\033[?45h\\033[?12l\\033[20h\\033[3g\\033[5G\\033H\\033[?7l',
  look: '\\033[4 q\\033[?25l\\033(0\\033)0\\016\\033]4;1;rgb:11/22/33\\033\\\\\\033]10;#aabbcc\\007\\033]11;#010203\\007\\033]12;#ff0000\\007',
  open: '\\033]8;;http://example.invalid\\033\\\\\\033[1;4;31;42m\\033[4h\\033[3;10r\\033[?6h\\033[?2026h\\033]0;theirs\\007\\0337',
};
const EVERYTHING = Object.values(SETS).join('');

/** All of it, on one screen or on both, then a line that ends it. */
const programs = {
  'on the main screen': `printf '${EVERYTHING}\\033(B\\017set-up done'; read line; exit 3`,
  'on the alternate screen': `printf '${SETS.keyboard}\\033[?1049h${EVERYTHING}\\033(B\\017set-up done'; read line; exit 3`,
  'before the alternate screen': `printf '${EVERYTHING}\\033[?1049h\\033(B\\017\\033[?6lset-up done'; read line; exit 3`,
};

interface Shell {
  rig: Rig;
  terminal: Terminal;
  before: Awaited<ReturnType<typeof stateOf>>;
  /** Waits for the shell to have its terminal again. */
  back(): Promise<void>;
}

/** A shell that has a state of its own, in which the command is started. */
async function inShell(rig: Rig, marker: RegExp | string, own = OWN): Promise<Shell> {
  const terminal = rig.openProgram('/bin/sh', ['-i'], { env: { PS1: '$ ' } });
  await terminal.waitFor('$ ');
  terminal.send(`printf '${own}'; echo prepared\r`);
  await terminal.waitFor(/^prepared/m);
  const before = await stateOf(terminal);
  terminal.send(`${COMMAND} start; echo "back: $?"\r`);
  await terminal.waitFor(marker);
  const back = async () => {
    await terminal.waitFor(/^back: \d+/m);
  };
  return { rig, terminal, before, back };
}

/** With modes that the program switches off, and one that it only switches on. */
const OWN = '\\033]0;mine\\007\\033[?1007l\\033[?12;2027;67h\\033[>5u';

const client = (rig: Rig) => {
  const found = rig.processes().find(({ command }) => command.includes(`${COMMAND} start`));
  if (!found) throw new Error(`no client\n${rig.describe()}`);
  return found.pid;
};

const waysOut: Record<string, (shell: Shell) => Promise<void>> = {
  detach: async ({ terminal }) => terminal.press('ctrl+\\'),
  'detach from elsewhere': async ({ rig }) => void (await rig.ok(['detach', 'main'])),
  switch: async ({ rig, terminal }) => {
    await rig.ok(['start', 'other', '-d']);
    terminal.press('ctrl+^');
    await terminal.waitFor('enter attach');
    terminal.type('other');
    terminal.press('enter');
    await rig.waitUntil(
      async () => (await rig.list()).some((s) => s.name === 'other' && s.clients === 1),
      'the other session to be shown',
    );
    terminal.press('ctrl+\\');
  },
  'kill of the session': async ({ rig }) => void (await rig.ok(['kill', 'main', '-y'])),
  'SIGTERM to the client': async ({ rig }) => void process.kill(client(rig), 'SIGTERM'),
  'SIGHUP to the client': async ({ rig }) => void process.kill(client(rig), 'SIGHUP'),
  'kill -9 of the supervisor and its guard': async ({ rig }) => {
    rig.forgiveLeftovers();
    // By the time that it answers a later client, it has sent this one the restore sequence.
    for (let asked = 0; asked < 3; asked++) await rig.list();
    await loseSupervisor(rig);
  },
};

describe.each(Object.entries(programs))('a program that sets everything %s', (_, codex) => {
  test.each([
    ...Object.entries(waysOut),
    ['its own end', async ({ terminal }: Shell) => terminal.send('\r')] as const,
  ])('%s', async (_, leave) => {
    const shell = await inShell(createRig({ codex }), 'set-up done');
    expect((await stateOf(shell.terminal)).answers).not.toEqual(shell.before.answers);
    await leave(shell);
    await shell.back();
    expect(await stateOf(shell.terminal)).toEqual(shell.before);
  });

  test('kill -9 of the client, then reset-terminal', async () => {
    // Nobody knows any more what these were: the user's colours, what Meta and Num Lock do …
    const known = codex
      .replaceAll(/\\033\](4|1[012]);.*?(\\007|\\033\\\\)/g, '')
      .replaceAll(/\\033\[\?103[56]l/g, '')
      .replaceAll(/\\033\[\?(67|7786|7727;1042)h/g, '');
    const shell = await inShell(createRig({ codex: known }), 'set-up done', '\\033]0;mine\\007');
    // Its echo shows that the client has read all that the terminal answered before.
    shell.terminal.send('Z');
    await shell.terminal.waitForRaw(/set-up done[\s\S]*Z/);
    process.kill(client(shell.rig), 'SIGKILL');
    await shell.terminal.waitForRaw(/back: 137/);
    // Answers that the client has not read any more are in the shell's line; the last ends in a backslash.
    shell.terminal.send(`\n\n${COMMAND} reset-terminal; echo "reset: $?"\n`);
    await shell.terminal.waitForRaw(/reset: 0/);
    expect(await stateOf(shell.terminal)).toEqual(shell.before);
    shell.terminal.send('clear; echo "usable again"\r');
    await shell.terminal.waitFor(/^usable again/m);
  });
});

describe('Codex', () => {
  test.each([
    ...Object.entries(waysOut),
    [
      'its own end',
      async ({ rig, terminal }: Shell) => {
        await startedUp(rig);
        terminal.press('ctrl+c');
        terminal.press('ctrl+c');
      },
    ] as const,
  ])('%s', async (_, leave) => {
    const { rig } = await createCodexRig();
    const shell = await inShell(rig, READY);
    await leave(shell);
    await shell.back();
    expect(await stateOf(shell.terminal)).toEqual(shell.before);
    expect(shell.terminal.text()).toMatch(/^\$ printf[^\n]*\nprepared\n/);
  });
});

test('a question that the terminal has still to answer: nothing of it is typed into the shell', async () => {
  // There is hardly a moment without one.
  const asks = `process.stdin.setRawMode(true).on("data", () => process.stdout.write("\\x1b[c"));
process.stdout.write("asks\\x1b[c")`;
  const rig = createRig({ codex: `exec node -e '${asks}'` });
  const { terminal, back } = await inShell(rig, 'asks');
  terminal.press('ctrl+\\');
  await back();
  for (let times = 2; times <= 6; times++) {
    terminal.send(`${COMMAND} attach main; echo "times: ${times} $?"\r`);
    await rig.waitUntil(async () => (await rig.list())[0]?.clients === 1, 'the client');
    terminal.press('ctrl+\\');
    await terminal.waitFor(new RegExp(`^times: ${times} 0`, 'm'));
  }
  terminal.send('echo usable again\r');
  await terminal.waitFor(/^(\$ )?usable again$/m);
  expect(terminal.text()).not.toMatch(/\d+c/);
});
