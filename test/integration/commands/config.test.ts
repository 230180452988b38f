/** `config`: what holds, and where it comes from. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRig } from '../../support/rig/rig.ts';

const FILE = `# mine
detach_key = "ctrl+b d"
notify = "say 'hello'"

[codex]
args = ["-m", "gpt-5.1-codex"]

[hosts.box]
ssh = "me@box.example.org"
command = "~/bin/codex-sessions"

[hosts."rack.example.org"]

[projects."~/api"]
scrollback = 10000
codex.isolate = false
`;
const PATH = 'home/.config/codex-sessions/config.toml';

test('prints each setting with the line, the variable or the default that it comes from', async () => {
  const rig = createRig({ codex: 'exec cat' });
  rig.file(PATH, FILE);
  const lines = (await rig.ok(['config'])).split('\n');
  const line = (key: string) => lines.find((one) => one.startsWith(`${key} `))?.replace(/ +/g, ' ');
  expect(line('detach_key')).toBe(
    'detach_key = "ctrl+b d" # ~/.config/codex-sessions/config.toml:2',
  );
  expect(line('switch_key')).toBe('switch_key = "ctrl+^" # default');
  expect(line('scrollback')).toBe('scrollback = 2000 # default');
  expect(line('codex.args')).toContain(
    '["-m","gpt-5.1-codex"] # ~/.config/codex-sessions/config.toml:6',
  );
  expect(line('codex.command')).toContain(
    `"${rig.env.CODEX_SESSIONS_CODEX}" # CODEX_SESSIONS_CODEX`,
  );
  expect(line('hosts.box.ssh')).toBe(
    'hosts.box.ssh = "me@box.example.org" # ~/.config/codex-sessions/config.toml:9',
  );
  expect(line('hosts.box.command')).toContain('config.toml:10');
  expect(line('hosts."rack.example.org"')).toBe(
    'hosts."rack.example.org" = {} # ~/.config/codex-sessions/config.toml:12',
  );
  expect(lines[0]).toMatch(/^# of the project ultra, .*\(where you are\)$/);
  expect(lines[1]).toContain(`${rig.stateDir} (CODEX_SESSIONS_DIR)`);
});

test('what it prints is a file that sets the same', async () => {
  const rig = createRig({ codex: 'exec cat' });
  rig.file(PATH, FILE);
  const settings = async () =>
    (JSON.parse(await rig.ok(['config', '--json'])) as { key: string; value: unknown }[]).map(
      ({ key, value }) => [key, value],
    );
  const before = await settings();
  rig.file(PATH, await rig.ok(['config']));
  expect(await settings()).toEqual(before);
});

test('with -C it is another project’s, with --json each origin is an object', async () => {
  const rig = createRig({ codex: 'exec cat' });
  const file = rig.file(PATH, FILE);
  const api = join(rig.root, 'home', 'api');
  mkdirSync(join(api, '.git'), { recursive: true });
  expect((await rig.ok(['config', '-C', api])).split('\n')[0]).toBe(
    '# of the project api, ~/api (flag -C)',
  );
  const settings = JSON.parse(await rig.ok(['config', '-C', api, '--json']));
  expect(settings).toContainEqual({
    key: 'scrollback',
    value: 10_000,
    from: { type: 'file', path: file, line: 15 },
  });
  expect(settings).toContainEqual({
    key: 'codex.isolate',
    value: false,
    from: { type: 'file', path: file, line: 16 },
  });
  expect(settings).toContainEqual({ key: 'codex.title', value: true, from: { type: 'default' } });
});

test('config path is exact, also where the file is missing or wrong; nothing else is taken', async () => {
  const rig = createRig({ codex: 'exec cat' });
  const none = await rig.run(['config', 'path']);
  expect(none.stdout).toBe(`${join(rig.root, PATH)}\n`);
  expect(none.stderr).toContain('There is no such file');
  rig.file(PATH, 'nothing = 1\n');
  expect(await rig.run(['config', 'path'])).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await rig.run(['config'])).toMatchObject({ exitCode: 1 });
  expect(await rig.run(['config', 'edit'])).toMatchObject({ exitCode: 2 });
});
