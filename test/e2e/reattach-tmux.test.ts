import { describe, expect, test } from 'vitest';
import { createCodexRig } from '../support/rig/codex-rig.ts';
import { COMMAND } from '../support/rig/command.ts';
import { freeze } from '../support/rig/freeze.ts';
import { createRig, type Rig } from '../support/rig/rig.ts';
import { type Look, Tmux } from '../support/terminal/tmux.ts';

function openTmux(rig: Rig, size: { cols?: number; rows?: number } = {}): Tmux {
  rig.knowKeys();
  return Tmux.open({ env: rig.env, cwd: rig.projectDir, ...size });
}

/** Clears, so that the program begins at the top as it does in the model. */
async function start(tmux: Tmux, args = ''): Promise<void> {
  await tmux.command(`clear; ${COMMAND} start ${args}`);
}

async function detach(tmux: Tmux): Promise<void> {
  await tmux.type('', 'C-\\');
  await tmux.waitFor('[detached from');
}

/** What is shown after coming back: `before`, once all of it has come; what there is if it never does. */
async function reattached(tmux: Tmux, marker: RegExp | string, before: Look): Promise<Look> {
  await detach(tmux);
  // An inline program leaves its screen behind, which shows the marker as well.
  await tmux.command('clear');
  await tmux.waitUntilGone(marker);
  await tmux.command(`clear; ${COMMAND} attach main`);
  await tmux.waitFor(marker);
  await tmux.waitForLook(before);
  return tmux.settled();
}

async function expectSame(rig: Rig, tmux: Tmux, marker: RegExp | string): Promise<void> {
  await tmux.waitFor(marker);
  // A program that is at work never comes to rest by itself.
  const thaw = await freeze(rig);
  try {
    const before = await tmux.settled();
    expect(await reattached(tmux, marker, before)).toEqual(before);
  } finally {
    thaw();
  }
}

describe.each([
  ['alternate screen', ''],
  ['inline', '-- --no-alt-screen'],
])('Codex on the %s', (_, args) => {
  test('idle, after a turn', async () => {
    const { rig } = await createCodexRig();
    const tmux = openTmux(rig);
    await start(tmux, args);
    await tmux.waitFor('gpt-5-codex');
    await rig.waitUntil(
      async () => (await rig.list()).some(({ status }) => status === 'idle'),
      'Codex to be idle',
    );
    // No emoji: tmux 3.3a takes some for one column wide, which no terminal of today does.
    await tmux.type('what is **bold** and 漢字 é');
    await tmux.waitFor('and 漢字 é');
    await tmux.type('', 'Enter');
    await expectSame(rig, tmux, 'You said: what is bold');
  });

  test('working', async () => {
    const { rig, model } = await createCodexRig();
    const gate = model.hold(/long work/);
    const tmux = openTmux(rig);
    await start(tmux, args === '' ? '-- "long work"' : `${args} "long work"`);
    await gate.arrived;
    await expectSame(rig, tmux, /Working/);
    gate.release();
    await tmux.waitFor('You said: long work');
  });

  test('blocked on an approval', async () => {
    const { rig, model } = await createCodexRig();
    model.on(/approve me/, { type: 'tool', cmd: 'touch x', justification: 'May I touch x?' });
    const tmux = openTmux(rig);
    await start(tmux, args === '' ? '-- "approve me"' : `${args} "approve me"`);
    await expectSame(rig, tmux, /May I touch x/);
  });
});

const programs: [string, string, string][] = [
  [
    'vim',
    'exec vim --clean -c "syntax on" -c "set number cursorline" -c "normal 40G" "$0"',
    '#!/bin/sh',
  ],
  ['less', 'exec less -N -R "$CS_TEST_FILE"', 'line 20'],
  ['htop', 'exec htop -d 1000', 'Load average'],
];
test.each(programs)('%s', async (_, body, marker) => {
  const lines = Array.from(
    { length: 200 },
    (_, n) => `\x1b[3${n % 8}mline ${n}\x1b[m 漢字 ${'x'.repeat(n)}`,
  );
  const rig = createRig({ codex: body });
  const file = rig.file('text', `${lines.join('\n')}\n`);
  const tmux = openTmux(rig);
  await tmux.command(`export CS_TEST_FILE=${file}`);
  await start(tmux);
  await expectSame(rig, tmux, marker);
});

test('a shell with 2,000 lines: the screen, and what is above it in the scrollback', async () => {
  const rig = createRig();
  // Clearing the terminal, as below, is not seen.
  rig.file('home/.config/codex-sessions/config.toml', 'scrollback_on_attach = "all"\n');
  const tmux = openTmux(rig);
  await start(tmux);
  await tmux.waitFor('stand-in ready');
  await tmux.command(
    `i=0; while [ $i -lt 2100 ]; do i=$((i+1)); printf '\\033[3%dmline %d\\033[m of many\\n' $((i%8)) $i; done`,
  );
  const end = /line 2100 of many\n\$ *$/m;
  await tmux.waitFor(end);
  const before = await tmux.settled();
  const history = (await tmux.history()).slice(-2000);
  expect(await reattached(tmux, end, before)).toEqual(before);
  expect((await tmux.history()).slice(-2000)).toEqual(history);
});

test('beside a terminal of another size, the pane gets each line once', async () => {
  const rig = createRig();
  const tmux = openTmux(rig);
  await start(tmux);
  await tmux.waitFor('stand-in ready');
  await tmux.command('seq -f "row %.0f." 200');
  await tmux.waitFor(/^row 200\.\n\$ *$/m);
  const other = rig.open(['attach', 'main'], { cols: 80, rows: 20 });
  await other.waitFor(/^row 200\./m);
  other.send('seq -f "row %.0f." 201 400\r');
  await other.waitFor(/^row 400\./m);
  await tmux.command('');
  await tmux.waitFor(/^row 400\.\n\$ *\n\$ *$/m);
  const rows = (await tmux.history()).flatMap((line) => /^row (\d+)\.$/.exec(line)?.[1] ?? []);
  expect(rows).toEqual(Array.from({ length: 400 }, (_, i) => String(i + 1)));
});

test('reset-terminal leaves the cursor where it is, also where there was an alternate screen', async () => {
  const rig = createRig({});
  const tmux = openTmux(rig);
  await tmux.command("clear; printf '\\033[?1049h\\033[?1049l'; printf '%s\\n' one two three");
  await tmux.waitFor('three');
  await tmux.command(`${COMMAND} reset-terminal; echo after`);
  await tmux.waitFor(/^after$/m);
  const { screen } = await tmux.settled();
  expect(screen.indexOf('after')).toBeGreaterThan(screen.indexOf('three'));
  expect(screen).toContain('one');
});
