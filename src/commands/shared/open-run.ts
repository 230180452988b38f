/**
 * Runs the command that opens a tab, a pane or a window, and says what went wrong. Without execa, as the
 * process may outlive us.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
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

const ERROR_MAX_BYTES = 4_096;

/** @returns what went wrong; undefined if nothing did */
export async function runOpening(
  { file, program, args }: Opening,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const late = `${program} did not answer within 10 s`;
  if (!file) return run(program, args, env, TOOL_LIMIT_MS, late);
  const directory = makeDirectory();
  try {
    const path = join(directory, file.name);
    writeFileSync(path, file.text, { mode: 0o600 });
    return await run(program, [...args, path], env, TOOL_LIMIT_MS, late);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** @param line for /bin/sh @returns as {@link runOpening} */
export async function runOwnCommand(
  line: string,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  return run('/bin/sh', ['-c', line], env, COMMAND_WAIT_MS, undefined);
}

/** Only its owner can enter it. */
function makeDirectory(): string {
  return mkdtempSync(join(temporaryDirectory(), 'codex-sessions-open-'));
}

/** A file that has no name any more, so nothing of it is left if this process ends early. */
function openNameless(): number {
  const directory = makeDirectory();
  try {
    return openSync(join(directory, 'errors'), 'wx+', 0o600);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** `late`: what to report if it still runs after `limitMs`; undefined if that is a success. */
async function run(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  limitMs: number,
  late: string | undefined,
): Promise<string | undefined> {
  // A file, as it may outlive us, and we may be drawing on the terminal.
  const errors = openNameless();
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
    const said = textOf(errors).trim().split('\n')[0]?.slice(0, ERROR_MAX_CHARS);
    return said || `exit code ${end}`;
  } finally {
    closeSync(errors);
  }
}

/** From its beginning: the program that wrote to it has moved the position. */
function textOf(file: number): string {
  const bytes = Buffer.alloc(ERROR_MAX_BYTES);
  return bytes.toString('utf8', 0, readSync(file, bytes, 0, bytes.length, 0));
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
