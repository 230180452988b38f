/** A Node that is too old, or none; with this one, which says that it is another (test/versions has a real one). */
import { readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { repository } from '../../support/repository.ts';
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

test('without a Node that is said', async () => {
  const rig = createRig();
  const bin = join(rig.root, 'no-node');
  rig.file('no-node/readme', '');
  symlinkSync('/bin/sh', join(bin, 'sh'));
  const { exitCode, stderr } = await rig.run(['ls'], { env: { PATH: bin } });
  expect(stderr).toBe(
    'codex-sessions needs Node 20.19, 22.3 or newer, and there is no node on the PATH\n',
  );
  expect(exitCode).toBe(1);
});
