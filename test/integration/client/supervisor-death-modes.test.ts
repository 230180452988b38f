/** Modes of a user's terminal, and its replies to the program, over its supervisor's death. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isAlive } from '../../support/process/processes.ts';
import { createRig } from '../../support/rig/rig.ts';
import { dies, guarded, killNow, MANY_DEATHS, succeeded } from '../../support/rig/successor.ts';

const DETACH = '\x1c';
const WAYS = [
  ['direct output', {}],
  ['output through the client', { CODEX_SESSIONS_DIRECT: '0' }],
] as const;

/** With the first key switches on what programs switch on; says so only once that has been looked at. */
const MODES_ON = `stty raw -echo; printf 'plain ready\\r\\n'
head -c 1 > /dev/null
printf '\\033[?1049h\\033[>7u\\033[>4;2m\\033[?1h\\033[?2004h\\033[?1004h\\033[?1003h\\033[?1006h\\033[?25l'
sleep 0.03; printf '\\033[31min colour'
exec cat`;

test.each(WAYS)('switched on just before it died: %s', async (_, env) => {
  const rig = createRig({ codex: MODES_ON, env: { ...MANY_DEATHS, ...env } });
  const terminal = rig.open(['start']);
  await terminal.waitFor('plain ready');
  await guarded(rig);
  // With the screen model, which is loaded when it is first needed.
  await rig.ok(['peek', 'main']);
  terminal.send('x');
  await terminal.waitFor('in colour');
  const dead = killNow(rig);
  const on = terminal.modes();
  await succeeded(rig, dead);
  const other = rig.open(['attach', 'main']);
  await other.waitForRaw(/\x1b\[\?1003h/, { timeout: 4000 });
  expect(other.modes()).toMatchObject({ ...on, cursorHidden: true });
  for (const one of [terminal, other]) {
    one.send(DETACH);
    expect(await one.waitForExit()).toBe(0);
    expect(one.modes()).toMatchObject({
      ...{ alternateScreen: false, kittyFlags: 0, modifyOtherKeys: 0, applicationCursor: false },
      ...{ bracketedPaste: false, focusEvents: false, mouse: 'none', sgrMouse: false },
      cursorHidden: false,
    });
    expect(one.emulator.keyboardStacks).toEqual({ normal: [0], alternate: [0] });
  }
});

const ASKS = `stty raw -echo; printf 'asker ready\\r\\n'
head -c 1 > /dev/null
printf '\\033[6n\\033[?u\\033[casked'
exec tee replies > /dev/null`;

test.each(WAYS)('a reply that comes after the death is the program’s, once: %s', async (_, env) => {
  const rig = createRig({ codex: ASKS, env: { ...MANY_DEATHS, ...env } });
  const terminal = rig.open(['start']);
  await terminal.waitFor('asker ready');
  await guarded(rig);
  terminal.holdAnswers();
  terminal.send('x');
  await terminal.waitForRaw(/asked/);
  const dead = killNow(rig);
  await rig.waitUntil(() => !isAlive(dead), 'it to be gone');
  terminal.releaseAnswers();
  await succeeded(rig, dead);
  const replies = () => readFileSync(join(rig.projectDir, 'replies'), 'latin1');
  await rig.waitUntil(() => /\x1b\[\?[\d;]*c/.test(replies()), 'the replies');
  await dies(rig);
  terminal.send('k');
  await rig.waitUntil(() => replies().endsWith('k'), 'the key');
  expect(replies()).toMatch(/^\x1b\[\d+;\d+R\x1b\[\?\d*u\x1b\[\?[\d;]*ck$/);
});
