/** What describes the terminal of the shell that starts a session stays with that terminal. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRig, type Rig } from '../../support/rig/rig.ts';

/** In Codex's place: leaves its environment in the home directory. */
const CODEX = `[ -n "$CODEX_SESSIONS_SESSION" ] || exit 0 # asked for its version only
env >"$HOME/part"; mv "$HOME/part" "$HOME/environment"; printf '\\033]7501;state=idle\\007'; exec cat`;

/** As a program that another one shows, or that nobody looks at, would have it. */
const STARTERS: Record<string, Record<string, string>> = {
  'an Emacs shell': { TERM: 'dumb', INSIDE_EMACS: '29.4,comint', COLUMNS: '71', TERMCAP: '' },
  tmux: {
    TERM: 'tmux-256color',
    TMUX: '/tmp/tmux-0/default,1,0',
    TMUX_PANE: '%3',
    TERM_PROGRAM: 'tmux',
    TERM_PROGRAM_VERSION: '3.5a',
  },
  screen: { TERM: 'screen', STY: '1.pts-0.host', WINDOW: '2', TERMCAP: 'SC|screen:' },
  zellij: { ZELLIJ: '0', ZELLIJ_SESSION_NAME: 'x', ZELLIJ_PANE_ID: '1' },
  kitty: { TERM: 'xterm-kitty', KITTY_WINDOW_ID: '1', TERMINFO: '/usr/lib/kitty/terminfo' },
  'terminals with windows': {
    COLORTERM: '24bit',
    COLORFGBG: '0;15',
    GHOSTTY_RESOURCES_DIR: '/x',
    WEZTERM_PANE: '0',
    ALACRITTY_WINDOW_ID: '1',
    KONSOLE_VERSION: '230800',
    ITERM_SESSION_ID: 'w0t0p0',
    LC_TERMINAL: 'iTerm2',
    VTE_VERSION: '7600',
    WINDOWID: '123',
    TERM_SESSION_ID: 'x',
    LINES: '5',
    GPG_TTY: '/dev/pts/99',
  },
};

/** What is the user's own, and what tells where the user is. */
const KEPT = {
  KITTY_CONFIG_DIRECTORY: '/etc/kitty',
  TMUX_TMPDIR: '/run/tmux',
  TERMINFO_DIRS: '/usr/share/terminfo',
  SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22',
  DISPLAY: ':0',
  NO_COLOR: '1',
};

async function environment(rig: Rig): Promise<Record<string, string>> {
  const file = join(rig.home, 'environment');
  await rig.waitUntil(() => existsSync(file), 'the environment of the session');
  const text = readFileSync(file, 'utf8');
  rmSync(file);
  return Object.fromEntries(
    text.split('\n').map((line) => [line.split('=')[0], line.slice(line.indexOf('=') + 1)]),
  );
}

test.each(Object.entries(STARTERS))('started from %s', async (_where, starter) => {
  const rig = createRig({ codex: CODEX });
  await rig.ok(['start', '-d'], { env: { ...starter, ...KEPT } });
  const seen = await environment(rig);
  expect(seen).toMatchObject({ ...KEPT, TERM: 'xterm-256color', COLORTERM: 'truecolor' });
  const own = ['TERM', 'COLORTERM'];
  const passed = Object.keys(starter).filter((name) => name in seen && !own.includes(name));
  expect(passed).toEqual([]);
});

test('restart from a shell without a terminal give what start in a terminal gave', async () => {
  const rig = createRig({ codex: CODEX });
  const bare = { TERM: 'dumb', TMUX: '/tmp/tmux-0/default,1,0' };
  const terminal = rig.open(['start']);
  const first = await environment(rig);
  await rig.ok(['restart'], { env: bare });
  expect(await environment(rig)).toEqual(first);
  await terminal.waitForExit();
});

test('Terminal.app without 24-bit colours gets none', async () => {
  const rig = createRig({ codex: CODEX });
  const app = { TERM_PROGRAM: 'Apple_Terminal', TERM_PROGRAM_VERSION: '455.1' };
  await rig.ok(['start', '-d', 'few'], { env: app });
  expect(await environment(rig)).not.toHaveProperty('COLORTERM');
  await rig.ok(['start', '-d', 'many'], { env: { ...app, COLORTERM: 'truecolor' } });
  expect(await environment(rig)).toHaveProperty('COLORTERM', 'truecolor');
});
