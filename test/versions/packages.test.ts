/** The tarball, put in place without any install script, by each package manager and with each Node. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { repository } from '../support/repository.ts';
import { createRig, type Rig } from '../support/rig/rig.ts';
import { installed, nodePackage, withCertificates } from './install.ts';

const NODES = { 20: '20.19.0', 22: '22.23.5', 24: '24.22.3' } as const;
const NPM_10 = 'npm@10.9.9';
const NPM_12 = 'npm@12.2.2';
const PNPM = 'pnpm@10.34.8';
const PROGRAMS = {
  [NPM_10]: 'npm/bin/npm-cli.js',
  [NPM_12]: 'npm/bin/npm-cli.js',
  [PNPM]: 'pnpm/bin/pnpm.cjs',
} as const;

/** A cold cache, over a slow line. */
const INSTALL_MS = 600_000;

async function pack(rig: Rig): Promise<string> {
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', rig.root];
  const { stdout } = await execa('npm', args, { cwd: repository });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  return join(rig.root, filename);
}

test.each([
  [NPM_10, 20],
  [NPM_10, 22],
  [NPM_12, 22],
  [NPM_12, 24],
  [PNPM, 20],
  [PNPM, 22],
  [PNPM, 24],
] as const)('%s with Node %d, scripts off', { timeout: INSTALL_MS }, async (manager, node) => {
  const nodeBin = join(await installed(`${nodePackage}@${NODES[node]}`), nodePackage, 'bin');
  const program = join(await installed(manager), PROGRAMS[manager]);
  const rig = createRig({ env: { CODEX_SESSIONS_SNAPSHOT: 'none' } });
  const prefix = join(rig.root, 'prefix');
  const bin = join(prefix, 'bin');
  const PATH = `${nodeBin}:${bin}:${process.env.PATH}`;
  const tarball = await pack(rig);
  const args =
    manager === PNPM
      ? ['add', '--global-dir', join(prefix, 'global'), '--global-bin-dir', bin]
      : ['install', '--prefix', prefix, '--prefer-offline'];
  await execa('node', [program, ...args, '--global', '--ignore-scripts', tarball], {
    cwd: rig.root,
    env: { PATH, PNPM_HOME: bin, ...withCertificates },
  });

  const run = async (command: string, ...words: string[]) =>
    (
      await execa(command, words, {
        cwd: rig.projectDir,
        env: { ...rig.env, PATH },
        extendEnv: false,
      })
    ).stdout;
  expect(await run('node', '--version')).toBe(`v${NODES[node]}`);
  expect(await run('cxs', '--version')).toBe(await run('codex-sessions', '--version'));
  expect(await run('cxs', 'completion', 'bash')).toContain('complete -F');
  expect(await run('cxs', 'help', 'names')).toContain('codex:api:review');
  await run('cxs', 'start', '-d', '--no-wait');
  await rig.waitUntil(async () => (await run('cxs', 'peek')).includes('stand-in ready'), 'Codex');
  expect(await run('cxs', '__complete', 'fish', 'kill', '')).toContain('main');
  // The others install no manuals.
  if (manager === NPM_10) expect(existsSync(join(prefix, 'share/man/man1/cxs.1'))).toBe(true);
  await run('codex-sessions', 'kill-all', '-y');
});
