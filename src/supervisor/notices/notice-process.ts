/**
 * One run of the user's notice command, independent of this process: through the launcher, so that it
 * inherits no PTY master; in its own process group, so that all of it can be killed; with a file
 * instead of a pipe for its error output, so that it can outlive us. Without execa, as it must start
 * synchronously, under another umask, even while this process exits.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { desktopNotifier } from '../../platform/programs.ts';
import { uniqueHex } from '../../platform/unique.ts';
import { safeText } from '../../terminal/safe-text.ts';
import { type Command, launched } from '../pty/launcher.ts';

/** A notice that takes longer is outdated. */
const TIME_LIMIT_MS = 30_000;
/** A command with more error output is killed; checked once a second. */
const ERRORS_MAX_BYTES = 1024 * 1024;
const CHECK_MS = 1_000;
/** The part of the error output, its end, that is logged. */
const LOGGED_BYTES = 1_024;

/** The command in `notify = "desktop"`: the desktop's own. */
export const DESKTOP = 'desktop';

export interface Notice {
  /** For /bin/sh, or {@link DESKTOP}. */
  readonly command: string;
  readonly title: string;
  readonly text: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly umask: number;
  /** How long the started process waits before it runs the command. */
  readonly delayMs: number;
  /** Directory for the file of error output, which has no name while the command runs. */
  readonly dir: string;
}

export interface NoticeProcess {
  /** Resolves when it has ended, to what went wrong or undefined. Never rejects. */
  readonly ended: Promise<string | undefined>;
}

/** @throws Error if it cannot be started. */
export function runNotice(notice: Notice, limitMs = TIME_LIMIT_MS): NoticeProcess {
  const errors = unnamedFile(notice.dir);
  try {
    const child = start(notice, errors);
    return { ended: watch(child, errors, limitMs) };
  } catch (error) {
    closeSync(errors);
    throw error;
  }
}

function start(notice: Notice, errors: number): ChildProcess {
  const { env, umask } = notice;
  const [file = '', ...args] = commandLine(notice);
  const seconds = Math.ceil(notice.delayMs / 1_000);
  const delayed =
    seconds > 0
      ? { file: '/bin/sh', args: ['-c', `sleep ${seconds}; exec "$@"`, 'sh', file, ...args] }
      : { file, args };
  const cwd = isDirectory(notice.cwd) ? notice.cwd : '/';
  const { file: program, args: rest, ...how }: Command = launched({ ...delayed, env, cwd });
  const ours = process.umask(umask);
  try {
    return spawn(program, [...rest], {
      cwd: how.cwd,
      env: how.env,
      detached: true,
      stdio: ['ignore', 'ignore', errors],
    });
  } finally {
    process.umask(ours);
  }
}

/** @throws Error if the desktop has no command for notices. */
function commandLine({ command, title, text, env }: Notice): string[] {
  if (command !== DESKTOP) return ['/bin/sh', '-c', command];
  const program = desktopNotifier(env.PATH);
  if (!program) throw new Error('notify = "desktop" needs notify-send or osascript on the PATH');
  if (basename(program) === 'notify-send')
    return [program, '--app-name=codex-sessions', '--', title, withoutMarkup(text)];
  const script = [
    'on run argv',
    'display notification (item 2 of argv) with title (item 1 of argv)',
    'end run',
  ];
  return [program, ...script.flatMap((line) => ['-e', line]), title, text];
}

/** Notification daemons parse the body as simple HTML. */
function withoutMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function watch(child: ChildProcess, errors: number, limitMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    let cut: string | undefined;
    const end = (why: string) => {
      cut = why;
      killGroup(child);
    };
    const limit = setTimeout(() => end(`not over after ${limitMs / 1_000} s`), limitMs);
    const check = setInterval(() => {
      if (fstatSync(errors).size > ERRORS_MAX_BYTES) end('it complains without end');
    }, CHECK_MS);
    // Neither timer keeps the process alive.
    limit.unref();
    check.unref();
    const over = (failure: string | undefined) => {
      clearTimeout(limit);
      clearInterval(check);
      const said = failure === undefined ? '' : endOf(errors);
      closeSync(errors);
      resolve(
        failure === undefined ? undefined : [cut ?? failure, said].filter(Boolean).join(': '),
      );
    };
    child.once('error', (error) => over(error.message));
    child.once('exit', (code, signal) =>
      over(code === 0 ? undefined : `${signal ?? `exit ${code}`}`),
    );
  });
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}

function endOf(fd: number): string {
  const { size } = fstatSync(fd);
  const bytes = Buffer.alloc(Math.min(size, LOGGED_BYTES));
  const read = readSync(fd, bytes, 0, bytes.length, size - bytes.length);
  return safeText(bytes.subarray(0, read).toString());
}

/** A private file that is gone when the last process closes it. */
function unnamedFile(dir: string): number {
  const path = join(dir, `.notice-${uniqueHex()}`);
  const fd = openSync(path, 'ax+', 0o600);
  rmSync(path);
  return fd;
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
