/** A Node that is too old, or none; with this one, which says that it is another (test/versions has a real one). */
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { repository } from '../../support/repository.ts';
import { COMMAND } from '../../support/rig/command.ts';
import { expectRefused } from '../../support/rig/other-node.ts';
import { createRig, type Rig } from '../../support/rig/rig.ts';

/** A directory with a `node` that believes to be of this version. */
function pretender(rig: Rig, version: string): string {
  const lie = `const versions = { ...process.versions, node: '${version}' };
const execPath = process.env.PRETENDER;
Object.defineProperties(process, { versions: { value: versions }, execPath: { value: execPath } });`;
  const path = rig.file(`lies/${version}.cjs`, lie);
  const real = `exec '${process.execPath}' --require '${path}' "$@"`;
  const node = join(rig.root, 'nodes', version, 'node');
  rig.file(join('nodes', version, 'node'), `#!/bin/sh\nPRETENDER='${node}' ${real}\n`, 0o755);
  return dirname(node);
}

test.each(['18.20.8', '20.18.3', '21.7.3', '22.2.0', '6.17.1'])(
  'Node %s is told as what it is, by every command',
  async (version) => {
    const rig = createRig();
    await expectRefused(rig, pretender(rig, version), version);
  },
);

test.each(['20.19.0', '22.3.0', '23.0.0', '24.11.1'])(
  'Node %s is one of those',
  async (version) => {
    const rig = createRig({ env: { CODEX_SESSIONS_SNAPSHOT: 'none' } });
    const env = { PATH: `${pretender(rig, version)}:${rig.env.PATH}` };
    expect(await rig.run(['--version'], { env })).toMatchObject({ exitCode: 0, stderr: '' });
  },
);

test('the package asks for the same', () => {
  const { engines } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
  expect(engines).toEqual({ node: '^20.19 || >=22.3' });
});

const NEEDED = 'codex-sessions needs Node 20.19, 22.3 or newer, and';
const SHELLS = ['/bin/sh', '/bin/dash', '/bin/bash'].filter((path) => existsSync(path));

/** The launcher, run by this shell with nothing but `directory` on the PATH. */
async function launch(rig: Rig, shell: string, directory: string, command = COMMAND) {
  const { stderr, exitCode } = await execa(shell, [command, 'ls'], {
    env: { HOME: rig.home, CODEX_SESSIONS_DIR: rig.stateDir, PATH: directory },
    extendEnv: false,
    reject: false,
    cwd: rig.projectDir,
  });
  return { stderr, exitCode };
}

describe.each(SHELLS)('by %s', (shell) => {
  test('without a Node it is said, and what to do', async () => {
    const rig = createRig();
    rig.file('no-node/readme', '');
    symlinkSync(COMMAND, join(rig.root, 'link'));
    for (const command of [COMMAND, join(rig.root, 'link')])
      expect(await launch(rig, shell, join(rig.root, 'no-node'), command)).toEqual({
        stderr: `${NEEDED} there is no node on the PATH\n  Install it, or put its directory on the PATH.`,
        exitCode: 127,
      });
  });

  test.each([
    ['whose interpreter is gone', '#!/no/such\n', 0o755],
    ['that must not be run', '', 0o644],
  ])('with one %s, too', async (_, text, mode) => {
    const rig = createRig();
    const node = rig.file('odd/node', text, mode);
    const { stderr, exitCode } = await launch(rig, shell, join(rig.root, 'odd'));
    // What the shell says of it may be above.
    const lines = stderr.split('\n').slice(-2);
    expect(lines[0]).toBe(
      stderr.includes('no node on')
        ? `${NEEDED} there is no node on the PATH`
        : `${NEEDED} the one on the PATH cannot be run: ${node}`,
    );
    expect(lines[1]).toMatch(/^ {2}Install it/);
    expect(exitCode).toBe(127);
  });

  test('with a Node and nothing else on the PATH, it is found through a link', async () => {
    const rig = createRig();
    symlinkSync(COMMAND, join(rig.root, 'link'));
    rig.file('only/readme', '');
    symlinkSync(process.execPath, join(rig.root, 'only', 'node'));
    expect(await launch(rig, shell, join(rig.root, 'only'), join(rig.root, 'link'))).toEqual({
      stderr: expect.stringMatching(/^No sessions/),
      exitCode: 0,
    });
  });
});
