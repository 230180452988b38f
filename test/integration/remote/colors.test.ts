/** What starts on another machine has the colours of the terminal here. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { COMMAND } from '../../support/rig/command.ts';
import { ANSWERS } from '../../support/rig/rig.ts';
import { createFarRig, type FarRig } from '../../support/ssh/far-rig.ts';
import { LIGHT } from '../../support/terminal/emulator.ts';

/** Asks for its colours, and keeps what it gets in a file of its own; then it shows its keys. */
const ASKS = `${ANSWERS}
file=$(mktemp "$HOME/told.XXXXXX")
stty raw -echo
printf '%b' '\\033]10;?\\033\\\\\\033]11;?\\033\\\\'
head -c 50 >"$file.part"
mv "$file.part" "$file.all"
printf '\\033]7501;state=working:app=codex\\033\\\\asked\\r\\n'
stty sane
exec cat`;

const LIGHT_REPLY = `\x1b]10;${LIGHT[10]}\x1b\\\x1b]11;${LIGHT[11]}\x1b\\`;

/** What each program there was told, in order. */
function told({ there }: FarRig): string[] {
  const home = there.env.HOME ?? '';
  return readdirSync(home)
    .filter((name) => /^told\..*\.all$/.test(name))
    .map((name) => readFileSync(join(home, name), 'latin1'));
}

test.each([
  ['start -d', ['start', '-d', '--no-wait', 'box/x']],
  ['start', ['start', 'box/x']],
  ['run', ['run', 'box/x', '--timeout', '1s', 'a prompt']],
])('%s in a light terminal', async (_, args) => {
  const rig = await createFarRig({ far: { codex: ASKS } });
  const terminal = rig.here.open(args, { colours: LIGHT });
  await rig.there.waitUntil(() => told(rig).length === 1, 'its question to be answered');
  expect(told(rig)).toEqual([LIGHT_REPLY]);
  if (args[1] === 'box/x' && args[0] === 'start') {
    await terminal.waitFor('asked');
    terminal.press('ctrl+\\');
  }
  await terminal.waitForExit();
  expect(terminal.text()).not.toContain('rgb:');
  expect(existsSync(join(rig.there.stateDir, 'terminal-colors.json'))).toBe(true);
});

const DARK_REPLY = '\x1b]10;rgb:cccc/cccc/cccc\x1b\\\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\';

test('a restart asks for the colours first, and then whether it may', async () => {
  const rig = await createFarRig({ far: { codex: ASKS } });
  await rig.here.ok(['start', '-d', 'box/x']);
  await rig.there.waitUntil(() => told(rig).length === 1, 'its question to be answered');
  expect(told(rig)).toEqual([DARK_REPLY]);
  const terminal = rig.here.open(['restart', 'box/x'], { colours: LIGHT });
  await terminal.waitFor('[y/N]');
  terminal.type('y\r');
  expect(await terminal.waitForExit()).toBe(0);
  await rig.there.waitUntil(() => told(rig).length === 2, 'the second one');
  expect(told(rig).sort()).toEqual([LIGHT_REPLY, DARK_REPLY].sort());
});

test('what was typed before is left to the shell, and the terminal is not asked', async () => {
  const rig = await createFarRig({ far: { codex: ASKS } });
  await rig.here.run(['ls', 'box/']);
  const shell = rig.here.openProgram('dash', ['-i'], { colours: LIGHT, env: { PS1: 'prompt$ ' } });
  await shell.waitFor('prompt$');
  shell.send(`${COMMAND} start -d --no-wait box/x\necho "it is $((40 + 2))"\n`);
  await shell.waitFor('it is 42');
  await rig.there.waitUntil(() => told(rig).length === 1, 'its question to be answered');
  expect(told(rig)).toEqual([DARK_REPLY]);
});

test('what the switcher of a session here starts there has them, too', async () => {
  const rig = await createFarRig({ far: { codex: ASKS } });
  await rig.here.ok(['start', '-d', 'here']);
  const terminal = rig.here.open(['attach', 'here'], { colours: LIGHT });
  await terminal.waitFor('stand-in ready');
  const known = join(rig.here.stateDir, 'terminal-colors.json');
  await rig.here.waitUntil(() => existsSync(known), 'the colours to be known');
  terminal.press('ctrl+^');
  await terminal.waitFor('❯');
  terminal.type('box/new');
  await terminal.waitFor('start box/new');
  terminal.press('enter');
  await terminal.waitFor('asked');
  expect(told(rig)).toEqual([LIGHT_REPLY]);
  terminal.press('ctrl+\\');
  expect(await terminal.waitForExit()).toBe(0);
});
