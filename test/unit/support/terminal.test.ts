/** The tests lean on their terminal driver, so it is tested itself: what it sees, sends and says. */
import { expect, test } from 'vitest';
import { isAlive } from '../../support/process/processes.ts';
import { LoopbackModel } from '../../support/rig/model.ts';
import { Rig } from '../../support/rig/rig.ts';
import { encodeKey, type KeyModes } from '../../support/terminal/keys.ts';
import { Terminal } from '../../support/terminal/terminal.ts';

const env = { PATH: process.env.PATH ?? '', TERM: 'xterm-256color', LANG: 'C.UTF-8', PS1: '$ ' };
const OFF: KeyModes = { kittyFlags: 0, modifyOtherKeys: 0, applicationCursor: false };

function shell(script?: string): Terminal {
  const args = script === undefined ? [] : ['-c', script];
  return Terminal.open({ file: '/bin/sh', args, env, cwd: '/', cols: 60, rows: 10 });
}

test.each([
  ['ctrl+\\', OFF, '\x1c'],
  ['ctrl+^', OFF, '\x1e'],
  ['enter', OFF, '\r'],
  ['alt+x', OFF, '\x1bx'],
  ['up', OFF, '\x1b[A'],
  ['up', { ...OFF, applicationCursor: true }, '\x1bOA'],
  ['ctrl+\\', { ...OFF, modifyOtherKeys: 2 }, '\x1b[27;5;92~'],
  ['ctrl+\\', { ...OFF, kittyFlags: 1 }, '\x1b[92;5u'],
  ['ctrl+\\', { ...OFF, kittyFlags: 7 }, '\x1b[92;5u\x1b[92;5:3u'],
  ['escape', { ...OFF, kittyFlags: 1 }, '\x1b[27u'],
  ['enter', { ...OFF, kittyFlags: 7 }, '\r'],
  ['a', { ...OFF, kittyFlags: 1 }, 'a'],
])('%s with %o is %j', (key, modes, bytes) => {
  expect(encodeKey(key, modes)).toBe(bytes);
});

test('it loses nothing of what a program writes before it ends', async () => {
  await using terminal = shell('stty -opost; head -c 3000000 /dev/zero | tr "\\0" x; printf end');
  expect(await terminal.waitForExit()).toBe(0);
  expect(terminal.raw().length).toBe(3_000_003);
});

test('it tells exit codes from signals, and hangs up', async () => {
  await using code = shell('exit 7');
  expect(await code.waitForExit()).toBe(7);
  await using killed = shell('kill -TERM $$');
  expect(await killed.waitForExit()).toBe(128 + 15);
  await using closed = shell("trap 'exit 9' HUP; echo up; while :; do sleep 0.01; done");
  await closed.waitFor('up');
  closed.close();
  expect(await closed.waitForExit()).toBe(9);
});

test('a program holds no terminal but its own', async () => {
  await using other = shell();
  await using terminal = shell('for f in /proc/self/fd/*; do readlink $f; done');
  await other.waitFor('$');
  await terminal.waitForExit();
  expect(terminal.text()).not.toContain('ptmx');
});

test('it answers queries as a terminal does, keyboard stacks for each screen included', async () => {
  await using terminal = shell('stty raw -echo; printf ready; cat -v');
  await terminal.waitFor('ready');
  const ask = (query: string) => void terminal.emulator.write(Buffer.from(query));
  ask('\x1b[c\x1b[>7u\x1b[?u');
  await terminal.waitFor('^[[?7u');
  ask('\x1b[?1049h\x1b[2J\x1b[H\x1b[?u');
  await terminal.waitFor('^[[?0u');
  ask('\x1b[>1u\x1b[?u');
  await terminal.waitFor('^[[?1u');
  ask('\x1b[<u\x1b[?1049l\x1b]11;?\x07');
  await terminal.waitFor('^[]11;rgb:');
  expect(terminal.modes()).toMatchObject({ kittyFlags: 7, alternateScreen: false });
});

test('a failed wait shows the screen, the cursor and the bytes', async () => {
  await using terminal = shell('printf "one\\ntwo"; read line');
  await terminal.waitFor('two');
  const error = await terminal.waitFor('three', { timeout: 20 }).catch((e: Error) => e);
  expect(String(error)).toContain('waited up to 20 ms for three');
  expect(String(error)).toMatch(/│one +│\n│two +│/);
  expect(String(error)).toContain('cursor at column 4, row 2');
  expect(String(error)).toContain('one\\r\\ntwo');
});

test('a wait for a program that has ended fails at once', async () => {
  await using terminal = shell('echo bye');
  await expect(terminal.waitFor('hello')).rejects.toThrow('the program ended');
  await expect(terminal.waitFor('hello')).rejects.toThrow('the program had ended');
});

test('a rig complains about a process that was left', async () => {
  const rig = new Rig({ leaveMs: 100 });
  const terminal = rig.openProgram('/bin/sh', [
    '-c',
    "trap '' HUP; sleep 1000 >/dev/null 2>&1 & echo $!",
  ]);
  await terminal.waitForExit();
  const pid = Number(terminal.text().trim());
  expect(rig.processes().map((process) => process.pid)).toEqual([pid]);
  await expect(rig.close()).rejects.toThrow(`${pid} (child of`);
  expect(isAlive(pid)).toBe(false);
});

test('the model echoes, holds back, and offers tools once', async () => {
  await using model = await LoopbackModel.start();
  const ask = async (input: object[]) => {
    const response = await fetch(`http://127.0.0.1:${model.port}/v1/responses`, {
      method: 'POST',
      body: JSON.stringify({ input, client_metadata: { thread_id: 't1' } }),
    });
    return response.text();
  };
  const user = (text: string) => ({ role: 'user', content: [{ type: 'input_text', text }] });
  expect(await ask([user('<environment_context>'), user('hi')])).toContain('"text":"You said: hi"');

  const gate = model.hold(/slow/);
  const slow = ask([user('slow')]);
  expect(await gate.arrived).toMatchObject({ prompt: 'slow', threadId: 't1' });
  gate.release();
  expect(await slow).toContain('You said: slow');

  model.on(/run/, { type: 'tool', cmd: 'ls', justification: 'why not' });
  expect(await ask([user('run it')])).toContain('require_escalated');
  const output = { type: 'function_call_output', call_id: 'c', output: 'files' };
  expect(await ask([user('run it'), output])).toContain('The tool said: files');
});
