/**
 * `--open`: a session in a new tab, pane or window, in a real tmux; in zellij, kitty and WezTerm by the command
 * lines that their documentation has, against a stand-in that notes them, of which what they open is run.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { COMMAND } from '../../support/rig/command.ts';
import { createRig, type Rig } from '../../support/rig/rig.ts';
import { Tmux } from '../../support/terminal/tmux.ts';

const CODEX = { codex: 'echo "here $CODEX_SESSIONS_SESSION in $MARK"; exec cat' };

async function clients(rig: Rig, name: string, count: number, tmux?: Tmux): Promise<void> {
  const isSo = async () =>
    (await rig.list()).some((one) => one.name === name && one.clients === count);
  await rig.waitUntil(isSo, `${count} clients of ${name}`).catch(async (error: Error) => {
    error.message += `\n${(await tmux?.text()) ?? ''}`;
    throw error;
  });
}

describe('tmux', () => {
  /** Its server knows less than the shell in it. */
  function openTmux(rig: Rig): Tmux {
    rig.knowKeys();
    const { CODEX_SESSIONS_DIR: _, CODEX_SESSIONS_CODEX: __, ...env } = rig.env;
    return Tmux.open({ env, cwd: rig.projectDir });
  }

  const given = ({ env }: Rig) =>
    `CODEX_SESSIONS_DIR=${env.CODEX_SESSIONS_DIR} CODEX_SESSIONS_CODEX=${env.CODEX_SESSIONS_CODEX}`;

  test('start --open: a tab with it, and the shell back; leaving closes the tab', async () => {
    const rig = createRig(CODEX);
    const tmux = openTmux(rig);
    await tmux.command(`MARK=shell ${given(rig)} ${COMMAND} start review --open; echo "code $?"`);
    await tmux.waitFor('here codex:ultra:review:');
    await clients(rig, 'review', 1, tmux);
    // The session has the environment of the shell, although the tab is the server's.
    expect(await tmux.text()).toContain('in shell');
    expect(await tmux.run('list-windows', '-F', '#{window_index} #{window_active}')).toBe(
      '0 0\n1 1\n',
    );
    await tmux.type('', 'C-\\');
    await tmux.waitFor(/Opened ultra:review in a new tab of tmux\.\s+code 0/);
    expect(await tmux.run('list-windows', '-F', '#{window_index}')).toBe('0\n');
  });

  test('attach --open=pane splits the pane that it is typed in; switch --open=window', async () => {
    const rig = createRig(CODEX);
    await rig.ok(['start', '-d', 'review'], { env: { MARK: 'rig' } });
    const tmux = openTmux(rig);
    await tmux.command(`${given(rig)} ${COMMAND} attach review --open=pane --read-only`);
    await clients(rig, 'review', 1, tmux);
    const panes = (await tmux.run('list-panes', '-F', '#{pane_left} #{pane_active}')).split('\n');
    expect(panes).toEqual([expect.stringMatching(/^0 0$/), expect.stringMatching(/^5\d 1$/), '']);
    await tmux.type('typed', 'C-\\');
    await clients(rig, 'review', 0);
    expect(await rig.ok(['peek', 'review'])).not.toContain('typed');
    await tmux.command(`${given(rig)} ${COMMAND} switch rev --open=window`);
    await clients(rig, 'review', 1);
    expect(await tmux.run('list-windows', '-F', '#{window_name}')).toMatch(/\nultra:review\n$/);
  });

  test.each(['tab', 'pane'])(
    'a %s for a directory whose name is a format or a command',
    async (where) => {
      const rig = createRig(CODEX);
      const cwd = rig.project('a#(touch pwned)##{pid}#[bold]#;');
      const tmux = openTmux(rig);
      const start = `${given(rig)} ${COMMAND} start review --cwd '${cwd}' --open=${where}`;
      await tmux.command(`MARK=shell ${start}`);
      await clients(rig, 'review', 1, tmux);
      const about = '#{window_name} #{pane_start_path}';
      expect(await tmux.run('list-panes', '-s', '-F', about)).toContain(` ${cwd}\n`);
      expect(spawnSync('find', [rig.root, '-name', 'pwned'], { encoding: 'utf8' }).stdout).toBe('');
    },
  );

  test.each(['watch', 'switch'])(
    'Ctrl-O in %s opens the chosen one beside, and stays',
    async (command) => {
      const rig = createRig(CODEX);
      await rig.ok(['start', '-d', 'review'], { env: { MARK: 'rig' } });
      const tmux = openTmux(rig);
      await tmux.command(`${given(rig)} ${COMMAND} ${command}`);
      await tmux.waitFor('enter attach');
      await tmux.type('', 'C-o');
      await clients(rig, 'review', 1, tmux);
      await tmux.type('', 'C-\\');
      await clients(rig, 'review', 0, tmux);
      await tmux.waitFor('Opened ultra:review in a new pane of tmux.');
      await tmux.type('', 'Escape');
      await tmux.waitFor(/judge\$\s*$/);
    },
  );

  test('what tmux says against it is said; nothing is opened', async () => {
    const rig = createRig(CODEX);
    await rig.ok(['start', '-d']);
    const tmux = openTmux(rig);
    const { stderr, exitCode } = await rig.run(['attach', '--open=pane'], {
      env: { TMUX: '/tmp/no-such-socket,1,0', TMUX_PANE: '%0' },
    });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^codex-sessions: tmux opened no pane: .+\n {2}In this terminal: codex-sessions attach ultra:main\n$/,
    );
    await tmux.command(`${COMMAND} ls; echo "code $?"`);
    await tmux.waitFor('code 0');
  });
});

/** Notes its arguments, and what is in the file that is the last of them. */
const STAND_IN = `for arg; do printf '%s\\0' "$arg"; last=$arg; done >"$NOTES"
[ ! -f "$last" ] || cat "$last" >"$NOTES.file"
[ -z "$REFUSES" ] || { echo "$REFUSES" >&2; exit 1; }`;

interface Tried {
  readonly rig: Rig;
  readonly args: readonly string[];
  readonly file: string;
  readonly stderr: string;
}

async function tryOpen(
  program: string,
  env: Readonly<Record<string, string>>,
  how: string,
): Promise<Tried> {
  const rig = createRig(CODEX);
  rig.knowKeys();
  const bin = dirname(rig.program(program, STAND_IN));
  const notes = join(rig.root, 'notes');
  const { stderr, exitCode } = await rig.run(['start', 'review', how], {
    env: { ...env, NOTES: notes, PATH: `${bin}:${rig.env.PATH}` },
  });
  expect(exitCode, stderr).toBe(0);
  const args = readFileSync(notes, 'utf8').split('\0').slice(0, -1);
  const file = existsSync(`${notes}.file`) ? readFileSync(`${notes}.file`, 'utf8') : '';
  return { rig, args, file, stderr };
}

/** Runs what would run there, in a terminal with nothing of this environment, and leaves it. */
async function expectAttaches(rig: Rig, command: readonly string[]): Promise<void> {
  const [program = '', ...args] = command;
  expect(program).toBe('env');
  const env = { CODEX_SESSIONS_DIR: '', PATH: '/usr/bin:/bin' };
  const terminal = rig.openProgram(program, args, { env });
  await terminal.waitFor('here codex:ultra:review:');
  terminal.press('ctrl+\\');
  expect(await terminal.waitForExit()).toBe(0);
}

describe.each([
  ['--open', 'tab'],
  ['--open=pane', 'pane'],
  ['--open=window', 'window'],
] as const)('%s', (how, where) => {
  test('zellij', async () => {
    const { rig, args, file, stderr } = await tryOpen('zellij', { ZELLIJ: '0' }, how);
    const cwd = rig.projectDir;
    expect(stderr).toBe(`Opened ultra:review in a new ${where} of zellij.\n`);
    if (where === 'pane') {
      const options = ['--close-on-exit', '--direction', 'right', '--name', 'ultra:review'];
      expect(args.slice(0, 9)).toEqual(['run', ...options, '--cwd', cwd, '--']);
      return expectAttaches(rig, args.slice(9));
    }
    const named = ['--name', 'ultra:review', '--cwd', cwd];
    expect(args.slice(0, -1)).toEqual(['action', 'new-tab', ...named, '--layout']);
    expect(existsSync(args.at(-1) ?? '')).toBe(false);
    expect(file).toMatch(
      /^layout \{\n {4}pane size=1 .*\n.*tab-bar"\n {4}\}\n {4}pane command="env" close_on_exit=true/,
    );
    const words = /args (.*)\n/.exec(file)?.[1] ?? '';
    return expectAttaches(rig, [
      'env',
      ...(JSON.parse(`[${words.replaceAll('" "', '", "')}]`) as string[]),
    ]);
  });

  test('kitty', async () => {
    const { rig, args } = await tryOpen('kitten', { KITTY_WINDOW_ID: '1' }, how);
    const type = { tab: 'tab', pane: 'window', window: 'os-window' }[where];
    const title = where === 'tab' ? ['--tab-title', 'ultra:review'] : [];
    const options = ['--self', '--type', type, '--cwd', rig.projectDir, ...title];
    expect(args.slice(0, 2 + options.length)).toEqual(['@', 'launch', ...options]);
    await expectAttaches(rig, args.slice(2 + options.length));
  });

  test('WezTerm', async () => {
    const { rig, args } = await tryOpen('wezterm', { WEZTERM_PANE: '7' }, how);
    const verb = {
      tab: ['spawn'],
      pane: ['split-pane', '--right'],
      window: ['spawn', '--new-window'],
    };
    const options = ['cli', ...verb[where], '--pane-id', '7', '--cwd', rig.projectDir, '--'];
    expect(args.slice(0, options.length)).toEqual(options);
    await expectAttaches(rig, args.slice(options.length));
  });
});

test('anything else by the command in the configuration, which may stay', async () => {
  const rig = createRig(CODEX);
  rig.knowKeys();
  const opener = rig.program('opener', 'printf "%s\\0" "$@" >notes; exec sleep 1000');
  rig.file('home/.config/codex-sessions/config.toml', `open = "${opener} -e {command}"\n`);
  const { stderr, exitCode } = await rig.run(['start', 'review', '--open']);
  expect({ stderr, exitCode }).toEqual({
    stderr: 'Opened ultra:review in a new tab.\n',
    exitCode: 0,
  });
  const args = readFileSync(join(rig.projectDir, 'notes'), 'utf8').split('\0').slice(0, -1);
  expect(args[0]).toBe('-e');
  await expectAttaches(rig, args.slice(1));
  for (const one of rig.processes()) if (one.command === 'sleep 1000') process.kill(one.pid);
});

test('what cannot be opened is said, before anything is started', async () => {
  const rig = createRig(CODEX);
  const none = await rig.run(['start', '--open']);
  expect(none.exitCode).toBe(2);
  expect(none.stderr).toMatch(
    /there is no tmux, zellij, kitty or WezTerm here to open a tab in\n {2}Say what else does: open = /,
  );
  expect(await rig.list()).toEqual([]);
  for (const args of [
    ['start', '-d', '--open'],
    ['start', '--open=door'],
  ])
    expect((await rig.run(args)).exitCode).toBe(2);
  // Within a session these variables are of a terminal in it.
  const inside = { CODEX_SESSIONS_SESSION: 'codex:a:b:12345678', TMUX: 'x' };
  const nested = await rig.run(['start', '--open'], { env: inside });
  expect(nested.stderr).toContain('this terminal is inside the session a:b');

  await rig.ok(['start', '-d']);
  rig.file(
    'home/.config/codex-sessions/config.toml',
    'open = "echo no display >&2; exit 3 # {command}"\n',
  );
  expect((await rig.run(['attach', '--open=window'])).stderr).toBe(
    'codex-sessions: the command in "open" opened no window: no display\n' +
      '  In this terminal: codex-sessions attach ultra:main\n',
  );
});
