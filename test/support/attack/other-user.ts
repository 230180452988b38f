/**
 * Another local user: a process with an id of its own and no groups. Only root can become one.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chownSync, lchownSync, lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMMAND } from '../rig/command.ts';

/** `nobody`, everywhere. */
export const OTHER_UID = 65_534;

export const isRoot = process.getuid?.() === 0;

/** Why a test that needs another user is skipped; printed with its name. */
export const NEEDS_ROOT = isRoot ? '' : ' (skipped: needs root, to become another user)';

/** No machine has a user with this id; users like this one are found in containers. */
export const UNKNOWN_UID = 1_234_567;

/** Other users cannot run a checkout below a private directory. */
export const othersCanRun = isRoot && othersRun();
export const NEEDS_OTHERS = othersCanRun
  ? ''
  : ' (skipped: needs root, and a build that others can run)';

function othersRun(): boolean {
  const { status } = spawnSync(COMMAND, ['--version'], {
    cwd: '/',
    uid: UNKNOWN_UID,
    gid: UNKNOWN_UID,
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin' },
    stdio: 'ignore',
  });
  return status === 0;
}

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | null;
}

/** Runs JavaScript as the other user, in this file's own Node. It gets `args` as `args`. */
export function asOther(script: string, ...args: string[]): Promise<Outcome> {
  const body = `const args = process.argv.slice(1);\n(async () => { ${script} })().catch((error) => { console.log(error.code ?? error.message); });`;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['-e', body, ...args], {
      cwd: '/',
      uid: OTHER_UID,
      gid: OTHER_UID,
      env: { PATH: '/usr/bin:/bin' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (bytes: Buffer) => {
      stdout += bytes;
    });
    child.stderr.on('data', (bytes: Buffer) => {
      stderr += bytes;
    });
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ stdout, stderr, exitCode }));
  });
}

export function giveToOther(path: string): void {
  chownSync(path, OTHER_UID, OTHER_UID);
}

/** All of it. */
export function giveTo(uid: number, path: string): void {
  lchownSync(path, uid, uid);
  if (!lstatSync(path).isDirectory()) return;
  for (const name of readdirSync(path)) giveTo(uid, join(path, name));
}

/**
 * A file system of its own, so small that it is soon full; root only.
 * @returns a function that undoes it
 */
export function mountTiny(path: string, kilobytes: number): () => void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k,mode=700`, 'tmpfs', path]);
  return () => execFileSync('umount', ['-l', path]);
}

/** Root in a container often may not. */
export const canMount = isRoot && triesToMount();
export const NEEDS_MOUNT = canMount ? '' : ' (skipped: may not mount a file system)';

function triesToMount(): boolean {
  const dir = mkdtempSync(join(tmpdir(), 'cs-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', dir], { stdio: 'ignore' });
    execFileSync('umount', ['-l', dir], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
