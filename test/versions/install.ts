/** Older versions of Codex, each in a directory of its own beside the pinned one; and an old Node. */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { codexBin } from '../support/rig/codex-home.ts';

const cache = join(
  import.meta.dirname,
  '..',
  '..',
  'node_modules',
  '.cache',
  'codex-sessions',
  'versions',
);

/** One from before the background server, the last without OSC 7501, the first seen with it, `done`. */
export const OLDER = ['0.144.0', '0.154.0', '0.163.0', '0.169.0'] as const;
export const PINNED = '0.171.0';
/** Those whose questions are understood. */
export const QUESTIONS_OF = ['0.163.0', '0.169.0', PINNED] as const;

function launcherOf(version: string): string {
  return join(cache, version, 'node_modules', '@openai', 'codex', 'bin', 'codex.js');
}

/** The launcher of a version that {@link setup} has installed. */
export function codexOf(version: string): string {
  return version === PINNED ? codexBin : launcherOf(version);
}

/** The last one before those that are supported. */
export const OLD_NODE = '18.20.8';
export const nodePackage = `node-${process.platform}-${process.arch}`;
/** The directory of the {@link OLD_NODE} that {@link setup} has installed. */
export const oldNodeDirectory = join(cache, `node-${OLD_NODE}`, 'node_modules', nodePackage, 'bin');

/** Vitest calls it once. A version that is there is not installed again. */
export async function setup(): Promise<void> {
  for (const version of OLDER)
    if (!existsSync(launcherOf(version))) await install(version, `@openai/codex@${version}`);
  if (!existsSync(oldNodeDirectory))
    await install(`node-${OLD_NODE}`, `${nodePackage}@${OLD_NODE}`);
}

/** The `node_modules` with that package (`npm@10.9.9`), installed unless it is there from an earlier run. */
export async function installed(wanted: string): Promise<string> {
  const modules = join(cache, wanted, 'node_modules');
  if (!existsSync(modules)) await install(wanted, wanted);
  return modules;
}

/** Where the registry is reached by way of a proxy that has a certificate of its own. */
export const withCertificates = process.env.SSL_CERT_FILE
  ? { npm_config_cafile: process.env.SSL_CERT_FILE }
  : {};

async function install(directory: string, wanted: string): Promise<void> {
  const prefix = join(cache, directory);
  mkdirSync(prefix, { recursive: true });
  const args = ['--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  try {
    await execa('npm', ['install', '--prefix', prefix, ...args, wanted], { env: withCertificates });
  } catch (error) {
    rmSync(prefix, { recursive: true, force: true });
    throw error;
  }
}
