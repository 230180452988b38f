/**
 * Starts the supervisor, detached from this terminal and from whatever could end it along with us.
 * It reports over a pipe when it listens, so nothing is polled.
 */
import { spawn } from 'node:child_process';
import { accessSync, closeSync, constants, fchmodSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { openToAppend, readOwn } from '../../platform/checked-open.ts';
import { adviceFor, errorCode, messageOf, UserError } from '../../platform/errors.ts';
import { SUPERVISOR_NODE_FLAGS } from '../../platform/node-flags.ts';
import { privately } from '../../platform/private-files.ts';
import { ensureStateDirectory, hasPrivateState, type StatePaths } from '../../store/paths.ts';
import { safeText } from '../../terminal/safe-text.ts';
import { scopeCommand } from './scope.ts';

/** It needs some 50 ms, on a loaded machine seconds. */
const READY_LIMIT_MS = 10_000;
const LOG_LINES_SHOWN = 5;

/** With a scope: the user's manager needs some 10 ms more, and one that hangs is not waited for. */
const SCOPE_LIMIT_MS = 3_000;

/** `ready`: it listens. `taken`: another one holds the lock, and will soon listen or exit. */
export async function launch(paths: StatePaths): Promise<'ready' | 'taken'> {
  ensureStateDirectory(paths);
  // This also checks the files in it.
  hasPrivateState(paths);
  refuseUnwritable(paths.dir);
  const log = openLog(paths.log);
  try {
    const line = await start(paths, log);
    if (line === 'ready' || line === 'taken') return line;
    throw new Error(line.replace(/^failed /, '') || 'it ended without a word');
  } catch (error) {
    throw new UserError(
      `the supervisor could not start: ${messageOf(error)}`,
      adviceFor(/(?<=^|\()E[A-Z]+(?=[:)])/.exec(messageOf(error))?.[0]) ??
        `The end of ${paths.log}: ${lastLines(paths.log)}`,
    );
  } finally {
    if (log !== 'ignore') closeSync(log);
  }
}

function refuseUnwritable(dir: string): void {
  try {
    accessSync(dir, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new UserError(
      `cannot write to ${dir} (${errorCode(error)})`,
      'Make it writable, or set CODEX_SESSIONS_DIR to another directory.',
    );
  }
}

type Log = number | 'ignore';

/** In a systemd scope of its own if that helps and works, else as a plain child. */
async function start(paths: StatePaths, log: Log): Promise<string> {
  const plain = [process.execPath, ...SUPERVISOR_NODE_FLAGS, join(__dirname, 'supervisor.js')];
  const scoped = scopeCommand(plain);
  if (scoped) {
    try {
      const line = await run(paths, log, scoped, SCOPE_LIMIT_MS);
      if (line !== '') return line;
      note(log, 'systemd-run gave no scope, the supervisor starts without one');
    } catch (error) {
      note(log, `the supervisor starts without a scope: ${messageOf(error)}`);
    }
  }
  return run(paths, log, plain, READY_LIMIT_MS);
}

/** @returns the first line that it reports, empty if it exited without one */
async function run(
  paths: StatePaths,
  log: Log,
  [file = '', ...args]: readonly string[],
  limitMs: number,
): Promise<string> {
  const child = spawn(file, args, {
    cwd: '/',
    detached: true,
    env: supervisorEnvironment(paths),
    stdio: ['ignore', log, log, 'pipe'],
  });
  child.unref();
  try {
    return await firstLine(child.stdio[3] as Readable, child, limitMs);
  } catch (error) {
    // It must not come up later, beside the next one.
    child.kill('SIGKILL');
    throw error;
  }
}

/** Without a log if the disk is full or read-only: the supervisor itself reports what it needs. */
function openLog(path: string): Log {
  try {
    const fd = privately(() => openToAppend(path));
    fchmodSync(fd, 0o600);
    return fd;
  } catch {
    return 'ignore';
  }
}

function note(log: Log, text: string): void {
  if (log === 'ignore') return;
  writeSync(log, `${new Date().toISOString()} ${process.pid} info ${safeText(text)}\n`);
}

/** The user's environment, which helper programs need, without what would affect the supervisor. */
function supervisorEnvironment(paths: StatePaths): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    CODEX_SESSIONS_DIR: paths.dir,
    // Fixed, as glibc would raise it up to 32 MiB and then keep freed memory (mallopt(3)).
    MALLOC_MMAP_THRESHOLD_: String(128 * 1024),
  };
  for (const name of ['NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS', 'CODEX_SESSIONS_SESSION'])
    delete env[name];
  return env;
}

function firstLine(
  pipe: Readable,
  child: ReturnType<typeof spawn>,
  limitMs: number,
): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const limit = setTimeout(() => {
      pipe.destroy();
      reject(new Error(`it was not ready within ${limitMs / 1_000} s`));
    }, limitMs);
    const end = () => {
      clearTimeout(limit);
      pipe.destroy();
      resolve(text.split('\n')[0] ?? '');
    };
    pipe.on('data', (bytes: Buffer) => {
      text += bytes.toString('utf8');
      if (text.includes('\n')) end();
    });
    pipe.once('end', end);
    pipe.once('error', end);
    child.once('error', (error) => {
      clearTimeout(limit);
      reject(error);
    });
  });
}

function lastLines(path: string): string {
  try {
    const lines = readOwn(path).trimEnd().split('\n');
    return lines.slice(-LOG_LINES_SHOWN).join(' | ') || '(empty)';
  } catch {
    return '(cannot be read)';
  }
}
