/**
 * Runs the command that opens a tab, a pane or a window, and says what went wrong. Without execa, as the
 * process may outlive us.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../platform/errors.ts';
import { temporaryDirectory } from '../../platform/user-directories.ts';
import type { Opening } from './open-places.ts';

/** These tools ask a running process, and return at once. */
const TOOL_LIMIT_MS = 10_000;
/**
 * The user's own command may be the terminal itself, which stays; an error shows within this time.
 */
const COMMAND_WAIT_MS = 1_000;
const ERROR_MAX_CHARS = 300;

/** @returns what went wrong; undefined if nothing did */
export async function runOpening(
  opening: Opening,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  return inDirectory(async (directory) => {
    const { file, program, args } = opening;
    const all = file ? [...args, join(directory, file.name)] : args;
    if (file) writeFileSync(join(directory, file.name), file.text, { mode: 0o600 });
    return run(
      program,
      all,
      env,
      directory,
      TOOL_LIMIT_MS,
      `${program} did not answer within 10 s`,
    );
  });
}

/** @param line for /bin/sh @returns as {@link runOpening} */
export async function runOwnCommand(
  line: string,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  return inDirectory((directory) =>
    run('/bin/sh', ['-c', line], env, directory, COMMAND_WAIT_MS, undefined),
  );
}

async function inDirectory<T>(use: (directory: string) => Promise<T>): Promise<T> {
  // Only its owner can enter it.
  const directory = mkdtempSync(join(temporaryDirectory(), 'codex-sessions-open-'));
  try {
    return await use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** `late`: what to report if it still runs after `limitMs`; undefined if that is a success. */
async function run(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  directory: string,
  limitMs: number,
  late: string | undefined,
): Promise<string | undefined> {
  // A file, as it may outlive us, and we may be drawing on the terminal.
  const path = join(directory, 'errors');
  const errors = openSync(path, 'wx', 0o600);
  try {
    const child = spawn(program, args, {
      stdio: ['ignore', 'ignore', errors],
      env,
      detached: true,
    });
    const end = await ended(child, limitMs);
    child.unref();
    if (end === 'runs') {
      if (late !== undefined) child.kill();
      return late;
    }
    if (end === 0) return undefined;
    if (typeof end === 'string') return end;
    const said = readFileSync(path, 'utf8').trim().split('\n')[0]?.slice(0, ERROR_MAX_CHARS);
    return said || `exit code ${end}`;
  } finally {
    closeSync(errors);
  }
}

/** The exit code, or why it could not be started. */
function ended(child: ChildProcess, limitMs: number): Promise<number | string | 'runs'> {
  return new Promise((resolve) => {
    const limit = setTimeout(() => resolve('runs'), limitMs);
    const done = (end: number | string) => {
      clearTimeout(limit);
      resolve(end);
    };
    child.once('error', (error) => done(messageOf(error)));
    child.once('exit', (code, signal) => done(code ?? `ended by ${signal}`));
  });
}
