/** What people install: the packed tarball, put in place without any install script. */
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { createRig } from '../support/rig.ts';

const repository = join(import.meta.dirname, '..', '..');
/** npm fetches the PTY binding, if it is not in its cache. */
const INSTALL_MS = 300_000;

test('the tarball works when it is installed globally with install scripts off', {
  timeout: INSTALL_MS,
}, async () => {
  // npm needs the user's own configuration to find its registry and cache.
  const npm = (args: string[], cwd: string) => execa('npm', args, { cwd, timeout: INSTALL_MS });
  const rig = createRig();
  const prefix = join(rig.root, 'prefix');
  // The build is there already; building again would take it from other tests meanwhile.
  const packed = await npm(
    ['pack', '--ignore-scripts', '--json', '--pack-destination', rig.root],
    repository,
  );
  const [{ filename }] = JSON.parse(packed.stdout) as [{ filename: string }];
  await npm(
    ['install', '--global', '--prefix', prefix, '--ignore-scripts', '--prefer-offline', filename],
    rig.root,
  );

  const terminal = rig.openProgram('/bin/sh', [], {
    env: { PATH: `${join(prefix, 'bin')}:${rig.env.PATH}`, PS1: 'shell> ' },
  });
  await terminal.waitFor('shell>');
  terminal.type('codex-sessions start -d\r');
  await terminal.waitFor(/^codex:ultra:main:[0-9a-f]{8}$/m);
  terminal.type('codex-sessions attach\r');
  await terminal.waitFor('stand-in ready');
  terminal.press('ctrl+\\');
  await terminal.waitFor('[detached from ultra:main]');
  terminal.type('codex-sessions kill-all -y; echo "code $?"\r');
  await terminal.waitFor(/^code 0$/m);
  await rig.waitUntil(() => rig.supervisorPid() === undefined, 'the supervisor to leave');
  terminal.type('exit\r');
  expect(await terminal.waitForExit()).toBe(0);
});
