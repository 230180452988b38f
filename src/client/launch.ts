/**
 * Starts the supervisor, detached from this terminal and from everything that could end it with
 * us. It says over a pipe when it listens, so nothing is polled.
 */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { messageOf, UserError } from '../errors.ts';
import { ensurePrivateDirectory, type StatePaths } from '../paths.ts';

/** It needs some 50 ms; a loaded machine may need seconds. */
const READY_LIMIT_MS = 10_000;
const LOG_LINES_SHOWN = 5;

/** `ready`: it listens. `taken`: another one holds the lock, and will listen or leave presently. */
export async function launch(paths: StatePaths): Promise<'ready' | 'taken'> {
  ensurePrivateDirectory(paths.dir);
  mkdirSync(paths.dir, { recursive: true, mode: 0o700 });
  const log = openSync(paths.log, 'a', 0o600);
  try {
    const child = spawn(process.execPath, [join(__dirname, 'supervisor.js')], {
      cwd: '/',
      detached: true,
      env: supervisorEnvironment(paths),
      stdio: ['ignore', log, log, 'pipe'],
    });
    child.unref();
    const line = await firstLine(child.stdio[3] as Readable, child);
    if (line === 'ready' || line === 'taken') return line;
    throw new Error(line.replace(/^failed /, '') || 'it ended without a word');
  } catch (error) {
    throw new UserError(
      `the supervisor could not start: ${messageOf(error)}`,
      `The end of ${paths.log}: ${lastLines(paths.log)}`,
    );
  } finally {
    closeSync(log);
  }
}

/** The user's, so that helpers find their way, without what would change the supervisor itself. */
function supervisorEnvironment(paths: StatePaths): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, CODEX_SESSIONS_DIR: paths.dir };
  for (const name of ['NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS', 'CODEX_SESSIONS_SESSION'])
    delete env[name];
  return env;
}

function firstLine(pipe: Readable, child: ReturnType<typeof spawn>): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const limit = setTimeout(() => {
      pipe.destroy();
      reject(new Error(`it was not ready within ${READY_LIMIT_MS / 1000} s`));
    }, READY_LIMIT_MS);
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
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    return lines.slice(-LOG_LINES_SHOWN).join(' | ') || '(empty)';
  } catch {
    return '(cannot be read)';
  }
}
