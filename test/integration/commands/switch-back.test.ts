/** `switch -`, and what a user is told before the first session: both from what terminals have shown. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { KINDS, plant } from '../../support/attack/plant.ts';
import { COMMAND } from '../../support/rig/command.ts';
import { createRig, type Rig } from '../../support/rig/rig.ts';
import type { Terminal } from '../../support/terminal/terminal.ts';

const CODEX = { codex: 'echo "here $CODEX_SESSIONS_SESSION"; exec cat' };

/** A shell in a terminal, which runs the command. */
function shell(rig: Rig): Terminal {
  const program = rig.program('codex-sessions', `exec ${COMMAND} "$@"`);
  return rig.openProgram('/bin/sh', [], {
    env: { PS1: 'sh> ', PATH: `${dirname(program)}:${rig.env.PATH}` },
  });
}

/** On a blank screen, so that nothing of an earlier command is taken for this one's. */
async function run(terminal: Terminal, line: string): Promise<void> {
  terminal.type('clear');
  terminal.press('enter');
  await terminal.waitFor(/^\s*sh>\s*$/);
  terminal.type(`codex-sessions ${line}`);
  terminal.press('enter');
}

/** Runs it, waits for the session `to`, and leaves it again. */
async function visit(terminal: Terminal, line: string, to: string): Promise<void> {
  await run(terminal, line);
  await terminal.waitFor(new RegExp(`here codex:\\w+:${to}:`));
  terminal.press('ctrl+\\');
  await terminal.waitFor(new RegExp(`detached from \\w+:${to}\\]\\s+sh>\\s*$`));
}

async function refused(terminal: Terminal, line: string, said: string): Promise<void> {
  await run(terminal, `${line}; echo "code $?"`);
  await terminal.waitFor(/code \d+\s+sh>\s*$/);
  expect(terminal.text()).toContain(said);
  expect(terminal.text()).toContain('code 3');
}

test('switch - goes back and forth, in each terminal for itself', async () => {
  const rig = createRig(CODEX);
  for (const name of ['a', 'b', 'c']) await rig.ok(['start', '-d', name]);
  const one = shell(rig);
  await refused(one, 'switch -', 'this terminal has shown no session yet');
  await visit(one, 'attach a', 'a');
  await visit(one, 'switch -', 'a');
  await visit(one, 'attach b', 'b');
  const two = shell(rig);
  await refused(two, 'switch -', 'this terminal has shown no session yet');
  await visit(two, 'attach c', 'c');
  await visit(one, 'switch -', 'a');
  await visit(one, 'switch -', 'b');
  await visit(one, 'attach b', 'b');
  await visit(one, 'switch -', 'a');
  // What was left last is where Enter right after the switch key goes, too.
  await run(one, 'attach c');
  await one.waitFor('here codex:ultra:c:');
  one.press('ctrl+^');
  await one.waitFor('enter attach');
  one.press('enter');
  await one.waitFor(/here codex:ultra:a:/);
  one.press('ctrl+\\');
  await one.waitFor(/detached from ultra:a\]\s+sh>\s*$/);
  await visit(one, 'switch -', 'c');
  await rig.ok(['kill', 'a']);
  await refused(one, 'switch -', 'ultra:a is not running');
  expect((await rig.run(['switch', '-'])).exitCode).toBe(2);
});

test('what a terminal has shown is not believed of another one of its number', async () => {
  const rig = createRig(CODEX);
  await rig.ok(['start', '-d', 'a']);
  const terminal = shell(rig);
  await visit(terminal, 'attach a', 'a');
  terminal.type(
    `for f in ${rig.stateDir}/terminals/*; do sed 's/"madeAt":/&1/' $f > $f.x; mv $f.x $f; done`,
  );
  terminal.press('enter');
  await refused(terminal, 'switch -', 'this terminal has shown no session yet');
});

test('the first attachment ever says how a session is left, until a key; the second does not', async () => {
  const rig = createRig(CODEX);
  const terminal = rig.open(['start'], { firstEver: true });
  await terminal.waitFor('Any key to begin');
  expect(terminal.text()).toContain(
    'Ctrl-\\ leaves a session, which goes on. Ctrl-^ (Ctrl-6) goes to another.',
  );
  expect(await rig.list()).toEqual([]);
  terminal.press('enter');
  await terminal.waitFor('here codex:ultra:main:');
  terminal.type('mine');
  await terminal.waitFor('mine');
  terminal.press('ctrl+\\');
  expect(await terminal.waitForExit()).toBe(0);
  const second = rig.open(['attach'], { firstEver: true });
  await second.waitFor('mine');
  second.press('ctrl+\\');
  await second.waitForExit();
  expect(second.raw().toString()).not.toContain('Any key');
});

test('the first time: a wrong name is not waited for, other keys are the session’s, and it goes on by itself', async () => {
  const rig = createRig(CODEX);
  await rig.ok(['start', '-d']);
  const wrong = rig.open(['attach', 'nobody'], { firstEver: true });
  expect(await wrong.waitForExit()).toBe(3);
  expect(wrong.text()).not.toContain('Any key');
  const typing = rig.open(['attach'], { firstEver: true });
  await typing.waitFor('Any key to begin');
  typing.type('typed');
  await typing.waitFor('typed');
  typing.signal('SIGKILL');
  await typing.waitForExit();
  const waiting = rig.open(['attach'], { firstEver: true });
  await waiting.waitFor('Any key to begin');
  await waiting.waitFor('typed');
  const ended = rig.open(['attach'], { firstEver: true });
  await ended.waitFor('Any key to begin');
  ended.signal('SIGTERM');
  expect(await ended.waitForExit()).toBe(143);
});

test('keys of the configuration are named; where there are none, nothing is said', async () => {
  const rig = createRig(CODEX);
  const config = join(rig.home, '.config/codex-sessions/config.toml');
  mkdirSync(join(config, '..'), { recursive: true });
  writeFileSync(config, 'detach_key = "^q"\nswitch_key = "none"\n');
  const named = rig.open(['start'], { firstEver: true });
  await named.waitFor('Any key to begin');
  expect(named.text()).toContain('Ctrl-Q leaves a session, which goes on.\n');
  named.signal('SIGTERM');
  await named.waitForExit();
  writeFileSync(config, 'detach_key = "none"\nswitch_key = "none"\n');
  const none = rig.open(['start'], { firstEver: true });
  await none.waitFor('here codex:ultra:main:');
  expect(none.raw().toString()).not.toContain('Any key');
});

test('what lies in the place of what a terminal has shown is passed over', async () => {
  const rig = createRig(CODEX);
  await rig.ok(['start', '-d', 'a']);
  const terminal = shell(rig);
  await visit(terminal, 'attach a', 'a');
  const directory = join(rig.stateDir, 'terminals');
  const [name = ''] = readdirSync(directory);
  for (const kind of KINDS) {
    await plant(kind, join(directory, name));
    await refused(terminal, 'switch -', 'this terminal has shown no session yet');
    await visit(terminal, 'attach a', 'a');
    expect(readdirSync(directory), kind).toEqual([name]);
    rmSync(join(directory, name), { recursive: true });
  }
});
