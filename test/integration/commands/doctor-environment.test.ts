/** What `doctor` finds around the installation: Codex, its login, notices, directories, Node. */
import { chmodSync, copyFileSync, mkdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { giveTo, isRoot, OTHER_UID } from '../../support/attack/other-user.ts';
import { codexBin } from '../../support/rig/codex-home.ts';
import { createCodexRig } from '../../support/rig/codex-rig.ts';
import { ANSWERS, createRig, type Rig, type RunOptions } from '../../support/rig/rig.ts';

interface Finding {
  check: string;
  level: string;
  text: string;
  hint?: string;
}

async function doctor(rig: Rig, options: RunOptions = {}) {
  const { stdout, exitCode } = await rig.run(['doctor', '--json'], options);
  const findings = JSON.parse(stdout) as Finding[];
  return { exitCode, findings, bad: findings.filter(({ level }) => level === 'finding') };
}

/** The one finding; the command says so by its exit code. */
async function found(rig: Rig, options: RunOptions = {}): Promise<Finding> {
  const { exitCode, bad } = await doctor(rig, options);
  expect(bad).toHaveLength(1);
  expect(exitCode).toBe(1);
  expect(bad[0]?.hint).toMatch(/\S/);
  return bad[0] as Finding;
}

describe('Codex', () => {
  test.each([
    [
      'exits',
      'echo; echo "  hm" >&2; echo "codex: error: no libssl" >&2; echo usage >&2; exit 127',
      'exited with 127: codex: error: no libssl',
    ],
    ['is killed', 'echo first >&2; echo second >&2; kill -SEGV $$', 'was ended by SIGSEGV: first'],
    ['says nothing', 'exit 3', 'exited with 3'],
  ])('one that %s when it is asked for its version', async (_, body, expected) => {
    const rig = createRig({ codex: body });
    const { check, text } = await found(rig);
    expect(check).toBe('codex');
    expect(text).toBe(`${rig.env.CODEX_SESSIONS_CODEX} --version ${expected}`);
  });

  test('one that was asked before, and crashes since', async () => {
    const rig = createRig({
      codex: `[ -e "$HOME/broken" ] && { echo 'error: broken' >&2; exit 1; }\n${ANSWERS}\nexec cat`,
    });
    expect((await doctor(rig)).bad).toEqual([]);
    rig.file('home/broken', '');
    expect((await found(rig)).text).toContain('exited with 1: error: broken');
  });

  test('one whose own configuration is wrong', async () => {
    const { rig, home } = await createCodexRig({ extraConfig: 'web_search = "sometimes"' });
    const { text, hint } = await found(rig);
    expect(text).toContain('sometimes');
    expect(hint).toContain(join(home.path, 'config.toml'));
  });
});

describe('a login', () => {
  test.each([
    ['without a configuration', ''],
    [
      'with a provider that needs one',
      'model_provider = "mine"\n[model_providers.mine]\nname = "Mine"\nrequires_openai_auth = true\nbase_url = "http://127.0.0.1:9/v1"\n',
    ],
  ])('that is missing, %s', async (_, config) => {
    const rig = createRig({ env: { CODEX_SESSIONS_CODEX: codexBin } });
    rig.file('home/.codex/config.toml', config);
    const env = { PATH: dirname(process.execPath) };
    expect(await found(rig, { env })).toMatchObject({ check: 'login', hint: `${codexBin} login` });
    const bin = dirname(rig.file('own/file', ''));
    symlinkSync(codexBin, join(bin, 'codex'));
    const onPath = { PATH: `${env.PATH}:${bin}`, CODEX_SESSIONS_CODEX: '' };
    expect((await found(rig, { env: onPath })).hint).toBe('codex login');
    rig.file('home/.codex/auth.json', '{"OPENAI_API_KEY":"sk-none"}', 0o600);
    expect((await doctor(rig)).bad).toEqual([]);
  });

  test('that is not needed is not missed, but the variable of the key is', async () => {
    const { rig } = await createCodexRig();
    const { findings, bad } = await doctor(rig);
    expect(bad).toEqual([]);
    expect(findings.find(({ check }) => check === 'login')?.level).toBe('ok');
    const { text } = await found(rig, { env: { MOCK_KEY: '' } });
    expect(text).toContain('MOCK_KEY');
  });

  test('is not judged where a program names no version of Codex, or its arguments choose the provider', async () => {
    const other = createRig({ codex: 'exec cat' });
    expect((await doctor(other)).findings.map(({ check }) => check)).not.toContain('login');
    const rig = createRig({ env: { CODEX_SESSIONS_CODEX: codexBin } });
    rig.file('home/.config/codex-sessions/config.toml', '[codex]\nargs = ["--oss"]');
    expect((await doctor(rig)).bad).toEqual([]);
  });
});

describe('notices', () => {
  test('by a desktop that has no program for them', async () => {
    const rig = createRig({ codex: 'exec cat' });
    rig.file('home/.config/codex-sessions/config.toml', 'notify = "desktop"');
    const bin = dirname(rig.program('true', ''));
    const env = { PATH: `${bin}:${dirname(process.execPath)}` };
    const { check, text } = await found(rig, { env });
    expect(check).toBe('notify');
    expect(text).toContain('notify-send');
    rig.program('notify-send', '');
    expect((await doctor(rig, { env })).bad).toEqual([]);
  });
});

describe('a directory that cannot be written', () => {
  const as = isRoot ? OTHER_UID : undefined;

  /** Root may write everywhere. */
  function closed(close: (rig: Rig) => string): { rig: Rig; path: string } {
    const rig = createRig({ codex: 'exec cat' });
    const path = close(rig);
    chmodSync(path, 0o500);
    if (isRoot) giveTo(OTHER_UID, rig.root);
    return { rig, path };
  }

  test.each<[string, (rig: Rig) => string]>([
    ['the state directory', (rig) => made(rig.stateDir)],
    ['one in it', (rig) => made(made(rig.stateDir), 'sessions')],
    ['another one in it', (rig) => made(made(rig.stateDir), 'cache')],
    ['the one that it is to be made in', (rig) => rig.root],
    ["Codex's own", (rig) => made(rig.home, '.codex')],
  ])('%s', async (_, close) => {
    const { rig, path } = closed(close);
    const { text } = await found(rig, { as });
    expect(text).toContain(path);
    expect(text).toContain('EACCES');
    chmodSync(path, 0o700);
  });

  function made(parent: string, name = ''): string {
    const path = join(parent, name);
    mkdirSync(path, { mode: 0o700 });
    return path;
  }
});

test.skipIf(process.platform !== 'linux')(
  'promises no snapshot where the supervisor runs on another Node',
  async () => {
    const rig = createRig({ codex: 'exec cat', env: { CODEX_SESSIONS_SNAPSHOT: '' } });
    const other = join(rig.root, 'other', 'node');
    mkdirSync(dirname(other));
    copyFileSync(process.execPath, other);
    await rig.ok(['start', '-d'], { env: { PATH: `${dirname(other)}:${rig.env.PATH}` } });
    expect(readlinkSync(`/proc/${rig.supervisorPid()}/exe`)).toBe(other);
    const of = async () => (await doctor(rig)).findings.find(({ check }) => check === 'snapshot');
    expect(await of()).toMatchObject({
      level: 'note',
      text: expect.stringContaining(other),
      hint: 'codex-sessions supervisor upgrade',
    });
    await rig.ok(['supervisor', 'upgrade']);
    expect((await of())?.text).not.toContain(other);
  },
);
