/**
 * Makes the snapshot that `bin/codex-sessions` starts from: Node starts, loads the program, runs a
 * list, and writes down its heap. That takes 0.4 s of CPU, once after a start of the machine, an
 * upgrade of this program or one of Node. It is used only after it has answered.
 */
import { execFile, execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { privately } from '../private-files.ts';
import { VERSION } from '../version.ts';
import {
  FILES,
  isCurrent,
  isSnapshotPart,
  madeFor,
  modifiedNs,
  type Origin,
  SNAPSHOT_NODE_FLAGS,
  snapshotLink,
} from './place.ts';

/** Each step; with nothing else to do it takes 0.2 s. */
const STEP_LIMIT_MS = 30_000;
/** Files of images that are made the same way each time are older, all of them equally. */
const FIRST_NODE_MS = Date.UTC(2009, 0);
const NAMED_BY_CONTENT = /^\/(?:nix|gnu)\/store\//;
/** What is younger than this may be somebody's who is at it. */
const UNUSED_AFTER_MS = 60_000;

/**
 * @param cache the private directory that it is kept in, of a state directory that is there
 * @throws what went wrong; then there is what was there before
 */
export async function makeSnapshot(cache: string, origin: Origin): Promise<void> {
  const link = snapshotLink(cache);
  if (isCurrent(link, origin)) return;
  checkTime(origin.node);
  privately(() => {
    if (!statSync(cache, { throwIfNoEntry: false })) mkdirSync(cache, { mode: 0o700 });
  });
  const directory = privately(() => mkdtempSync(join(cache, 'snapshot-')));
  try {
    await build(directory, origin);
    await tryOut(directory, origin);
    const next = `${directory}.link`;
    symlinkSync(basename(directory), next);
    renameSync(next, link);
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
  dropUnused(cache);
}

/** The launcher knows Node by its path and its time: where all files have the same, by neither. */
function checkTime(node: string): void {
  if (statSync(node).mtimeMs < FIRST_NODE_MS && !NAMED_BY_CONTENT.test(node))
    throw new Error(`the time of ${node} does not tell which version it is`);
}

async function build(directory: string, origin: Origin): Promise<void> {
  // Before any of it is read: what an upgrade replaces meanwhile does not fit afterwards.
  const made = madeFor(origin);
  const blob = join(directory, FILES.blob);
  const script = join(origin.dist, 'snapshot.js');
  await node(origin, ['--snapshot-blob', blob, '--build-snapshot', script]);
  // To the nanosecond, which Node itself cannot set.
  execFileSync('touch', ['-r', origin.node, blob], { stdio: 'ignore', timeout: STEP_LIMIT_MS });
  if (modifiedNs(blob) !== modifiedNs(origin.node)) throw new Error('its time cannot be set');
  for (const name of ['node', 'launcher', 'dist'] as const)
    symlinkSync(origin[name], join(directory, FILES[name]));
  privately(() => writeFileSync(join(directory, FILES.madeFor), `${made}\n`));
}

async function tryOut(directory: string, origin: Origin): Promise<void> {
  const run = (...args: string[]) =>
    node(origin, ['--snapshot-blob', join(directory, FILES.blob), origin.launcher, ...args]);
  const version = (await run('--version')).trim();
  if (version !== VERSION) throw new Error(`it says that it is ${JSON.stringify(version)}`);
  if (!Array.isArray(JSON.parse(await run('list', '--json'))))
    throw new Error('it cannot list the sessions');
}

/** @returns its output */
async function node(origin: Origin, args: readonly string[]): Promise<string> {
  const { NODE_OPTIONS: _, NODE_EXTRA_CA_CERTS: __, ...env } = process.env;
  const { stdout } = await promisify(execFile)(origin.node, [...SNAPSHOT_NODE_FLAGS, ...args], {
    env,
    timeout: STEP_LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  return stdout;
}

/** All but the one that is in use, and what was made a moment ago. */
function dropUnused(cache: string): void {
  const used = readlinkSync(snapshotLink(cache));
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    if (name === used || !isSnapshotPart(path)) continue;
    if (Date.now() - lstatSync(path).mtimeMs > UNUSED_AFTER_MS)
      rmSync(path, { recursive: true, force: true });
  }
}
