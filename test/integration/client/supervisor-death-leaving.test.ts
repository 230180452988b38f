/** Who leaves while nobody serves, or is stopped then: what is told, and how the terminal is afterwards. */
import { expect, test } from 'vitest';
import { isAlive } from '../../support/process/processes.ts';
import { COMMAND } from '../../support/rig/command.ts';
import { createRig, type Rig } from '../../support/rig/rig.ts';
import {
  guarded,
  guardsOf,
  MANY_DEATHS,
  succeeded,
  supervisorOf,
} from '../../support/rig/successor.ts';

const DETACH = '\x1c';
const QUIET = `stty raw -echo; printf 'quiet ready'; exec cat > /dev/null`;
const ALTERNATE = `printf '\\033[?1049h\\033[>7u\\033[?2004h\\033[?1003h\\033[?1006h\\033[?25l\\033[H\\033[2Jalternate ready'
exec cat`;

/** Its guard does not go on before `resume`. `hung`: called while it is stopped, before it dies. */
async function killWithoutSuccessor(rig: Rig, hung?: () => Promise<unknown>) {
  await guarded(rig);
  const [guard] = guardsOf(rig);
  const dead = supervisorOf(rig);
  if (!guard || !dead) throw new Error(`no guard\n${rig.describe()}`);
  process.kill(dead, 'SIGSTOP');
  process.kill(guard.pid, 'SIGSTOP');
  await hung?.();
  process.kill(dead, 'SIGKILL');
  await rig.waitUntil(() => !isAlive(dead), 'the supervisor to be gone');
  return { dead, resume: () => process.kill(guard.pid, 'SIGCONT') };
}

test('who leaves meanwhile is told what the dead one may not have taken, and what nobody took', async () => {
  const rig = createRig({ codex: QUIET, env: MANY_DEATHS });
  const terminal = rig.open(['start']);
  await terminal.waitFor('quiet ready');
  const { dead, resume } = await killWithoutSuccessor(rig, async () => {
    terminal.type('abc');
    await terminal.waitFor('No answer for 5 s');
  });
  await terminal.waitFor('The supervisor has ended');
  terminal.type('de');
  terminal.send(DETACH);
  expect(await terminal.waitForExit()).toBe(0);
  expect(terminal.text()).toMatch(
    /just before the supervisor died \(bytes: 3\) may not have arrived.*\n.*no supervisor \(bytes: 2\) did not arrive/,
  );
  resume();
  await succeeded(rig, dead);
});

test('stopped meanwhile, it comes back with the keyboard as the program wants it, and leaves it clean', async () => {
  const rig = createRig({ codex: ALTERNATE, env: MANY_DEATHS });
  const shell = ['--norc', '--noprofile', '-i'];
  const terminal = rig.openProgram('/bin/bash', shell, { env: { PS1: 'shell> ' } });
  await terminal.waitFor('shell>');
  terminal.send(`'${COMMAND}' start\r`);
  await terminal.waitFor('alternate ready');
  await rig.ok(['peek', 'main']);
  const { dead, resume } = await killWithoutSuccessor(rig);
  await terminal.waitFor('The supervisor has ended');
  const [client] = rig.processes().filter(({ command }) => / start$/.test(command));
  process.kill(client?.pid ?? 0, 'SIGTSTP');
  await terminal.waitFor(/Stopped/);
  resume();
  await succeeded(rig, dead);
  terminal.send('fg\r');
  await terminal.waitFor(/^alternate ready/m);
  await terminal.waitFor(() => terminal.modes().alternateScreen);
  terminal.send(DETACH);
  await terminal.waitFor('[detached from ultra:main]');
  expect(terminal.emulator.keyboardStacks).toEqual({ normal: [0], alternate: [0] });
  terminal.send('exit\r');
  await terminal.waitForExit();
});

test('where none answers in time, what may run on is not told as lost', async () => {
  const rig = createRig({ codex: QUIET, env: MANY_DEATHS });
  await rig.ok(['start', '-d', 'one']);
  const events = rig.open(['events', '--json', '--snapshot']);
  const wait = rig.open(['wait', 'one', '--until', 'exited']);
  await events.waitFor('snapshot');
  await rig.waitUntil(
    () => rig.processes().some(({ command }) => / wait one /.test(command)),
    'it',
  );
  const { dead, resume } = await killWithoutSuccessor(rig);
  for (const one of [events, wait]) {
    expect(await one.waitForExit()).toBe(1);
    expect(one.text()).toContain('the supervisor has died, and none has answered for 10 s');
    expect(one.text()).not.toMatch(/exited|lost|gone away/);
  }
  resume();
  await succeeded(rig, dead);
  expect((await rig.list())[0]).toMatchObject({ name: 'one', state: 'running' });
}, 60_000);
