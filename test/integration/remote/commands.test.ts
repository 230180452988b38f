import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { createFarRig, type FarRig } from '../../support/ssh/far-rig.ts';

/** Without any word of ssh's. */
async function far({ here }: FarRig, args: readonly string[], input?: string) {
  const { stdout, stderr, exitCode } = await here.run(args, input === undefined ? {} : { input });
  return { stdout, stderr, exitCode };
}

test('sessions of another machine are listed, under names for here', async () => {
  const rig = await createFarRig();
  await rig.there.ok(['start', '-d', 'review']);
  for (const args of [
    ['ls', 'box/'],
    ['ls', '--host', 'box'],
  ]) {
    const { stdout, stderr, exitCode } = await far(rig, args);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^NAME +STATE .*\nbox\/ultra:review /);
    expect(exitCode).toBe(0);
  }
  const { stdout } = await far(rig, ['ls', 'box/', '--json']);
  expect(JSON.parse(stdout)).toEqual(await rig.there.list());
  expect(await rig.here.list()).toEqual([]);
  expect((await far(rig, ['ls', 'box/', '--full'])).stdout).toContain(' box/codex:ultra:review:');
});

test('a session is started, read, renamed and ended there', async () => {
  const rig = await createFarRig({ host: `default_dir = "work/api"` });
  const { there } = rig;
  there.project('api', 'home/work');
  const home = there.env.HOME ?? '';
  const { mkdirSync } = await import('node:fs');
  mkdirSync(`${home}/work/api/src/.git`, { recursive: true });
  mkdirSync(`${home}/work/api/.git`);

  const started = await far(rig, ['start', '-d', '--no-wait', 'box/review']);
  expect(started.stdout).toMatch(/^box\/codex:api:review:[0-9a-f]{8}\n$/);
  expect(started.stderr).toBe('');
  const below = await far(rig, ['start', '-d', '--no-wait', '-C', 'src', 'box/main']);
  expect(below.stdout).toMatch(/^box\/codex:src:main:[0-9a-f]{8}\n$/);

  // Its full name, its project, and its name alone.
  for (const name of [started.stdout.trim(), 'box/api:review', 'box/review'])
    expect((await far(rig, ['peek', name])).stdout).toContain('stand-in ready');
  expect((await far(rig, ['status', '--short', 'box/review'])).exitCode).toBe(0);
  expect((await far(rig, ['status', 'box/'])).stdout).toMatch(/^box\/api:review .*\nbox\/src:main/);

  await rig.here.ok(['send', '--force', '--no-submit', 'box/review', 'echo a "b" $HOME `c` ; d']);
  await there.waitUntil(
    async () =>
      (await far(rig, ['peek', 'box/review'])).stdout.includes('echo a "b" $HOME `c` ; d'),
    'what was typed to be shown as it was typed',
  );
  await rig.here.ok(['rename', 'box/review', 'box/audit']);
  expect((await far(rig, ['log', 'box/audit'])).stderr).toContain('has no conversation yet');
  const killed = await far(rig, ['kill', 'box/audit', 'box/src:main']);
  expect(killed).toEqual({
    stdout: '',
    stderr:
      'Killed box/api:audit.\nKilled box/src:main.\nBring them back: codex-sessions restore --killed box/\n',
    exitCode: 0,
  });
  const waited = await far(rig, ['wait', 'box/audit']);
  expect(waited).toEqual({ stdout: 'box/api:audit exited\n', stderr: '', exitCode: 1 });
  expect((await far(rig, ['kill-all', 'box/'])).stderr).toBe('No session is running.\n');
  expect((await far(rig, ['restore', 'box/'])).exitCode).toBe(0);
  expect((await far(rig, ['doctor', 'box/'])).stdout).toContain('node');
});

test('errors and exit codes are those of the other machine', async () => {
  const rig = await createFarRig();
  const { stdout, stderr, exitCode } = await far(rig, ['peek', 'box/nobody']);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^codex-sessions: there is no session nobody in box\//);
  expect(exitCode).toBe(3);
  expect((await far(rig, ['start', '-d', '-C', 'nowhere', 'box/x'])).stderr).toMatch(
    /^codex-sessions: there is no directory .*nowhere/,
  );
});

test('standard input goes there, and nothing of the environment here', async () => {
  const rig = await createFarRig({
    far: { codex: `env > "$HOME/env"; printf 'ready\\n'; exec cat` },
  });
  rig.configure('Host box\n  SendEnv LANG SECRET_*\nHost *');
  const { here, there } = rig;
  const env = { SECRET_KEY: 'here-only', LANG: 'de_DE.UTF-8' };
  await here.ok(['start', '-d', '--no-wait', 'box/main'], { env });
  await here.ok(['send', '--force', '--no-submit', 'box/main'], { env, input: 'from a pipe' });
  await there.waitUntil(
    async () => (await here.run(['peek', 'box/main'])).stdout.includes('from a pipe'),
    'the text to arrive',
  );
  const { readFileSync } = await import('node:fs');
  const seen = readFileSync(`${there.env.HOME}/env`, 'utf8');
  expect(seen).not.toContain('here-only');
  expect(seen).not.toContain('de_DE');
  expect(seen).not.toContain('CODEX_SESSIONS_DIALED');
  expect(seen).toContain(`HOME=${there.env.HOME}\n`);
});

test('Codex is looked for in the environment of a login shell there', async () => {
  // Without the one of this project.
  const PATH = `${dirname(process.execPath)}:/usr/bin:/bin`;
  const rig = await createFarRig({ far: { codex: null, env: { PATH } }, home: 'my home' });
  const { here, there, homeFile } = rig;
  const codex = there.file(
    'opt/codex/codex',
    '#!/bin/sh\necho found "$FROM_LOGIN"; exec cat\n',
    0o755,
  );
  const args = ['start', '-d', '--no-wait', 'box/main'];
  expect((await here.run(args)).exitCode).toBe(5);
  homeFile(
    '.profile',
    `echo noise\nPATH=${codex.replace(/\/codex$/, '')}:$PATH FROM_LOGIN=yes\nexport PATH FROM_LOGIN\n`,
  );
  expect((await here.run(args)).stderr).toBe('');
  await there.waitUntil(
    async () => (await here.run(['peek', 'box/main'])).stdout.includes('found yes'),
    'its output',
  );
});

test('start-up files of a shell there print nothing into a session', async () => {
  const rig = await createFarRig({ far: { codex: 'echo ready; exec cat' } });
  rig.homeFile('.bashrc', 'echo from the shell\n');
  await rig.here.ok(['start', '-d', '--no-wait', 'box/main']);
  await rig.there.waitUntil(
    async () => (await rig.here.run(['peek', 'box/main'])).stdout.includes('ready'),
    'its output',
  );
  expect((await rig.here.run(['peek', 'box/main'])).stdout).not.toContain('from the shell');
});

test('limits of a session are those of a command over ssh there', async () => {
  const rig = await createFarRig({ far: { codex: 'echo "limit $(ulimit -S -n)"; exec cat' } });
  rig.homeFile('.bashrc', 'ulimit -S -n 567\n');
  await rig.here.ok(['start', '-d', '--no-wait', 'box/main']);
  await rig.there.waitUntil(
    async () => (await rig.here.run(['peek', 'box/main'])).stdout.includes('limit 567'),
    'the limit',
  );
});

test('one machine at a time, and a host where one is needed', async () => {
  const { here } = await createFarRig();
  const refused = async (...args: string[]) => {
    const { stderr, exitCode } = await here.run(args);
    expect(exitCode).toBe(2);
    return stderr.split('\n')[0];
  };
  expect(await refused('kill', 'box/a', 'b')).toContain('works on one machine at a time');
  expect(await refused('kill', 'box/a', 'rack/b')).toContain('works on one machine at a time');
  expect(await refused('kill', 'box/')).toContain('needs the name of a session on box');
  expect(await refused('peek', '--', '-oProxyCommand=x/y')).toContain('cannot be a host');
  expect(await refused('doctor', 'box')).toContain('doctor takes no name');
});
