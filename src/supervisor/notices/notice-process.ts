/**
 * One run of the user's notice command, detached from everything: through the launcher, so that it
 * holds no terminal; in a process group of its own, so that all of it can be ended; with a file
 * instead of a pipe for its complaints, so that it outlives this process unharmed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  openSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { uniqueHex } from '../../platform/unique.ts';
import { safeText } from '../../terminal/safe-text.ts';
import { type Command, launched } from '../pty/launcher.ts';

/** A notice that takes longer will not be read any more. */
const TIME_LIMIT_MS = 30_000;
/** What a command may complain before it is taken for broken; looked at once a second. */
const COMPLAINT_MAX_BYTES = 1024 * 1024;
const LOOK_MS = 1_000;
/** Of the complaint, from its end, for the log. */
const LOGGED_BYTES = 1_024;

/** What `notify = "desktop"` stands for. */
export const DESKTOP = 'desktop';

export interface Notice {
  /** For /bin/sh, or {@link DESKTOP}. */
  readonly command: string;
  readonly title: string;
  readonly text: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly umask: number;
  /** The command itself waits for so long first. */
  readonly delayMs: number;
  /** For the file of complaints, which has no name while the command runs. */
  readonly dir: string;
}

export interface NoticeProcess {
  /** Resolves when it is over: to what went wrong, or undefined. Never rejects. */
  readonly ended: Promise<string | undefined>;
}

/** @throws Error when it cannot even be started. */
export function runNotice(notice: Notice, limitMs = TIME_LIMIT_MS): NoticeProcess {
  const complaints = unnamedFile(notice.dir);
  try {
    const child = start(notice, complaints);
    return { ended: watch(child, complaints, limitMs) };
  } catch (error) {
    closeSync(complaints);
    throw error;
  }
}

function start(notice: Notice, complaints: number): ChildProcess {
  const { env, umask } = notice;
  const [file = '', ...args] = words(notice);
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
      stdio: ['ignore', 'ignore', complaints],
    });
  } finally {
    process.umask(ours);
  }
}

/** @throws Error where there is no desktop to tell. */
function words({ command, title, text, env }: Notice): string[] {
  if (command !== DESKTOP) return ['/bin/sh', '-c', command];
  const places = (env.PATH ?? '/usr/bin:/bin').split(delimiter);
  const find = (name: string) => places.map((place) => join(place, name)).find(isProgram);
  const send = find('notify-send');
  if (send) return [send, '--app-name=codex-sessions', '--', title, withoutMarkup(text)];
  const osascript = find('osascript');
  if (!osascript) throw new Error('notify = "desktop" needs notify-send or osascript on the PATH');
  const script = [
    'on run argv',
    'display notification (item 2 of argv) with title (item 1 of argv)',
    'end run',
  ];
  return [osascript, ...script.flatMap((line) => ['-e', line]), title, text];
}

/** Notification daemons read a small HTML in the body. */
function withoutMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function watch(
  child: ChildProcess,
  complaints: number,
  limitMs: number,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    let cut: string | undefined;
    const end = (why: string) => {
      cut = why;
      killGroup(child);
    };
    const limit = setTimeout(() => end(`not over after ${limitMs / 1_000} s`), limitMs);
    const look = setInterval(() => {
      if (fstatSync(complaints).size > COMPLAINT_MAX_BYTES) end('it complains without end');
    }, LOOK_MS);
    // Neither keeps a supervisor that has nothing else to do.
    limit.unref();
    look.unref();
    const over = (failure: string | undefined) => {
      clearTimeout(limit);
      clearInterval(look);
      const said = failure === undefined ? '' : lastWords(complaints);
      closeSync(complaints);
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
    // It ended in this moment.
  }
}

function lastWords(fd: number): string {
  const { size } = fstatSync(fd);
  const bytes = Buffer.alloc(Math.min(size, LOGGED_BYTES));
  const read = readSync(fd, bytes, 0, bytes.length, size - bytes.length);
  return safeText(bytes.subarray(0, read).toString());
}

/** Private, and gone with its last user. */
function unnamedFile(dir: string): number {
  const path = join(dir, `.notice-${uniqueHex()}`);
  const fd = openSync(path, 'ax+', 0o600);
  rmSync(path);
  return fd;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
