/** Runs one of our commands for a user on another machine, as a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { adviceFor, EXIT, errorCode, messageOf } from '../../platform/errors.ts';
import { isProgram, programOnPath } from '../../platform/programs.ts';
import { OPEN_FILES_VARIABLE, ownLimits } from '../../platform/resource-limits.ts';
import { homeDirectory } from '../../platform/user-directories.ts';
import { FAR_VARIABLE, type FarUser } from '../../terminal/far-terminal.ts';
import type { Channel } from '../stream/channel.ts';
import { KIND } from '../stream/frames.ts';
import { type PrepareCommand, runInProcess } from './in-process.ts';
import { loginEnvironment } from './login-environment.ts';
import { DIALED_COMMANDS, type DialExit, type DialRefusal, type ExecRequest } from './requests.ts';

/** How long a command may take to end after the connection is lost; then it is killed. */
const END_LIMIT_MS = 3_000;

/** @returns ends the command; resolves when it has ended */
export async function exec(
  channel: Channel,
  request: ExecRequest,
  prepare?: PrepareCommand,
): Promise<(() => Promise<void>) | undefined> {
  const [name = ''] = request.words;
  const known = Object.hasOwn(DIALED_COMMANDS, name) ? DIALED_COMMANDS[name] : undefined;
  const directory = directoryOf(request.directory);
  const problem = known ? directoryProblem(directory) : notHere(name);
  if (problem || !known) {
    channel.finish(KIND.refused, problem);
    return undefined;
  }
  const { host, terminal } = request;
  const user: FarUser = { host, terminal };
  const command = request.input ? undefined : prepare?.(request.words);
  if (command && runInProcess(channel, command, { directory, user })) return undefined;
  const login = known.startsCodex ? await loginEnvironment() : undefined;
  if (channel.isOver) return undefined;
  const { file, args } = program(known.startsCodex === true);
  const openFiles = ownLimits()?.nofile?.[0];
  const child = spawn(file, [...args, ...request.words], {
    cwd: directory,
    env: {
      ...(login ?? process.env),
      [FAR_VARIABLE]: JSON.stringify(user),
      // Node has raised its own limit of open files.
      ...(openFiles === undefined ? {} : { [OPEN_FILES_VARIABLE]: openFiles }),
    },
    stdio: [request.input ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  });
  relay(channel, child);
  return () => end(child);
}

function notHere(name: string): DialRefusal {
  return {
    message: `"${name}" cannot be run from another machine`,
    hint: 'Log in there to use it, or install the same version on both machines.',
    exitCode: EXIT.usage,
  };
}

function directoryOf(typed: string): string {
  const home = homeDirectory();
  if (isAbsolute(typed)) return typed;
  return join(home, typed.replace(/^~(?:\/|$)/, ''));
}

function directoryProblem(directory: string): DialRefusal | undefined {
  try {
    if (statSync(directory).isDirectory()) return undefined;
  } catch {
    // Reported below.
  }
  return {
    message: `there is no directory ${directory} there`,
    hint: 'Make it, or correct default_dir in the configuration here.',
  };
}

/**
 * Runs the launcher, which is faster; for commands that start a session this program, as a login
 * shell's PATH may have another Node, or none, and as the launcher would take our limit of open
 * files for the user's.
 */
function program(startsCodex: boolean): { file: string; args: string[] } {
  const launcher = join(__dirname, '..', 'bin', 'codex-sessions');
  if (!startsCodex && isProgram(launcher) && programOnPath('node', process.env.PATH))
    return { file: launcher, args: [] };
  return { file: process.execPath, args: [join(__dirname, 'cli.js')] };
}

function relay(channel: Channel, child: ChildProcess): void {
  const { stdin, stdout, stderr } = child;
  const outputs = [stdout, stderr];
  const send = (kind: typeof KIND.data | typeof KIND.errors) => (bytes: Buffer) => {
    if (!channel.send(bytes, kind)) for (const output of outputs) output?.pause();
  };
  stdout?.on('data', send(KIND.data));
  stderr?.on('data', send(KIND.errors));
  // It does not read any more: further input is lost, as with a pipe.
  stdin?.on('error', () => {});
  channel.handlers = {
    onDrain: () => {
      for (const output of outputs) output?.resume();
    },
    onData: (bytes) => {
      const taken = () => channel.taken(bytes.length);
      if (stdin?.writable) stdin.write(bytes, taken);
      else taken();
    },
    onEnd: () => stdin?.end(),
    onSignal: (name) => {
      if (name === 'INT' || name === 'TERM') child.kill(`SIG${name}`);
    },
    onClosed: () => void end(child),
  };
  channel.tell(KIND.opened, {});
  child.once('error', (error) =>
    channel.finish(KIND.refused, {
      message: `the command could not be run there: ${messageOf(error)}`,
      hint: adviceFor(errorCode(error)),
    } satisfies DialRefusal),
  );
  child.once('close', (code, signal) => {
    if (!channel.isOver) channel.finish(KIND.exit, { code, signal } satisfies DialExit);
  });
}

/** The user is gone: SIGHUP as from a closed terminal, then SIGKILL. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.stdin?.destroy();
  child.stdout?.resume();
  child.stderr?.resume();
  child.kill('SIGHUP');
  const timer = setTimeout(() => child.kill('SIGKILL'), END_LIMIT_MS);
  await ended;
  clearTimeout(timer);
}
