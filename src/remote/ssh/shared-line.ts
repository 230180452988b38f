/**
 * One connection per host, shared by all commands: OpenSSH's ControlMaster, with a socket in a
 * private directory. Only one process at a time makes a connection, or ends a dead one.
 */
import { execFile, spawn } from 'node:child_process';
import {
  lstatSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createConnection } from 'node:net';
import { dirname, isAbsolute, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode, UserError } from '../../platform/errors.ts';
import { privately } from '../../platform/private-files.ts';
import { sha256 } from '../../platform/sha256.ts';
import { SOCKET_PATH_MAX_BYTES } from '../../platform/socket-address.ts';
import { homeDirectory, temporaryDirectory } from '../../platform/user-directories.ts';
import { isHolding, linkTarget, readHolder } from '../../store/lock-holder.ts';
import {
  checkPrivateDirectory,
  ensurePrivateDirectory,
  ensureStateDirectory,
  type StatePaths,
} from '../../store/paths.ts';
import type { Host } from '../host.ts';
import { collectErrors, sshFailure } from './failures.ts';
import { type SshSettings, sshArguments } from './settings.ts';

/**
 * ssh first makes the socket under another name, which is a dot and 16 characters longer (ssh(1),
 * mux.c).
 */
const SUFFIX_BYTES = 17;
/** Being asked for a passphrase, or for a second factor, takes time. */
const ASKED_LIMIT_MS = 180_000;
/** ssh gives up connecting after 10 s; authentication and a slow shell come on top. */
const MADE_LIMIT_MS = 30_000;
const POLL_MS = 20;
const STOP_LIMIT_MS = 2_000;
/** Files that ssh's configuration includes may have changed: asking again takes 5 ms. */
const FRESH_MS = 10_000;
/** A user who waits longer is told for what. */
const SILENT_WAIT_MS = 1_000;

/**
 * The socket's path; undefined if there cannot be one.
 * @throws UserError as ensureStateDirectory
 */
export function controlPath(
  paths: StatePaths,
  host: Host,
  env: NodeJS.ProcessEnv = process.env,
): string | undefined {
  ensureStateDirectory(paths);
  return possiblePaths(paths, host, env).find((path) =>
    succeeds(() => ensurePrivateDirectory(dirname(path))),
  );
}

/** The path of an existing connection's socket; makes no directories. */
export function existingControlPath(
  paths: StatePaths,
  host: Host,
  env: NodeJS.ProcessEnv = process.env,
): string | undefined {
  const path = possiblePaths(paths, host, env).find((one) =>
    succeeds(() => checkPrivateDirectory(dirname(one))),
  );
  return path !== undefined && socketId(path) !== undefined ? path : undefined;
}

function possiblePaths(
  { dir }: StatePaths,
  { destination }: Host,
  env: NodeJS.ProcessEnv,
): readonly string[] {
  const name = sha256(`${dir}\0${destination}`).slice(0, 16);
  const runtime = env.XDG_RUNTIME_DIR;
  const user = `codex-sessions-${process.getuid?.() ?? 0}`;
  const places = [
    join(dir, 'ssh'),
    ...(runtime && isAbsolute(runtime) ? [join(runtime, 'codex-sessions')] : []),
    join(temporaryDirectory(env), user),
  ];
  return (
    places
      .map((place) => join(place, name))
      // ssh replaces `%` and `${` in it.
      .filter(
        (path) =>
          Buffer.byteLength(path) + SUFFIX_BYTES <= SOCKET_PATH_MAX_BYTES && !/[%$]/.test(path),
      )
  );
}

/** It fails for a directory that is another user's, or read-only. */
function succeeds(check: () => void): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}

/** Identifies the socket; undefined if there is none. */
export function socketId(path: string): string | undefined {
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return stat?.isSocket() ? `${stat.ino}:${stat.ctimeNs}` : undefined;
}

/**
 * Whether a master serves the socket. One that was killed leaves it behind, and ssh then connects by itself
 * each time.
 */
export function isServed(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', (error) =>
      resolve(!['ECONNREFUSED', 'ENOENT'].includes(errorCode(error) ?? '')),
    );
  });
}

/** What ssh's configuration said when the existing connection was made. */
export function sharedSettings(path: string): SshSettings | undefined {
  if (socketId(path) === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(readFileSync(`${path}.settings`, 'utf8'));
    const { sendEnv, target } = value as Partial<SshSettings>;
    if (!Array.isArray(sendEnv) || typeof target !== 'string') return undefined;
    return { shares: false, sendEnv: sendEnv.map(String), target };
  } catch {
    return undefined;
  }
}

/** Whether ssh's configuration has surely not changed since {@link keepSettings}. */
export function isFresh(path: string): boolean {
  const changedAt = (file: string) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const keptAt = changedAt(`${path}.settings`);
  const files = [join(homeDirectory(), '.ssh', 'config'), '/etc/ssh/ssh_config'];
  return Date.now() - keptAt < FRESH_MS && files.every((file) => changedAt(file) < keptAt);
}

/** For {@link sharedSettings}; if it cannot be stored, ssh is asked again. */
export function keepSettings(path: string, settings: SshSettings): void {
  try {
    privately(() => writeFileSync(`${path}.settings`, JSON.stringify(settings)));
  } catch {
    // The disk is full.
  }
}

export interface MakeOptions {
  readonly path: string;
  readonly env: NodeJS.ProcessEnv;
  /** A user is at the terminal, whom ssh may ask. */
  readonly mayAsk: boolean;
  /** Gets what ssh writes in the meantime, and for whom this has to wait. */
  readonly onSaid: (text: string) => void;
  /** For the whole attempt; the default depends on whether ssh may ask. */
  readonly limitMs?: number;
}

/**
 * Makes the shared connection, unless there is one.
 * @throws UserError that says why ssh could not
 */
export async function makeShared(host: Host, options: MakeOptions): Promise<void> {
  const { path } = options;
  if (await isServed(path)) return;
  const limitMs = options.limitMs ?? (options.mayAsk ? ASKED_LIMIT_MS : MADE_LIMIT_MS);
  const sayWhy = (pid: number) =>
    options.onSaid(
      `Another command (pid ${pid}) is connecting to ${host.name}, and may be asking you something there.`,
    );
  const connectOnce = async () => {
    if (await isServed(path)) return;
    rmSync(path, { force: true });
    await connect(host, options, limitMs);
  };
  await oneAtATime(`${path}.lock`, limitMs, connectOnce, options.mayAsk ? sayWhy : undefined);
}

/** Runs `true` there, as ssh has no option to connect, share and return. */
async function connect(
  host: Host,
  { path, env, mayAsk, onSaid }: MakeOptions,
  limitMs: number,
): Promise<void> {
  const options = { batch: !mayAsk, controlPath: path, makesShared: true };
  const child = spawn('ssh', [...sshArguments(host, options), 'true'], {
    env,
    // To ask, ssh must be in this terminal's foreground; otherwise Ctrl-C should not reach it.
    detached: !mayAsk,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const errors = collectErrors(child, mayAsk ? onSaid : undefined);
  const timer = setTimeout(() => child.kill(), limitMs);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', (error) => reject(noSsh(error)));
    child.once('exit', (exit) => resolve(exit));
  }).finally(() => clearTimeout(timer));
  // How `true` ends there does not matter for the connection.
  if (code === 255 || code === null) throw sshFailure(host, 255, await errors.text(), !mayAsk);
}

export function noSsh(error: Error): Error {
  if (errorCode(error) !== 'ENOENT') return error;
  return new UserError(
    'there is no ssh on the PATH',
    'Install OpenSSH: its client is used for other machines.',
  );
}

/**
 * For a connection that does not answer, or leads to what is another machine by now, if it is still the
 * one `seen`: nothing new uses it, what runs over it goes on, and ssh ends it if it is dead. A master that
 * hangs as well is left alone, without its socket.
 */
export async function retireShared(
  host: Host,
  { path, env, seen }: { path: string; env: NodeJS.ProcessEnv; seen: string | undefined },
): Promise<void> {
  await oneAtATime(`${path}.lock`, MADE_LIMIT_MS, async () => {
    if (socketId(path) !== seen) return;
    await new Promise<void>((resolve) => {
      const args = ['-S', path, '-O', 'stop', '--', host.destination];
      execFile('ssh', args, { env, timeout: STOP_LIMIT_MS }, () => resolve());
    });
    if (socketId(path) === seen) rmSync(path, { force: true });
  });
}

/**
 * After waiting longer, it goes on all the same: ssh itself makes no second socket.
 * @param onWait is told once, after a moment, which process it waits for
 */
async function oneAtATime(
  lock: string,
  limitMs: number,
  run: () => Promise<void>,
  onWait?: (pid: number) => void,
): Promise<void> {
  const mine = linkTarget(process.pid);
  const begun = Date.now();
  let tell = onWait;
  while (!takeLock(lock, mine) && Date.now() < begun + limitMs) {
    const holder = readHolder(lock);
    if (tell && holder && Date.now() > begun + SILENT_WAIT_MS) {
      tell(holder.pid);
      tell = undefined;
    }
    await sleep(POLL_MS);
  }
  try {
    await run();
  } finally {
    if (targetOf(lock) === mine) rmSync(lock, { force: true });
  }
}

function takeLock(lock: string, mine: string): boolean {
  const holder = readHolder(lock);
  if (holder && !isHolding(holder)) rmSync(lock, { force: true });
  try {
    privately(() => symlinkSync(mine, lock));
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

function targetOf(lock: string): string | undefined {
  try {
    return readlinkSync(lock);
  } catch {
    return undefined;
  }
}
