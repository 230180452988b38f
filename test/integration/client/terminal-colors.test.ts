/**
 * A session that starts in the background knows the colours and the size of the terminal that it was
 * started from, or else the colours that a terminal said last.
 */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { COMMAND } from '../../support/rig/command.ts';
import { ANSWERS, createRig, type Rig } from '../../support/rig/rig.ts';
import { type Colours, LIGHT } from '../../support/terminal/emulator.ts';

/** Asks for its colours, and keeps what it gets, and its size, in files named after its session. */
const ASKS = `${ANSWERS}
file=$HOME/$CODEX_SESSIONS_SESSION
stty size >"$file.size"
stty raw -echo
exec 3<&0
cat <&3 >"$file" &
printf '%b' '\\033[?2031h\\033]10;?\\033\\\\\\033]11;?\\033\\\\\\033[?996n'
exec sleep 1000`;

const QUERY = /\x1b\]11;\?/;
const DARK_REPLY = '\x1b]10;rgb:cccc/cccc/cccc\x1b\\\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\\x1b[?997;1n';
const LIGHT_REPLY = `\x1b]10;${LIGHT[10]}\x1b\\\x1b]11;${LIGHT[11]}\x1b\\\x1b[?997;2n`;

const START = ['start', '-d', '--no-wait'];

/** Until the program in this session got this. */
async function told(rig: Rig, name: string, text: string): Promise<void> {
  const got = () => read(rig, name, '');
  const what = `${name} to be told ${JSON.stringify(text)}`;
  await rig
    .waitUntil(() => got() === text, what)
    .catch((error: Error) => {
      throw new Error(`it was told ${JSON.stringify(got())}\n${error.message}`);
    });
}

/** A file of the program in this session; empty as long as there is none. */
function read(rig: Rig, name: string, suffix: string): string {
  const isIts = new RegExp(`^codex:ultra:${name}:\\w{8}${suffix}$`);
  const file = readdirSync(rig.home).find((one) => isIts.test(one));
  return file ? readFileSync(join(rig.home, file), 'latin1') : '';
}

test('start -d in a light terminal: its colours, its size, and nothing left in it', async () => {
  const rig = createRig({ codex: ASKS });
  const terminal = rig.open([...START, 'one'], { cols: 132, rows: 43, colours: LIGHT });
  expect(await terminal.waitForExit()).toBe(0);
  await told(rig, 'one', LIGHT_REPLY);
  const [one] = await rig.list();
  expect(read(rig, 'one', '[.]size')).toBe('43 132\n');
  expect(terminal.text().trim()).toBe(one?.fullName);

  // The next one has no terminal.
  await rig.ok([...START, 'two']);
  await told(rig, 'two', LIGHT_REPLY);
  // Nor has the next supervisor.
  await rig.ok(['kill-all', '-y']);
  await rig.waitUntilEmpty();
  expect(statSync(join(rig.stateDir, 'terminal-colors.json')).mode & 0o777).toBe(0o600);
  await rig.ok([...START, 'three']);
  await told(rig, 'three', LIGHT_REPLY);
});

test('with nothing known, or a file that holds something else, it is dark', async () => {
  const rig = createRig({ codex: ASKS });
  await rig.ok([...START, 'one']);
  await told(rig, 'one', DARK_REPLY);
  await rig.ok(['kill-all', '-y']);
  await rig.waitUntilEmpty();
  const file = join(rig.stateDir, 'terminal-colors.json');
  for (const [name, content] of [
    ['two', '{"11":"rgb:ffff/ffff/ffff\\u001b\\\\rm -rf","10":7}'],
    ['three', 'no JSON'],
    ['four', 'null'],
  ] as const) {
    writeFileSync(file, content);
    await rig.ok([...START, name]);
    await told(rig, name, DARK_REPLY);
    await rig.ok(['kill-all', '-y']);
    await rig.waitUntilEmpty();
  }
});

test('a terminal that never answers keeps nothing from starting, and gets its shell back', async () => {
  const rig = createRig({ codex: ASKS });
  const terminal = rig.open([...START, 'one'], { answers: false });
  await told(rig, 'one', DARK_REPLY);
  expect(await terminal.waitForExit()).toBe(0);
});

test('answers that come while the session starts are for nobody else', async () => {
  const rig = createRig({ codex: ASKS });
  const shell = rig.openProgram('bash', ['--norc', '--noprofile', '-i'], {
    answers: false,
    env: { PS1: 'prompt$ ' },
  });
  await shell.waitFor('prompt$');
  shell.type(`${COMMAND} ${START.join(' ')} one\n`);
  await shell.waitForRaw(QUERY);
  for (const which of [10, 11, 12] as const) shell.send(`\x1b]${which};${LIGHT[which]}\x1b\\`);
  shell.send('\x1b[?62;22c');
  await shell.waitFor(/codex:ultra:one.*\nprompt\$/);
  shell.type('echo "it is $((40 + 2))"\n');
  await shell.waitFor('it is 42');
  expect(shell.text()).not.toContain('rgb');
  expect(shell.text()).not.toContain('62;22');
});

test('what was typed before is left to the shell, and the terminal is not asked', async () => {
  const rig = createRig({ codex: ASKS });
  const shell = rig.openProgram('dash', ['-i'], { colours: LIGHT, env: { PS1: 'prompt$ ' } });
  await shell.waitFor('prompt$');
  shell.send(`${COMMAND} ${START.join(' ')} one\necho "it is $((40 + 2))"\n`);
  await shell.waitFor('it is 42');
  await told(rig, 'one', DARK_REPLY);
  expect(shell.raw().toString('latin1')).not.toMatch(QUERY);
});

test('a background job, a pipe and a terminal that knows no questions are not asked', async () => {
  const rig = createRig({ codex: ASKS });
  const shell = rig.openProgram('bash', ['--norc', '--noprofile', '-i'], {
    colours: LIGHT,
    env: { PS1: 'prompt$ ' },
  });
  await shell.waitFor('prompt$');
  const start = `${COMMAND} ${START.join(' ')}`;
  shell.type(
    `${start} one & wait; ${start} two | cat; TERM=dumb ${start} three; echo end $((1))\n`,
  );
  await shell.waitFor('end 1');
  for (const name of ['one', 'two', 'three']) await told(rig, name, DARK_REPLY);
  expect(shell.raw().toString('latin1')).not.toMatch(QUERY);
});

test('Ctrl-C while the terminal is asked interrupts, and what is typed then is not lost in silence', async () => {
  const rig = createRig({ codex: ASKS });
  const run = async (name: string, typed: string) => {
    const shell = rig.openProgram('bash', ['--norc', '--noprofile', '-i'], {
      answers: false,
      env: { PS1: 'prompt$ ' },
    });
    await shell.waitFor('prompt$');
    shell.type(`${COMMAND} ${START.join(' ')} ${name}\n`);
    await shell.waitForRaw(QUERY);
    shell.send(`${typed}\x1b[?62;22c`);
    await shell.waitFor(/\nprompt\$\s*$/);
    shell.type('stty -a\n');
    await shell.waitFor(/ icanon .* echo /s);
    return shell.text();
  };
  expect(await run('one', 'make')).toContain('asked for its colours: make');
  expect(await run('two', '\x03')).not.toContain('Lost');
});

test('another terminal attaches: a program that wants to know is told, and no answer is typed', async () => {
  const rig = createRig({ codex: ASKS });
  await rig.ok([...START, 'one']);
  await told(rig, 'one', DARK_REPLY);
  const dark = rig.open(['attach', 'one']);
  await dark.waitForRaw(QUERY);
  dark.press('ctrl+\\');
  expect(await dark.waitForExit()).toBe(0);
  const light = rig.open(['attach', 'one'], { colours: LIGHT });
  await told(rig, 'one', `${DARK_REPLY}\x1b[?997;2n`);
  // It says so itself when its user makes it dark.
  light.send('\x1b[?997;1n');
  await told(rig, 'one', `${DARK_REPLY}\x1b[?997;2n\x1b[?997;1n`);
  light.press('ctrl+\\');
  expect(await light.waitForExit()).toBe(0);
  expect(light.text()).not.toContain('It draws for');
  await rig.ok([...START, 'two']);
  await told(rig, 'two', LIGHT_REPLY);
});

test('a dark and a light terminal at once: it is that of who types', async () => {
  const rig = createRig({ codex: ASKS });
  await rig.ok([...START, 'one']);
  await told(rig, 'one', DARK_REPLY);
  const dark = rig.open(['attach', 'one']);
  await dark.waitForRaw(QUERY);
  const light = rig.open(['attach', 'one'], { colours: LIGHT });
  await told(rig, 'one', `${DARK_REPLY}\x1b[?997;2n`);
  dark.send('x');
  await told(rig, 'one', `${DARK_REPLY}\x1b[?997;2n\x1b[?997;1nx`);
  light.send('y');
  await told(rig, 'one', `${DARK_REPLY}\x1b[?997;2n\x1b[?997;1nx\x1b[?997;2ny`);
  light.press('ctrl+\\');
  await told(rig, 'one', `${DARK_REPLY}\x1b[?997;2n\x1b[?997;1nx\x1b[?997;2ny\x1b[?997;1n`);
});

test('a program that cannot be told: how to have it draw for this terminal', async () => {
  const codex = `${ANSWERS}
printf '\\033]11;?\\033\\\\asked'
exec sleep 1000`;
  const rig = createRig({ codex });
  await rig.ok([...START, 'one']);
  const file = join(rig.stateDir, 'terminal-colors.json');
  const kept = () => (existsSync(file) ? readFileSync(file, 'latin1') : '');
  const leave = async (colours: Colours) => {
    const terminal = rig.open(['attach', 'one'], { colours });
    await terminal.waitFor('asked');
    await rig.waitUntil(() => kept().includes(colours[11]), 'its colours to be known');
    terminal.press('ctrl+\\');
    expect(await terminal.waitForExit()).toBe(0);
    return terminal.text();
  };
  const hint = 'It draws for a dark terminal. For this one: codex-sessions restart ultra:one';
  expect(await leave(LIGHT)).toContain(hint);
  await rig.ok(['supervisor', 'upgrade']);
  expect(await leave({ ...LIGHT, 11: 'rgb:ffff/ffff/ffff' })).toContain(hint);
  expect(await leave({ ...LIGHT, 11: 'rgb:0000/0000/0000' })).not.toContain('It draws for');
});
