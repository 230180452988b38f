/**
 * The terminal's own scrollback under programs without the alternate screen: within one attachment it
 * gets each line once, whoever owns the size meanwhile; `scrollback_on_attach` says what it gets later.
 */
import { expect, test } from 'vitest';
import { statOf } from '../../../src/platform/process-identity.ts';
import { WAIT_MS } from '../../support/process/wait-until.ts';
import { COMMAND } from '../../support/rig/command.ts';
import { createRig, type Rig } from '../../support/rig/rig.ts';
import type { Terminal } from '../../support/terminal/terminal.ts';

const LINES = 200;

/** With few writes, as the test looks at the terminal after each. */
const PRINT = `print() {
  awk -v i="$1" -v end="$2" 'BEGIN {
    for (; i <= end; i++) print "line " i ", which is wrapped where a terminal is not as wide as this one"
  }'
}`;

/** Prints the next numbered lines each time that a number of them is typed. */
const PRINTER = `${PRINT}
n=0
while :; do
  printf 'ready %s> ' "$n"
  read -r more || exit
  print $((n + 1)) $((n + more))
  n=$((n + more))
done`;

const createPrinter = () => createRig({ codex: PRINTER });

function configure(rig: Rig, line: string): void {
  rig.file('home/.config/codex-sessions/config.toml', `${line}\n`);
}

/** The scrollback and the screen, whatever the terminal has wrapped in one piece. */
function unwrapped({ emulator }: Terminal): string {
  const { active } = emulator.xterm.buffer;
  const lines: string[] = [];
  for (let row = 0; row < active.length; row++) {
    const line = active.getLine(row);
    const before = line?.isWrapped ? (lines.pop() ?? '') : '';
    lines.push(before + line?.translateToString(false));
  }
  return lines.map((line) => line.trimEnd()).join('\n');
}

/** How often each line that has been printed is in the scrollback or on the screen, by number. */
function counts(terminal: Terminal): number[] {
  const found: number[] = [];
  for (const [, number] of unwrapped(terminal).matchAll(
    /^line (\d+), which is wrapped where a terminal is not as wide as this one$/gm,
  )) {
    const n = Number(number);
    found[n] = (found[n] ?? 0) + 1;
  }
  return Array.from(found, (count) => count ?? 0).slice(1);
}

/** The lines that are there more or less often than once. */
function wrong(terminal: Terminal): string[] {
  return counts(terminal).flatMap((count, i) => (count === 1 ? [] : [`${i + 1}: ${count}`]));
}

function once(terminal: Terminal, lines: number): void {
  expect(wrong(terminal)).toEqual([]);
  expect(counts(terminal)).toHaveLength(lines);
}

async function print(terminal: Terminal, more: number, sum: number): Promise<void> {
  terminal.send(`${more}\r`);
  await shows(terminal, sum);
}

/** Waits for the prompt, in the session itself: the scaled view is on the alternate screen. */
function shows(terminal: Terminal, printed: number): Promise<void> {
  return terminal.waitFor(
    (text) =>
      text.trimEnd().split('\n').at(-1)?.trimEnd() === `ready ${printed}>` &&
      !terminal.modes().alternateScreen,
    { what: `the prompt after line ${printed}` },
  );
}

function openShell(rig: Rig, size: { cols: number; rows: number }): Promise<Terminal> {
  const shell = rig.openProgram('/bin/sh', ['-i'], { ...size, env: { PS1: 'shell$ ' } });
  return shell.waitFor('shell$ ').then(() => shell);
}

async function attach(shell: Terminal, printed: number, command = 'attach main'): Promise<void> {
  shell.send(`${COMMAND} ${command}\r`);
  await shows(shell, printed);
}

async function detach(shell: Terminal): Promise<void> {
  shell.press('ctrl+\\');
  await shell.waitFor(/\[detached from ultra:main\]\nshell\$ ?$/m);
}

test('attached again, a terminal gets what it has missed', async () => {
  const rig = createPrinter();
  const shell = await openShell(rig, { cols: 80, rows: 24 });
  await attach(shell, 0, 'start');
  await print(shell, LINES, LINES);
  once(shell, LINES);
  // Only what is on the screen is there a second time: above the shell's lines, and below.
  for (let times = 1; times <= 2; times++) {
    await detach(shell);
    await attach(shell, LINES);
    const expected = Array.from({ length: LINES }, (_, i) => (i < LINES - 23 ? 1 : 1 + times));
    expect(counts(shell)).toEqual(expected);
  }
  await detach(shell);
  const other = rig.open(['attach', 'main'], { cols: 80, rows: 24 });
  await shows(other, LINES);
  await print(other, 100, 300);
  once(other, 300);
  await attach(shell, 300);
  // Those that came since are there once, and none is missing.
  expect(counts(shell)).toHaveLength(300);
  expect(counts(shell).slice(LINES)).toEqual(Array(100).fill(1));
  expect(Math.min(...counts(shell))).toBe(1);
  await detach(shell);
  const before = counts(shell);
  // Two rows a line.
  shell.resize(60, 31);
  await attach(shell, 300);
  expect(counts(shell)).toEqual(before.map((count, i) => (i < 300 - 15 ? count : count + 1)));
});

test('what a terminal gets is a setting', async () => {
  const rig = createPrinter();
  const shell = await openShell(rig, { cols: 80, rows: 24 });
  await attach(shell, 0, 'start');
  await print(shell, LINES, LINES);
  await detach(shell);
  configure(rig, 'scrollback_on_attach = "all"');
  await attach(shell, LINES);
  expect(counts(shell)).toEqual(Array(LINES).fill(2));
  await detach(shell);
  configure(rig, 'scrollback_on_attach = "none"');
  const fresh = rig.open(['attach', 'main'], { cols: 80, rows: 24 });
  await shows(fresh, LINES);
  expect(counts(fresh).filter((count) => count > 0)).toEqual(Array(23).fill(1));
  expect(counts(fresh)).toHaveLength(LINES);
});

test('the size goes to and fro: each terminal gets each line once', async () => {
  const rig = createPrinter();
  configure(rig, 'scrollback = 5000');
  const one = rig.open(['start'], { cols: 80, rows: 24 });
  await shows(one, 0);
  await print(one, 50, 50);
  let printed = 50;
  const more = async (terminal: Terminal, lines: number) => {
    printed += lines;
    await print(terminal, lines, printed);
    once(terminal, printed);
  };
  for (const [cols, rows] of [
    [100, 30],
    [60, 12],
    [12, 40],
  ] as const) {
    const other = rig.open(['attach', 'main'], { cols, rows });
    await shows(other, printed);
    for (let times = 0; times < 2; times++) {
      await more(other, 60);
      await more(one, 10);
    }
    await more(other, 1);
    other.press('ctrl+\\');
    expect(await other.waitForExit()).toBe(0);
    await shows(one, printed);
    once(one, printed);
  }
});

test('a program that draws on the alternate screen meanwhile leaves no hole', async () => {
  const rig = createRig({
    codex: `${PRINT}
print 1 100
printf '\\033[?1049h\\033[Hfull screen'
read -r x
printf '\\033[?1049l'
print 101 150
printf '\\033[?1049h\\033[Hfull again'
read -r x
printf '\\033[?1049l'
print 151 200
printf 'ready 200> '
exec cat`,
  });
  const one = rig.open(['start'], { cols: 80, rows: 24 });
  await one.waitFor('full screen');
  const other = rig.open(['attach', 'main'], { cols: 100, rows: 30 });
  await other.waitFor('full screen');
  other.send('\r');
  await other.waitFor('full again');
  one.send('\r');
  await shows(one, 200);
  once(one, 200);
  other.send('x');
  await other.waitFor(/ready 200> x/);
  once(other, 200);
});

test('a terminal whose output was skipped gets what it has missed', {
  timeout: 2 * WAIT_MS,
}, async () => {
  const rig = createPrinter();
  configure(rig, 'scrollback = 60000');
  const stuck = rig.open(['start'], { cols: 80, rows: 24 });
  stuck.emulator.xterm.options.scrollback = 60_000;
  await shows(stuck, 0);
  await print(stuck, 100, 100);
  stuck.stall();
  // More than is queued for a client, in lines of 75 bytes.
  stuck.send('40000\r');
  await rig.waitUntil(
    async () => (await rig.ok(['peek', 'main'])).includes('ready 40100>'),
    'the program to go on without its only client',
  );
  stuck.goOn();
  await shows(stuck, 40_100);
  expect(stuck.raw().toString('latin1').split('\x1b[2H\x1b[J')).toHaveLength(2);
  once(stuck, 40_100);
  await print(stuck, 100, 40_200);
  once(stuck, 40_200);
});

test('more than the session keeps is missing, and nothing is there twice', async () => {
  const rig = createPrinter();
  const one = rig.open(['start'], { cols: 80, rows: 24 });
  await shows(one, 0);
  await print(one, 100, 100);
  const other = rig.open(['attach', 'main'], { cols: 100, rows: 30 });
  await shows(other, 100);
  other.emulator.xterm.options.scrollback = 30_000;
  await print(other, 10_000, 10_100);
  once(other, 10_100);
  await print(one, 10, 10_110);
  const found = counts(one);
  expect(Math.max(...found)).toBe(1);
  expect(found.slice(10_110 - 2000)).toEqual(Array(2000).fill(1));
  await print(one, 10_000, 20_110);
  await print(one, 10, 20_120);
  expect(Math.max(...counts(one))).toBe(1);
});

test('an upgrade doubles nothing, and the successor knows what each terminal has', async () => {
  const rig = createPrinter();
  const gone = await openShell(rig, { cols: 80, rows: 24 });
  await attach(gone, 0, 'start');
  await print(gone, LINES, LINES);
  const one = rig.open(['attach', 'main'], { cols: 80, rows: 24 });
  await shows(one, LINES);
  await detach(gone);
  const other = rig.open(['attach', 'main'], { cols: 100, rows: 30 });
  await shows(other, LINES);
  await print(other, 100, 300);
  await rig.ok(['supervisor', 'upgrade']);
  await print(other, 100, 400);
  once(other, 400);
  await print(one, 10, 410);
  once(one, 410);
  await attach(gone, 410);
  expect(counts(gone)).toEqual(Array(410).fill(1));
});

test('resized while another owns the size, a terminal misses no line', async () => {
  const rig = createPrinter();
  const one = rig.open(['start'], { cols: 80, rows: 24 });
  await shows(one, 0);
  await print(one, LINES, LINES);
  const other = rig.open(['attach', 'main'], { cols: 100, rows: 30 });
  await shows(other, LINES);
  await print(other, 50, 250);
  one.resize(90, 40);
  await print(other, 50, 300);
  one.resize(100, 30);
  await shows(one, 300);
  const found = counts(one);
  expect(found).toHaveLength(300);
  // What was on its screen may be there twice.
  expect(found.filter((count) => count !== 1).length).toBeLessThan(24);
  expect(Math.min(...found)).toBe(1);
});

test('left while another owns the size, a terminal gets the rest when it is attached again', async () => {
  const rig = createPrinter();
  const shell = await openShell(rig, { cols: 80, rows: 24 });
  await attach(shell, 0, 'start');
  await print(shell, LINES, LINES);
  const other = rig.open(['attach', 'main'], { cols: 100, rows: 30 });
  await shows(other, LINES);
  await print(other, 50, 250);
  await detach(shell);
  expect(shell.text()).toMatch(/^ready 200> *\n\[detached/m);
  await print(other, 50, 300);
  await attach(shell, 300);
  once(shell, 300);
});

test('an upgrade forgets not that the user’s own lines are above the program’s', async () => {
  const rig = createPrinter();
  const one = await openShell(rig, { cols: 80, rows: 24 });
  one.send('echo "my own" line\r');
  await one.waitFor(/^my own line$/m);
  await attach(one, 0, 'start');
  await print(one, 5, 5);
  await rig.ok(['supervisor', 'upgrade']);
  const other = rig.open(['attach', 'main'], { cols: 100, rows: 30 });
  await shows(other, 5);
  await print(one, 5, 10);
  expect(one.history()).toMatch(/^my own line$/m);
});

test('stopped and continued, a terminal keeps its user’s own lines', async () => {
  const rig = createPrinter();
  const one = await openShell(rig, { cols: 80, rows: 24 });
  one.send('echo "my own" line\r');
  await one.waitFor(/^my own line$/m);
  one.send(`exec ${COMMAND} start\r`);
  await shows(one, 0);
  one.signal('SIGTSTP');
  await rig.waitUntil(() => statOf(one.pid)?.state === 'T', 'the client to stop');
  one.signal('SIGCONT');
  await one.waitForRaw(/\x1b\[\?2026h.*ready 0>.*\x1b\[\?2026l/s);
  await print(one, 5, 5);
  once(one, 5);
  expect(one.history()).toMatch(/^my own line$/m);
});

test('stopped and continued, a terminal gets each line once', async () => {
  const rig = createPrinter();
  const one = rig.open(['start'], { cols: 80, rows: 24 });
  await shows(one, 0);
  await print(one, LINES, LINES);
  const other = rig.open(['attach', 'main'], { cols: 80, rows: 24 });
  await shows(other, LINES);
  one.signal('SIGTSTP');
  await rig.waitUntil(() => statOf(one.pid)?.state === 'T', 'the client to stop');
  await print(other, 50, LINES + 50);
  one.signal('SIGCONT');
  await shows(one, LINES + 50);
  await print(one, 10, LINES + 60);
  once(one, LINES + 60);
});

test('a read-only terminal of another size gets what it lacks once sizes agree', async () => {
  const rig = createPrinter();
  const one = rig.open(['start'], { cols: 80, rows: 24 });
  await shows(one, 0);
  await print(one, 100, 100);
  const shell = await openShell(rig, { cols: 100, rows: 30 });
  shell.send('echo "my own" line\r');
  await shell.waitFor(/^my own line$/m);
  shell.send(`${COMMAND} attach main --read-only\r`);
  await shell.waitFor((text) => text.includes('ready 100>'));
  await print(one, 100, 200);
  one.resize(100, 30);
  await shows(shell, 200);
  once(shell, 200);
  expect(shell.history()).toMatch(/^my own line$/m);
});

/** As Codex: an input box, and lines below it. `t` shows the alternate screen until the next line. */
const BOX = `
n=0
box() { printf 'box %s> \\n\\nfoot one\\nfoot two\\033[3A\\r\\033[9C' "$n"; }
box
while read -r more; do
  if [ "$more" = t ]; then
    printf '\\033[?1049h\\033[Hoverlay'
    read -r more
    printf '\\033[?1049l'
    continue
  fi
  printf '\\r\\033[1A\\033[J'
  for i in $(seq $more); do n=$((n + 1)); echo "row $n"; done
  box
done`;

const box = (n: number) => (text: string, terminal: Terminal) =>
  text.includes(`box ${n}> `) && text.includes('foot two') && !terminal.modes().alternateScreen;

test.each([
  [24, 24],
  [24, 26],
  [24, 22],
])('lines below the cursor are in nobody’s way, on %i rows and then %i', async (before, after) => {
  const rig = createRig({ codex: BOX });
  const one = await openShell(rig, { cols: 80, rows: before });
  one.send(`echo my own\r${COMMAND} start\r`);
  await one.waitFor(box(0));
  one.send('5\r');
  await one.waitFor(box(5));
  const other = rig.open(['attach', 'main'], { cols: 100, rows: 30 });
  await other.waitFor(box(5));
  one.resize(80, after);
  other.send('5\r');
  await other.waitFor(box(10));
  one.send('1\r');
  await one.waitFor(box(11));
  const rows = Array.from({ length: 11 }, (_, i) => `row ${i + 1}`);
  expect(one.screen().slice(0, 15)).toEqual([...rows, 'box 11> ', '', 'foot one', 'foot two']);
  expect(one.history()).toMatch(/^my own$/m);
});

test('left on the alternate screen, the shell’s prompt is below the main screen’s lines', async () => {
  const rig = createRig({ codex: BOX });
  const one = await openShell(rig, { cols: 80, rows: 24 });
  one.send(`${COMMAND} start\r`);
  await one.waitFor(box(0));
  one.send('t\r');
  await one.waitFor('overlay');
  one.press('ctrl+\\');
  await one.waitFor(/box 0>[\s\S]*\nfoot one\nfoot two\n\[detached from ultra:main\]\nshell\$ ?$/m);
});
