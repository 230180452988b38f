/** A person at an interactive Emacs in a terminal: keys are typed, the screen is read. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PACKAGE } from '../support/emacs/emacs.ts';
import { repository } from '../support/repository.ts';
import { createCodexRig, READY } from '../support/rig/codex-rig.ts';
import { COMMAND } from '../support/rig/command.ts';
import { createRig, type OpenOptions, type Rig } from '../support/rig/rig.ts';
import { cellsOf } from '../support/terminal/cells.ts';
import { screenSvg } from '../support/terminal/screen-svg.ts';
import type { Terminal } from '../support/terminal/terminal.ts';
import { Tmux } from '../support/terminal/tmux.ts';

/** Several starts of Codex, and of Emacs. */
const LONG_MS = 180_000;

/** Codex takes an Enter close behind other keys for a part of a paste; a person is slower. */
const ENTER_MS = 2_000;

/** An Emacs with the two lines of the README, and one for each thing that the test wants. */
async function openEmacs(
  rig: Rig,
  terminal: string,
  { settings = [], ...options }: OpenOptions & { settings?: readonly string[] } = {},
): Promise<Terminal> {
  writeInitFile(rig, terminal, settings);
  const emacs = rig.openProgram('emacs', ['-nw'], options);
  await emacs.waitFor('*scratch*');
  return emacs;
}

function writeInitFile(rig: Rig, terminal: string, settings: readonly string[] = []): void {
  const lines = [
    `(add-to-list 'load-path "${PACKAGE}")`,
    "(require 'codex-sessions)",
    `(setq codex-sessions-program "${COMMAND}" codex-sessions-terminal '${terminal})`,
    '(global-set-key (kbd "C-c x") codex-sessions-map)',
    '(setq inhibit-startup-screen t initial-scratch-message nil)',
    ...settings,
  ];
  mkdirSync(join(rig.home, '.emacs.d'), { recursive: true });
  writeFileSync(join(rig.home, '.emacs.d', 'init.el'), `${lines.join('\n')}\n`);
}

/** `C-c x` and a key of `codex-sessions-map`. */
function command(emacs: Terminal, key: string): void {
  emacs.press('ctrl+c');
  emacs.type(`x${key}`);
}

async function answer(emacs: Terminal, question: string | RegExp, text: string): Promise<void> {
  await emacs.waitFor(question);
  emacs.type(text);
  emacs.press('enter');
}

/** Types a prompt to Codex and waits for the model's echo of it. */
async function say(emacs: Terminal, prompt: string): Promise<void> {
  await emacs.waitFor(READY);
  emacs.type(prompt);
  await emacs.waitFor(`› ${prompt}`);
  const heard = `You said: ${prompt}`;
  for (let tries = 0; tries < 20 && !emacs.text().includes(heard); tries++) {
    emacs.press('enter');
    await emacs.waitFor(heard, { timeout: ENTER_MS }).catch(() => {});
  }
  await emacs.waitFor(heard);
}

const lastRow = (emacs: Terminal, text: string) =>
  emacs.screen().findLastIndex((line) => line.includes(text));

/** Waits until the window below the menu bar shows what the session's own screen shows. */
function sameScreen(rig: Rig, emacs: Terminal, name: string): Promise<unknown> {
  const shown = (lines: readonly string[]) =>
    lines
      .map((line) => line.trimEnd())
      .join('\n')
      .trim();
  return rig.waitUntil(async () => {
    const { lines } = JSON.parse(await rig.ok(['peek', name, '--json', '--no-seen']));
    return shown(emacs.screen().slice(1, -2)) === shown(lines);
  }, `Emacs to show what ${name} does`);
}

describe.each(['vterm', 'term'])('with %s', (terminal) => {
  test(
    'start, talk, switch, list, kill; kill -9 of Emacs, and the conversation is there',
    async () => {
      const { rig } = await createCodexRig();
      const emacs = await openEmacs(rig, terminal);
      command(emacs, 's');
      await say(emacs, 'alpha in main');
      expect(emacs.text()).toMatch(/\*codex:ultra:main:[0-9a-f]{8}\*/);

      command(emacs, 'S');
      await answer(emacs, 'Session name (default main):', 'review');
      await emacs.waitFor('*codex:ultra:review:');
      await say(emacs, 'beta in review');
      expect(emacs.text()).not.toContain('alpha');

      // The session has the size of the window, and another one when that changes.
      const below = 30 - lastRow(emacs, 'gpt-5-codex');
      emacs.resize(110, 40);
      await emacs.waitFor((_, { screen }) => screen.call(emacs).length === 40);
      await emacs.waitFor(() => 40 - lastRow(emacs, 'gpt-5-codex') === below, {
        what: 'Codex at the end of the larger window',
      });
      await sameScreen(rig, emacs, 'review');

      command(emacs, 'b');
      await answer(emacs, /Session \(default /, 'ultra:main');
      await emacs.waitFor('*codex:ultra:main:');
      await emacs.waitFor('You said: alpha in main');
      expect(emacs.text()).not.toContain('beta');

      command(emacs, 'l');
      await emacs.waitFor(
        /ultra:main +(?:idle|done)[\s\S]*ultra:review +(?:idle|done)|ultra:review +(?:idle|done)[\s\S]*ultra:main +(?:idle|done)/,
      );

      emacs.signal('SIGKILL');
      await emacs.waitForExit();
      await rig.waitUntil(
        async () => (await rig.list()).every(({ clients }) => clients === 0),
        'the terminals to be gone',
      );

      const again = await openEmacs(rig, terminal);
      command(again, 'b');
      await answer(again, /Session \(default /, 'ultra:review');
      await again.waitFor('You said: beta in review');
      await say(again, 'gamma in review');
      // A paste is one, whatever it has in it.
      again.paste('delta\nepsilon');
      await again.waitFor(/› delta\s+epsilon/);
      expect(again.text()).not.toContain('said: delta');
      command(again, 'k');
      await answer(again, /Kill session \(default /, 'ultra:review');
      await again.waitFor('Killed ultra:review.');
      expect((await rig.list()).map(({ name }) => name)).toEqual(['main']);
      expect(again.text()).not.toContain('gamma');
      // Ctrl-\ leaves, as in every terminal.
      command(again, 'b');
      await answer(again, /Session \(default /, '');
      await again.waitFor('You said: alpha in main');
      again.press('ctrl+\\');
      await again.waitFor((text) => !text.includes('alpha'));
      await rig.waitUntil(
        async () => (await rig.list()).map(({ clients }) => clients).join() === '0',
        'main to go on alone',
      );

      // One that ends leaves its last words, and comes back at a key.
      command(again, 'b');
      await answer(again, /Session \(default /, '');
      await again.waitFor('You said: alpha in main');
      await rig.ok(['kill', 'main']);
      await again.waitFor(/was killed[\s\S]*g starts it again/);
      again.type('g');
      await again.waitFor('You said: alpha in main');
      expect(again.text()).not.toContain('was killed');
    },
    LONG_MS,
  );

  test('a session begins with the size of its window', async () => {
    // 100 columns by 30 rows, less the menu bar, the mode line, the echo area, and a column for `\\`.
    // Codex that is resized while it starts may stop for two seconds.
    const rig = createRig({ codex: 'stty size; exec cat' });
    const emacs = await openEmacs(rig, terminal);
    command(emacs, 's');
    await emacs.waitFor('27 99');
  });

  test('colours; in an Emacs that runs in a session', async () => {
    const colours = String.raw`\033[31mRED\033[0m \033[38;5;2mGREEN\033[0m \033[38;2;20;20;250mBLUE\033[0m plain \033[1mbold\033[22m thin`;
    const rig = createRig({ codex: `printf '${colours}\\n'; exec cat` });
    await rig.ok(['start', '-d']);
    // Inside a session Emacs attaches to others all the same.
    const inside = { CODEX_SESSIONS_SESSION: 'codex:other:main:1a2b3c4d' };
    const emacs = await openEmacs(rig, terminal, { env: inside });
    command(emacs, 'b');
    await answer(emacs, /Session \(default /, '');
    await emacs.waitFor('RED GREEN BLUE plain bold thin');
    const { xterm } = emacs.emulator;
    const row = cellsOf(xterm, xterm.rows).find((line) => line.includes('GREEN')) ?? '';
    const looks = row.matchAll(/\{([^}]*)\}\s*([^{]+)/g);
    const of = new Map([...looks].map(([, look = '', text = '']) => [text.trim(), look]));
    const seen = ['RED', 'GREEN', 'BLUE'].map((word) => of.get(word));
    expect(seen.every((look) => look?.includes('fg'))).toBe(true);
    expect(new Set(seen).size).toBe(3);
    expect(row).toMatch(/\{\} plain \{bold[^}]*\}bold\{\} thin/);
  });
});

test.each(['vterm', 'term'])('in tmux, with %s: start, talk, leave, switch', async (terminal) => {
  const { rig, model } = await createCodexRig();
  writeInitFile(rig, terminal);
  rig.knowKeys();
  const tmux = Tmux.open({ env: rig.env, cwd: rig.projectDir });
  await tmux.command('emacs -nw');
  await tmux.waitFor('*scratch*');
  await tmux.type('', 'C-c');
  await tmux.type('xs');
  await tmux.waitFor(READY);
  await tmux.type('typed in tmux');
  await tmux.waitFor('› typed in tmux');
  const heard = model.request(/typed in tmux/).then(() => true);
  await rig.waitUntil(async () => {
    await tmux.type('', 'Enter');
    return await Promise.race([heard, new Promise((resolve) => setTimeout(resolve, ENTER_MS))]);
  }, 'the prompt to be sent');
  await tmux.waitFor('You said: typed in tmux');
  await tmux.type('', 'C-\\');
  await tmux.waitUntilGone('typed in tmux');
  await tmux.type('', 'C-c');
  await tmux.type('xb');
  await tmux.waitFor('Session (default ultra:main)');
  await tmux.type('', 'Enter');
  await tmux.waitFor('You said: typed in tmux');
});

test('kill -9 of an Emacs that only follows the changes leaves no process', async () => {
  const rig = createRig();
  await rig.ok(['start', '-d']);
  const emacs = await openEmacs(rig, 'term', { settings: ['(codex-sessions-mode-line-mode 1)'] });
  const follows = () => rig.processes().some(({ command }) => / events /.test(command));
  await rig.waitUntil(follows, 'the changes to be followed');
  emacs.signal('SIGKILL');
  await emacs.waitForExit();
  await rig.waitUntil(() => !follows(), 'what followed the changes to be gone');
});

test('the mode line and the list tell who needs you; the picture for docs/emacs.md', async () => {
  const { rig, model, project } = await createCodexRig();
  const place = join('home', 'src');
  const [api, web] = [project('api', place), project('web', place)];
  model.on(/^Release/, { type: 'tool', cmd: 'npm publish', justification: 'the tests pass' });
  const gate = model.hold(/^Port/);
  for (const [cwd, name] of [
    [api, 'main'],
    [api, 'review'],
    [web, 'main'],
    [web, 'release'],
  ] as const)
    await rig.ok(['start', '-d', name], { cwd });
  await rig.ok(['send', 'main', 'Port the parser to the new tokens'], { cwd: api });
  await rig.ok(['send', 'review', '--wait', '--no-seen', 'Is this safe?'], { cwd: api });
  await rig.ok(['send', 'release', 'Release it'], { cwd: web });
  const settings = ['(codex-sessions-mode-line-mode 1)', '(menu-bar-mode -1)'];
  const emacs = await openEmacs(rig, 'vterm', { settings, cols: 120, rows: 38, cwd: web });
  await emacs.waitFor(/1! 1✓/);
  command(emacs, 'b');
  await answer(emacs, /Session \(default web:release\)/, 'web:main');
  await emacs.waitFor('*codex:web:main:');
  await say(emacs, 'Where is the session timeout set?');
  emacs.press('ctrl+c');
  emacs.type('xl');
  await emacs.waitFor(
    /web:release +blocked permission[\s\S]*api:review +done[\s\S]*api:main +working/,
  );
  emacs.press('ctrl+x');
  emacs.type('2');
  emacs.press('ctrl+x');
  emacs.type('o');
  command(emacs, 'b');
  await answer(emacs, /Session \(default /, 'web:main');
  await emacs.waitFor(
    (text) => /web:release[\s\S]*You said: Where is[\s\S]*gpt-5-codex/.test(text),
    { what: 'the list above the session' },
  );
  const picture = screenSvg(emacs.emulator.xterm);
  expect(picture).toContain('web:release');
  expect(picture).toContain('You said: Where is the session timeout set?');
  if (process.env.CODEX_SESSIONS_TEST_PICTURE)
    writeFileSync(join(repository, 'docs', 'emacs.svg'), picture);
  gate.release();
});
