import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UserError } from '../../../src/platform/errors.ts';
import { configPath, loadConfig } from '../../../src/store/config.ts';
import { type Project, projectOf } from '../../../src/store/project.ts';

let home: string;
let project: Project;
let env: NodeJS.ProcessEnv;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'cs-config-'));
  mkdirSync(join(home, 'proj'));
  project = projectOf(join(home, 'proj'));
  env = { HOME: home };
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function write(text: string): void {
  const path = configPath(env);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

async function refusalOf(text: string): Promise<UserError> {
  write(text);
  const error: unknown = await loadConfig(env, project).then(
    () => new Error(`accepted:\n${text}`),
    (e: unknown) => e,
  );
  if (error instanceof UserError) return error;
  throw error;
}

const DEFAULTS = {
  detachKey: 'ctrl+\\',
  switchKey: 'ctrl+^',
  scrollback: 2_000,
  scrollbackOnAttach: 'missed',
  notify: undefined,
  hosts: {},
  retentionDays: 30,
  codex: { command: undefined, args: [], isolate: true, title: true },
};

test('without a file, the defaults', async () => {
  expect(await loadConfig(env, project)).toEqual(DEFAULTS);
});

test('an empty file, the defaults', async () => {
  write('');
  expect(await loadConfig(env, project)).toEqual(DEFAULTS);
});

test('XDG_CONFIG_HOME counts when it is absolute', () => {
  expect(configPath({ HOME: '/h' })).toBe('/h/.config/codex-sessions/config.toml');
  expect(configPath({ HOME: '/h', XDG_CONFIG_HOME: '/x' })).toBe('/x/codex-sessions/config.toml');
  expect(configPath({ HOME: '/h', XDG_CONFIG_HOME: 'x' })).toBe(
    '/h/.config/codex-sessions/config.toml',
  );
});

test('environment beats the project, that beats the rest', async () => {
  write(`
detach_key = "ctrl+]"
scrollback = 100
retention_days = 7
[codex]
command = "/opt/codex"
args = ["-m", "a"]
title = false
[projects."${project.root}"]
scrollback = 5
scrollback_on_attach = "all"
[projects."${project.root}".codex]
args = ["-m", "b"]
[projects."/elsewhere"]
switch_key = "none"
`);
  const expected = {
    ...DEFAULTS,
    detachKey: 'ctrl+]',
    scrollback: 5,
    scrollbackOnAttach: 'all',
    retentionDays: 7,
    codex: { command: '/opt/codex', args: ['-m', 'b'], isolate: true, title: false },
  };
  expect(await loadConfig(env, project)).toEqual(expected);
  expect(await loadConfig({ ...env, CODEX_SESSIONS_CODEX: 'mine' }, project)).toEqual({
    ...expected,
    codex: { ...expected.codex, command: 'mine' },
  });
});

test.each(['~/proj', '~/proj/', '~/link'])('a project written as %s is found', async (written) => {
  symlinkSync(project.root, join(home, 'link'));
  write(`[projects."${written}"]\nnotify = "desktop"`);
  expect((await loadConfig(env, project)).notify).toBe('desktop');
});

test.each<[string, number, string, RegExp]>([
  [
    '\ndetach-key = "ctrl+a"',
    2,
    'detach-key is not known',
    /^Did you mean detach_key\? Known here: detach_key, .*projects/,
  ],
  ['detach_kye = "ctrl+a"', 1, 'detach_kye is not known', /^Did you mean detach_key\? /],
  ['[host.box]', 1, 'host is not known', /^Did you mean hosts\? /],
  ['[hosts.box]\ncomand = "x"', 2, 'hosts.box.comand is not known', /^Did you mean command\? /],
  ['scrollback = "10"', 1, 'scrollback has a wrong value', /whole number from 0/],
  [
    'scrollback_on_attach = true',
    1,
    'scrollback_on_attach has a wrong value',
    /"all" or "missed" or "none"/,
  ],
  ['scrollback = -1', 1, 'scrollback has a wrong value', /whole number from 0/],
  ['detach_key = "ctrl+["', 1, 'detach_key has a wrong value', /"none", "ctrl\+"/],
  ['detach_key = "alt+O"', 1, 'detach_key has a wrong value', /"alt\+"/],
  ['switch_key = "d"', 1, 'switch_key has a wrong value', /"ctrl\+b d"/],
  ['switch_key = "ctrl+b ^b"', 1, 'switch_key has a wrong value', /"ctrl\+b d"/],
  [
    'detach_key = "C-b D"\nswitch_key = "^b D"',
    2,
    'switch_key is the detach_key too',
    /Choose two keys/,
  ],
  [
    '\nswitch_key = "ctrl+\\\\ s"',
    2,
    'switch_key and detach_key begin with the same key',
    /Choose two keys: here detach_key = /,
  ],
  [
    'detach_key = "ctrl+a"\nswitch_key = "ctrl+a"',
    2,
    'switch_key is the detach_key too',
    /two keys/,
  ],
  ['scrollback = "10"', 1, 'has a wrong value: "10"', /from 0 to 100000/],
  ['scrollback = inf', 1, 'has a wrong value: Infinity', /from 0 to 100000/],
  ['notify = true', 1, 'notify has a wrong value: true', /command, or "desktop"/],
  ['detach_key = "ctrl+m"', 1, 'detach_key has a wrong value: "ctrl+m"', /a letter but m/],
  ['\ndetach_key = "ctrl+^"', 2, 'detach_key is the switch_key too', /switch_key = /],
  ['switch_key = "C-\\\\"', 1, 'switch_key is the detach_key too', /detach_key = /],
  ['detach_key = "^a"\nswitch_key = "Ctrl+A"', 2, 'switch_key is the detach_key too', /two keys/],
  ['detach_key = "ctrl+@"\nswitch_key = "ctrl+space"', 2, 'is the detach_key too', /two keys/],
  [
    'detach_key = "ctrl+a"\n[projects."/a"]\nswitch_key = "ctrl+a"',
    3,
    'projects."/a".switch_key is the detach_key too',
    /two keys/,
  ],
  ['retention_days = 0', 1, 'retention_days has a wrong value', /whole number from 1/],
  [
    '[projects."/a"]\nretention_days = 7',
    2,
    'projects."/a".retention_days is not known',
    /Known here: detach_key/,
  ],
  ['codex = 1', 1, 'codex has a wrong value', /a table/],
  ['[codex]\n# why\nargs = "-m x"', 3, 'codex.args has a wrong value', /list of texts/],
  [
    'scrollback = 1\ncodex = { isolate = 1 }',
    2,
    'codex.isolate has a wrong value',
    /true or false/,
  ],
  ['codex.title = "x"', 1, 'codex.title has a wrong value', /true or false/],
  [
    '[codex]\ntitle = true\n[projects."/a"]\ntitle = true',
    4,
    'projects."/a".title is not known',
    /detach_key/,
  ],
  [
    '[projects."/a".codex]\nprojects = 1',
    2,
    'projects."/a".codex.projects is not known',
    /command, args/,
  ],
  ['[projects]\n"/a" = 7', 2, 'projects."/a" has a wrong value', /a table/],
  ['[hosts.box]\nssh = "-x"', 2, 'hosts.box.ssh has a wrong value: "-x"', /user@host/],
  ['[hosts.box]\ncommand = "a\\nb"', 2, 'hosts.box.command has a wrong value', /on one line/],
  [
    '[hosts.box]\nport = 22',
    2,
    'hosts.box.port is not known',
    /^Known here: ssh, command, default_dir/,
  ],
  ['[hosts."-x"]\nssh = "a"', 1, 'hosts.-x cannot be a host', /another name/],
  ['[constructor]', 1, 'constructor is not known', /Known here/],
])('%j is refused with its line', async (text, line, message, hint) => {
  const error = await refusalOf(text);
  expect(error.message.startsWith(`${configPath(env)}:${line}: `), error.message).toBe(true);
  expect(error.message).toContain(message);
  expect(error.hint).toMatch(hint);
});

test('two keys may have one prefix', async () => {
  write('detach_key = "ctrl+b d"\nswitch_key = "ctrl+b s"');
  expect(await loadConfig(env, project)).toMatchObject({
    detachKey: 'ctrl+b d',
    switchKey: 'ctrl+b s',
  });
});

test('what is no TOML is refused with its line', async () => {
  const error = await refusalOf('scrollback = 10\nnotify = "open\n');
  expect(error.message.startsWith(`${configPath(env)}:2: `)).toBe(true);
  expect(error.message).not.toContain('\n');
});

test('other machines', async () => {
  write('[hosts.box]\nssh = "me@box"\ncommand = "~/bin/cs"\ndefault_dir = "src"\n[hosts.rack]');
  expect((await loadConfig(env, project)).hosts).toEqual({
    box: { ssh: 'me@box', command: '~/bin/cs', defaultDir: 'src' },
    rack: {},
  });
});
