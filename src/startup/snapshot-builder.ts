/**
 * Makes the startup snapshot for `bin/codex-sessions`: Node loads the program, runs a list and writes its
 * heap to a file. It takes 0.4 s of CPU, once after a boot or an upgrade of this program or of Node. The
 * snapshot is used only after a successful trial run.
 *
 * A snapshot is code that will be executed: each directory is opened and checked once, and its files are
 * accessed through that descriptor, so that nothing can be exchanged at its path.
 */
import { spawn } from 'node:child_process';
import {
  closeSync,
  fchmodSync,
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
import { basename, dirname, join } from 'node:path';
import {
  type OpenDirectory,
  openPrivateDirectory,
  openPrivateFile,
} from '../platform/checked-open.ts';
import { privately } from '../platform/private-files.ts';
import { VERSION } from '../platform/version.ts';
import {
  FILES,
  isCurrent,
  isMarked,
  isSnapshotPart,
  MARK,
  madeFor,
  modifiedNs,
  type Origin,
  SNAPSHOT_NODE_FLAGS,
  snapshotLink,
} from './snapshot-location.ts';
import { standIn } from './stand-in-supervisor.ts';

/** State directory for that list, in the snapshot's directory until the snapshot is finished. */
const STATE = 'state';
/** For each step, which takes 0.2 s on an idle machine. */
const STEP_LIMIT_MS = 30_000;
/** Reproducible images give all files the same time, before this. */
const FIRST_NODE_MS = Date.UTC(2009, 0);
const NAMED_BY_CONTENT = /^\/(?:nix|gnu)\/store\//;
/** Files of earlier versions, which cached V8's compiled code here. */
const COMPILED_CODE = /\.code(?:\.\d+)?$/;
/** Younger files may still be in use by another process. */
const UNUSED_AFTER_MS = 60_000;

/**
 * @param path the directory of the snapshot; its parent, the state directory, must exist
 * @throws any error; an earlier snapshot is left as it was
 */
export async function makeSnapshot(path: string, origin: Origin): Promise<void> {
  if (isCurrent(snapshotLink(path), origin)) return;
  checkTime(origin.node);
  const cache = openCache(path);
  try {
    await makeIn(cache, origin);
    dropUnused(cache);
  } finally {
    closeSync(cache.fd);
  }
}

/** The launcher identifies a Node by path and time, which fails if all files have the same time. */
function checkTime(node: string): void {
  if (statSync(node).mtimeMs < FIRST_NODE_MS && !NAMED_BY_CONTENT.test(node))
    throw new Error(`the time of ${node} does not tell which version it is`);
}

function openCache(path: string): OpenDirectory {
  const state = openPrivateDirectory(dirname(path));
  try {
    const cache = join(state.path, basename(path));
    if (!lstatSync(cache, { throwIfNoEntry: false }))
      privately(() => mkdirSync(cache, { mode: 0o700 }));
    return openPrivateDirectory(cache);
  } finally {
    closeSync(state.fd);
  }
}

async function makeIn(cache: OpenDirectory, origin: Origin): Promise<void> {
  const made = privately(() => mkdtempSync(join(cache.path, 'snapshot-')));
  try {
    const directory = openPrivateDirectory(made);
    try {
      mark(directory.fd);
      await fill(directory, origin);
    } finally {
      closeSync(directory.fd);
    }
    const next = `${made}.link`;
    symlinkSync(basename(made), next);
    renameSync(next, snapshotLink(cache.path));
  } catch (error) {
    rmSync(made, { recursive: true, force: true });
    throw error;
  }
}

async function fill(directory: OpenDirectory, origin: Origin): Promise<void> {
  const supervisor = await standIn(directory.path, STATE);
  try {
    await build(directory, origin);
    await tryOut(directory, origin);
  } finally {
    supervisor.close();
    rmSync(join(directory.path, STATE), { recursive: true, force: true });
  }
}

/** Done first, as not every file system keeps the sticky bit. */
function mark(fd: number): void {
  fchmodSync(fd, 0o700 | MARK);
  if (!isMarked(fd)) throw new Error('the file system keeps no sticky bit');
}

async function build(directory: OpenDirectory, origin: Origin): Promise<void> {
  // Read before building: if an upgrade happens meanwhile, the snapshot will not match it.
  const made = madeFor(origin);
  const script = join(origin.dist, 'snapshot.js');
  await node(directory, origin, [
    '--snapshot-blob',
    inherited(FILES.blob),
    '--build-snapshot',
    script,
  ]);
  // With touch, as Node cannot set nanoseconds.
  const env = { PATH: process.env.PATH };
  await run(directory, env, 'touch', ['-r', origin.node, inherited(FILES.blob)]);
  checkBlob(join(directory.path, FILES.blob), origin);
  for (const name of ['node', 'launcher', 'dist'] as const)
    symlinkSync(origin[name], join(directory.path, FILES[name]));
  privately(() => writeFileSync(join(directory.path, FILES.madeFor), `${made}\n`));
}

function checkBlob(path: string, { node }: Origin): void {
  const fd = openPrivateFile(path);
  try {
    fchmodSync(fd, 0o600 | MARK);
    if (!isMarked(fd)) throw new Error('the file system keeps no sticky bit on a file');
    if (modifiedNs(fd) !== statSync(node, { bigint: true }).mtimeNs)
      throw new Error('its time cannot be set');
  } finally {
    closeSync(fd);
  }
}

async function tryOut(directory: OpenDirectory, origin: Origin): Promise<void> {
  const ask = (...args: string[]) =>
    node(directory, origin, ['--snapshot-blob', inherited(FILES.blob), origin.launcher, ...args]);
  const version = (await ask('--version')).trim();
  if (version !== VERSION) throw new Error(`it says that it is ${JSON.stringify(version)}`);
  if (JSON.parse(await ask('list', '--json')).length === 0)
    throw new Error('it cannot list the sessions');
}

/**
 * Runs Node with a minimal environment, as nothing of the user's may end up in the snapshot.
 * @returns its output
 */
function node(directory: OpenDirectory, origin: Origin, args: readonly string[]): Promise<string> {
  const { LD_LIBRARY_PATH } = process.env;
  const env = { LD_LIBRARY_PATH, HOME: inherited(STATE), CODEX_SESSIONS_DIR: inherited(STATE) };
  return run(directory, env, origin.node, [...SNAPSHOT_NODE_FLAGS, ...args]);
}

/** The path for a child, which has the directory as descriptor 3. */
function inherited(name: string): string {
  return `/proc/self/fd/3/${name}`;
}

/** Without execa, which cannot pass an open descriptor as descriptor 3. @returns its output */
function run(
  directory: OpenDirectory,
  env: NodeJS.ProcessEnv,
  file: string,
  args: readonly string[],
): Promise<string> {
  const child = privately(() =>
    spawn(file, args, {
      cwd: '/',
      env,
      stdio: ['ignore', 'pipe', 'pipe', directory.fd],
      timeout: STEP_LIMIT_MS,
      killSignal: 'SIGKILL',
    }),
  );
  let [printed, complaint] = ['', ''];
  child.stdout?.on('data', (bytes: Buffer) => {
    printed += bytes.toString('utf8');
  });
  child.stderr?.on('data', (bytes: Buffer) => {
    complaint += bytes.toString('utf8');
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve(printed);
      else reject(new Error(`${basename(file)} ended with ${signal ?? code}: ${complaint.trim()}`));
    });
  });
}

/** Removes all snapshots but the one in use and those made a moment ago. */
function dropUnused(cache: OpenDirectory): void {
  const used = readlinkSync(snapshotLink(cache.path));
  for (const name of readdirSync(cache.path)) {
    const path = join(cache.path, name);
    if (name === used || !(isSnapshotPart(path) || COMPILED_CODE.test(name))) continue;
    if (Date.now() - lstatSync(path).mtimeMs > UNUSED_AFTER_MS)
      rmSync(path, { recursive: true, force: true });
  }
}
