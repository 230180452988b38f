/** What is advised by commands that run on another machine can be typed here. */
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { Background } from '../../support/rig/background.ts';
import { COMMAND } from '../../support/rig/command.ts';
import type { Rig } from '../../support/rig/rig.ts';
import { createFarRig } from '../../support/ssh/far-rig.ts';

/** By its session's name: it asks, works, fails at once, or does nothing. */
const CODEX = `case $CODEX_SESSIONS_SESSION in
*:asks:*) printf '\\033]7501;state=blocked:app=codex\\033\\\\';;
*:works:*) printf '\\033]7501;state=working:app=codex\\033\\\\';;
*:fails:*) echo 'error: no such model'; exit 1;;
esac
echo "here $CODEX_SESSIONS_SESSION"; exec cat`;

/** Each command line of ours, with the rest of its line up to the next one. */
function adviceIn(text: string): string[] {
  return text.match(/(?:\bssh \S+ )?\bcodex-sessions [a-z](?:(?!codex-sessions)[^\n])*/g) ?? [];
}

/** Types it, in a directory that is no project. */
async function type(rig: Rig, line: string) {
  const program = rig.program('codex-sessions', `exec ${COMMAND} "$@"`);
  return await execa('/bin/sh', ['-c', line], {
    cwd: rig.root,
    env: { ...rig.env, PATH: `${dirname(program)}:${rig.env.PATH}` },
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
  });
}

test('what is advised there can be typed here', async () => {
  const { here, there } = await createFarRig({ far: { codex: CODEX } });
  const elsewhere = there.project('my project', 'q');
  const other = there.project('ultra', 'q');
  for (const name of ['review', 'asks', 'works', 'gone', 'other'])
    await there.ok(['start', '-d', name]);
  await there.ok(['start', '-d', 'review'], { cwd: other });
  await there.ok(['start', '-d', 'alone'], { cwd: elsewhere });
  await there.ok(['kill', 'gone']);
  const reports = async () => (await there.list()).map(({ status }) => status);
  await there.waitUntil(
    async () => ['blocked', 'working'].every((one) => reports().then((all) => all.includes(one))),
    'the reports',
  );
  const cases: readonly (readonly [args: readonly string[], says: string | RegExp])[] = [
    [['peek', 'box/nobody'], 'Running: box/ultra:review, box/ultra:asks, '],
    [['peek', 'box/alnoe'], 'Did you mean box/my project:alone? "codex-sessions ls box/" shows'],
    [['peek', 'box/review'], /mean: box\/codex:ultra:review:\w+ in \S+, box\/codex:ultra:review:/],
    [['log', 'box/x:alone'], 'Running: box/my project:alone, '],
    [['log', 'box/other'], 'has no conversation yet'],
    [['kill', 'box/x*'], 'Running: box/ultra:'],
    [['kill', 'box/ultra:[c-z]*'], ''],
    [['kill', 'box/*:*s'], 'codex-sessions kill -y "box/*:*s"'],
    [['kill-all', 'box/'], 'codex-sessions kill-all -y box/'],
    [['send', 'box/gone', 'x'], 'start box/ultra:gone. See what runs: codex-sessions ls box/'],
    [['send', 'box/asks', 'x'], 'answer box/ultra:asks, or codex-sessions attach box/ultra:asks. '],
    [['run', 'box/asks', 'x'], 'codex-sessions answer box/ultra:asks'],
    [['answer', 'box/works'], 'codex-sessions wait box/ultra:works --until blocked'],
    [['start', '-d', 'box/p:nix'], 'codex-sessions start -C DIR box/NAME'],
    [['start', '-d', 'box/ultra:other', '--', '-m', 'x'], 'is running already'],
    [['start', '-d', '--new', 'box/ultra:other'], 'codex-sessions fork box/ultra:other NAME'],
    [['start', '-d', 'box/fails'], 'error: no such model'],
    [['fork', '-d', 'box/ultra:other', 'second'], 'codex-sessions start box/second'],
    [['rename', 'box/ultra:other', 'gone'], 'codex-sessions forget box/ultra:gone'],
    [['forget', 'box/works'], 'is running'],
  ];
  const advice = new Map<string, string>();
  for (const [args, says] of cases) {
    const { stdout, stderr } = await here.run(args, { waits: true });
    const all = stdout + stderr;
    expect(all, args.join(' ')).toMatch(says);
    const lines = adviceIn(all);
    for (const line of lines) expect(line, all).toMatch(/^ssh box codex-sessions|\bbox\//);
    advice.set(args.join(' '), lines[0]?.split(/[.,]? (?=See |[(])/)[0] ?? 'false');
  }
  const follow = async (of: string, ...more: string[]) => {
    const line = [advice.get(of), ...more].join(' ');
    const { exitCode, stdout, stderr } = await type(here, line);
    expect(exitCode, `${line}\n${stderr}`).toBe(0);
    return stdout + stderr;
  };
  expect(await follow('send box/gone x', '-d --no-wait')).toMatch(/^box\/codex:ultra:gone:/);
  await there.ok(['kill', 'gone']);
  expect(await follow('rename box/ultra:other gone')).toMatch(/^Forgot box\/ultra:gone\./);
  expect(await follow('fork -d box/ultra:other second', '-d --no-wait')).toMatch(/^box\/codex:/);
  expect(await follow('kill box/*:*s')).toContain('Killed box/ultra:works.');
  expect(await follow('kill-all box/')).toContain('back: codex-sessions restore --killed box/');
  const running = async () => (await there.list()).filter(({ state }) => state === 'running');
  expect(await running()).toEqual([]);
  expect(await type(here, 'codex-sessions restore --killed box/')).toMatchObject({ exitCode: 0 });
  expect((await running()).length).toBeGreaterThan(3);
});

test('so can what brings back lost sessions', async () => {
  const { here, there } = await createFarRig({ far: { codex: CODEX, guarded: false } });
  await there.ok(['start', '-d', 'one']);
  const events = new Background(here, ['events', 'box/ultra:one', '--snapshot']);
  await events.until(() => events.lines().length > 0, 'the subscription');
  process.kill(there.supervisorPid() ?? 0, 'SIGKILL');
  expect(await events.exited).not.toBe(0);
  expect(events.stderr).toContain('"codex-sessions ls box/" shows');
  const { stderr } = await here.run(['send', 'box/ultra:one', 'x']);
  expect(stderr).toContain('codex-sessions start box/ultra:one');
  const { exitCode } = await type(here, 'codex-sessions restore box/');
  expect(exitCode).toBe(0);
  expect(await there.list()).toHaveLength(1);
});

test('what is for the machine itself is run there by ssh, as the configuration here has it', async () => {
  const { here, there, homeFile } = await createFarRig({ far: { codex: CODEX } });
  const { symlinkSync } = await import('node:fs');
  symlinkSync(COMMAND, join(dirname(homeFile('x', '')), 'own'));
  here.file(
    'home/.config/codex-sessions/config.toml',
    `[hosts.rack]\nssh = "box"\ncommand = '"$HOME/own"'\n`,
  );
  await there.ok(['start', '-d', 'main']);
  const status = async () =>
    JSON.parse(await there.ok(['supervisor', '--json'])) as {
      pid: number;
      guard: { state: string };
    };
  await there.waitUntil(async () => (await status()).guard.state === 'on', 'the guard');
  const { pid } = await status();
  process.kill(pid, 'SIGSTOP');
  const replace = `ssh box '"$HOME/own"' supervisor restart --force`;
  // In a pipe all is as it came.
  expect((await here.run(['doctor', 'rack/'])).stdout).toContain(
    `ssh rack kill -CONT ${pid}. Or replace it: ssh rack codex-sessions supervisor restart --force`,
  );
  const attached = here.open(['attach', 'rack/main'], { cols: 250 });
  expect(await attached.waitForExit()).toBe(1);
  expect(attached.text()).toContain(`It is stopped: ssh box kill -CONT ${pid}. Or "${replace}"`);
  expect(await type(here, `ssh box kill -CONT ${pid}`)).toMatchObject({ exitCode: 0 });
  expect(await type(here, replace)).toMatchObject({ exitCode: 0 });
  expect((await status()).pid).not.toBe(pid);
});
