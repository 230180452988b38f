/** `doctor` finds what is wrong with a real installation, and nothing where nothing is. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkLogout } from '../../../src/commands/doctor/system.ts';
import { judge } from '../../../src/commands/doctor/terminal.ts';
import { statePaths } from '../../../src/store/paths.ts';
import { dist } from '../../support/repository.ts';
import { codexBin } from '../../support/rig/codex-home.ts';
import { createRig, type Rig } from '../../support/rig/rig.ts';
import { loseSupervisor } from '../../support/rig/successor.ts';

interface Finding {
  check: string;
  level: string;
  text: string;
  hint?: string;
}

async function doctor(rig: Rig, env: Record<string, string> = {}) {
  const { stdout, exitCode } = await rig.run(['doctor', '--json'], { env });
  return { exitCode, findings: JSON.parse(stdout) as Finding[] };
}

const bad = (findings: readonly Finding[]) => findings.filter(({ level }) => level === 'finding');

describe('doctor', () => {
  test('is content with a fresh machine, and makes nothing', async () => {
    const rig = createRig({ env: { CODEX_SESSIONS_CODEX: codexBin } });
    rig.file('home/.codex/auth.json', '{"OPENAI_API_KEY":"sk-none"}', 0o600);
    const { exitCode, findings } = await doctor(rig);
    expect(bad(findings)).toEqual([]);
    expect(exitCode).toBe(0);
    expect(findings.map(({ check }) => check)).toEqual([
      'node',
      'pty',
      'codex',
      'login',
      'state',
      'logout',
      'terminal',
    ]);
    expect(findings[2]?.text).toMatch(/^Codex \d+\.\d+\.\d+, /);
    expect(() => readdirSync(rig.stateDir)).toThrow();
  });

  test('is content with sessions that run', async () => {
    const rig = createRig({ codex: 'exec cat' });
    await rig.ok(['start', '-d']);
    const { exitCode, findings } = await doctor(rig);
    expect(bad(findings)).toEqual([]);
    expect(exitCode).toBe(0);
    expect(findings.find(({ check }) => check === 'supervisor')?.text).toMatch(/sessions: 1$/);
    const lines = (await rig.ok(['doctor'])).split('\n');
    expect(lines[0]).toMatch(/^ok {7}node {8}Node \d/);
  });

  test('in a terminal its lines break at words, below the text', async () => {
    const rig = createRig({ codex: 'exec cat' });
    const terminal = rig.open(['doctor'], { cols: 50, rows: 60 });
    await terminal.waitForExit();
    const lines = terminal.screen().filter((line) => line !== '');
    expect(lines.length).toBeGreaterThan(8);
    for (const line of lines)
      expect(line).toMatch(/^(ok|note|FINDING) {2,}\w+ {2,}\S| {21}( {2}|→ )?\S/);
  });

  test.each<[string, (rig: Rig) => void | Promise<void>, Record<string, string>, RegExp]>([
    ['no Codex', () => {}, { CODEX_SESSIONS_CODEX: '/none' }, /no program \/none/],
    [
      'a Codex that cannot be run',
      (rig) => void rig.file('home/codex', ''),
      { CODEX_SESSIONS_CODEX: '~/codex' },
      /home\/codex is not executable/,
    ],
    [
      'a configuration that is wrong',
      (rig) => void rig.file('home/.config/codex-sessions/config.toml', 'detatch_key = 1'),
      {},
      /detatch_key/,
    ],
    [
      'a directory that is open',
      (rig) => {
        mkdirSync(rig.stateDir);
        chmodSync(rig.stateDir, 0o755);
      },
      {},
      /is open to other users/,
    ],
    [
      'a link in the directory',
      (rig) => {
        mkdirSync(rig.stateDir, { mode: 0o700 });
        symlinkSync(rig.home, join(rig.stateDir, 'agents'));
      },
      {},
      /agents is a link/,
    ],
    [
      'a log that is open',
      (rig) => {
        mkdirSync(rig.stateDir, { mode: 0o700 });
        writeFileSync(join(rig.stateDir, 'supervisor.log'), '');
        chmodSync(join(rig.stateDir, 'supervisor.log'), 0o644);
      },
      {},
      /supervisor\.log is open/,
    ],
    [
      'a record that cannot be read',
      (rig) => {
        mkdirSync(join(rig.stateDir, 'sessions'), { recursive: true, mode: 0o700 });
        chmodSync(rig.stateDir, 0o700);
        writeFileSync(join(rig.stateDir, 'sessions', 'codex:a:b:00000000.json'), '{');
        chmodSync(join(rig.stateDir, 'sessions', 'codex:a:b:00000000.json'), 0o600);
      },
      {},
      /cannot be understood/,
    ],
  ])('finds %s, and says what to do', async (_, breakIt, env, expected) => {
    const rig = createRig({ codex: 'exec cat' });
    await breakIt(rig);
    const { exitCode, findings } = await doctor(rig, env);
    expect(exitCode).toBe(1);
    expect(bad(findings)).toHaveLength(1);
    const [finding] = bad(findings);
    expect(finding?.text).toMatch(expected);
    expect(finding?.hint).toMatch(/\S/);
  });

  test('finds a supervisor that is stopped, one that died with its guard, and what it left', async () => {
    const rig = createRig({
      // Outlives its terminal, as a program may.
      codex:
        'trap \'\' HUP; exec node -e \'process.on("SIGHUP", () => {}); setInterval(() => {}, 1e9); console.log("deaf")\'',
      env: { CODEX_SESSIONS_NO_GUARD: '1' },
    });
    rig.forgiveLeftovers();
    await rig.ok(['start', '-d']);
    await rig.waitUntil(async () => (await rig.ok(['peek'])).includes('deaf'), 'it to be deaf');
    const pid = rig.supervisorPid() as number;
    process.kill(pid, 'SIGSTOP');
    const stopped = await doctor(rig);
    process.kill(pid, 'SIGCONT');
    expect(stopped.exitCode).toBe(1);
    expect(bad(stopped.findings)).toContainEqual(
      expect.objectContaining({
        check: 'supervisor',
        hint: `kill -CONT ${pid}. Or replace it: codex-sessions supervisor restart --force (no guard waits, so its sessions end; codex-sessions restore)`,
      }),
    );
    await loseSupervisor(rig);
    writeFileSync(join(rig.stateDir, 'sessions', '.0123.tmp'), '');
    const died = await doctor(rig);
    expect(died.exitCode).toBe(1);
    expect(bad(died.findings)).toEqual([
      expect.objectContaining({
        check: 'records',
        text: expect.stringContaining('outlived the supervisor'),
      }),
    ]);
    const files = died.findings.find(({ check }) => check === 'files');
    expect(files).toMatchObject({ level: 'note' });
    expect(files?.text).toContain('.0123.tmp');
    expect(files?.text).toContain('supervisor.sock');
  });

  test('takes no live session for a lost one whose record has another name', async () => {
    const rig = createRig({ codex: 'exec cat' });
    await rig.ok(['start', '-d']);
    const records = join(rig.stateDir, 'sessions');
    const [file = ''] = readdirSync(records);
    const text = readFileSync(join(records, file), 'utf8').replaceAll('main', 'before');
    writeFileSync(join(records, file.replace('main', 'before')), text, { mode: 0o600 });
    const { findings } = await doctor(rig);
    expect(bad(findings)).toEqual([]);
    expect((await rig.list()).map(({ name }) => name)).toEqual(['main']);
    expect((await rig.run(['restore'])).stderr).toContain('nothing to restore');
  });

  test('finds a PTY library that is not there', async () => {
    const rig = createRig();
    const copy = join(rig.root, 'dist');
    mkdirSync(copy);
    for (const name of readdirSync(dist))
      writeFileSync(join(copy, name), readFileSync(join(dist, name)));
    const bin = join(rig.root, 'bin.cjs');
    writeFileSync(bin, "#!/usr/bin/env node\nrequire('./dist/cli.js');\n", { mode: 0o755 });
    rmSync(join(rig.root, 'node_modules'), { force: true, recursive: true });
    const alone = createRig({ bin, codex: 'exec cat' });
    const { exitCode, findings } = await doctor(alone);
    expect(exitCode).toBe(1);
    expect(bad(findings).map(({ check }) => check)).toEqual(['pty']);
    // Node looks there for what it finds nowhere else; with HOME of another user's, it is his.
    const library = join('home', '.node_modules', 'node-pty', 'requireBinary.js');
    const trace = join(alone.root, 'trace');
    alone.file(library, `require('fs').writeFileSync(${JSON.stringify(trace)}, '')`);
    expect(bad((await doctor(alone)).findings).map(({ check }) => check)).toEqual(['pty']);
    expect(existsSync(trace)).toBe(false);
  });

  test('asks the terminal, and leaves it as it was', async () => {
    const rig = createRig({ codex: 'exec cat' });
    const terminal = rig.open(['doctor'], { cols: 120 });
    expect((await terminal.exit).code).toBe(0);
    expect(terminal.text()).toMatch(
      /(?:ok|note) +terminal +\S.*(?:synchronized|bracketed|answers)/,
    );
    const silent = rig.open(['doctor'], { cols: 120, answers: false });
    expect((await silent.exit).code).toBe(0);
    expect(silent.text()).toMatch(/note +terminal +it does not answer/);
  });
});

describe('what the checks make of what they see', () => {
  test("a terminal's answers", () => {
    const full =
      '\x1b[?7u\x1b[?2026;2$y\x1b[?1004;2$y\x1b[?2004;1$y\x1bP>|kitty(0.40)\x1b\\\x1b[?62;c';
    expect(judge(full)).toEqual([
      {
        check: 'terminal',
        level: 'ok',
        text: 'kitty(0.40): kitty keyboard, synchronized output, focus, bracketed paste',
      },
    ]);
    expect(judge('\x1b[?2026;0$y\x1b[?1004;2$y\x1b[?1;2c')[0]).toMatchObject({ level: 'note' });
    expect(judge('')[0]?.text).toContain('does not answer');
  });

  test('a logout under systemd', () => {
    const rig = createRig();
    const paths = statePaths({ CODEX_SESSIONS_DIR: rig.stateDir });
    const places = (cgroup: string, conf = '') => ({
      cgroup: rig.file('cgroup', cgroup),
      linger: join(rig.root, 'linger'),
      logindConf: [rig.file('logind.conf', conf)],
      runtimeDirs: join(rig.root, 'runtimes'),
      polkit: [join(rig.root, 'polkit')],
    });
    const login = '0::/user.slice/user-0.slice/session-1.scope\n';
    const desktop = '0::/user.slice/user-0.slice/user@0.service/app.slice/x.scope\n';
    expect(checkLogout(paths, places(login), true)[0]?.level).toBe('ok');
    expect(checkLogout(paths, places(login), false)[0]?.text).toContain('no systemd');
    const kills = checkLogout(paths, places(login, 'KillUserProcesses=yes'), true)[0];
    expect(kills).toMatchObject({ level: 'finding' });
    expect(kills?.hint).toContain('loginctl enable-linger');
    expect(checkLogout(paths, places(desktop), true)[0]).toMatchObject({
      level: 'finding',
      hint: 'loginctl enable-linger',
    });
    const asUser = (where: ReturnType<typeof places>) => checkLogout(paths, where, true, 1_000)[0];
    // Without polkit only root may turn it on.
    const user = userInfo().username;
    expect(asUser(places(desktop))?.hint).toBe(`sudo loginctl enable-linger ${user}`);
    expect(asUser(places(login, 'KillUserProcesses=yes'))?.hint).toContain(`sudo loginctl`);
    rig.file('polkit', '');
    expect(asUser(places(desktop))?.hint).toBe('loginctl enable-linger');
    // Lingering is on, but there is no user manager to be found: nothing is gained by turning it on.
    rig.file(`linger/${user}`, '');
    const lingering = asUser(places(login, 'KillUserProcesses=yes'));
    expect(lingering).toMatchObject({ level: 'finding' });
    expect(lingering?.hint).not.toContain('linger');
    expect(asUser(places(desktop))?.level).toBe('ok');
  });
});
