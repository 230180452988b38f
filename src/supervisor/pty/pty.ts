/**
 * Starts programs on terminals of their own, or takes them over. Nothing outside src/supervisor/pty
 * knows the native library.
 *
 * The masters have no close-on-exec. Programs started here do not inherit them, but on Linux all that
 * the process starts through node:child_process while sessions live does: it must be short-lived, or
 * be started through the same launcher.
 */
import { isAlive, startTimeOf } from '../../platform/process-identity.ts';
import { checkRunnable, launched } from './launcher.ts';
import { fork, isNonBlocking } from './native.ts';
import {
  LINGER_TICK_MS,
  type Pty,
  type PtyHandlers,
  RunningPty,
  UNKNOWN_EXIT,
} from './running-pty.ts';

export type { Pty, PtyExit, PtyHandlers } from './running-pty.ts';

export interface PtySpawn {
  /** A path, or a name that is searched on `env.PATH`. */
  file: string;
  args: readonly string[];
  /** The whole environment: nothing is added or left out. */
  env: Readonly<Record<string, string>>;
  cwd: string;
  cols: number;
  rows: number;
  /** Without it, our own. */
  umask?: number;
}

/** A terminal that another process has opened and handed over to us. */
export interface InheritedPty {
  fd: number;
  pid: number;
  /** From {@link startTimeOf}, read while the process was known to live. */
  startTime: string;
}

/**
 * How often to look whether an inherited program lives: it is no child of ours that we could wait for.
 * The end of its terminal tells at once; this is for a program that ends while others hold it open.
 */
const INHERITED_POLL_MS = 2000;

/**
 * Starts a program on a new terminal.
 * @throws Error with a sentence for the user if the directory or program is not there, or the
 *   system refuses a terminal or a process.
 */
export function spawnPty(spawn: PtySpawn, handlers: PtyHandlers): Pty {
  checkRunnable(spawn);
  const { file, args, env, cwd } = launched(spawn);
  const pairs = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  let pty: RunningPty | undefined;
  const request = { file, args, env: pairs, cwd, cols: spawn.cols, rows: spawn.rows };
  const { fd, pid } = withUmask(spawn.umask, () => fork(request, (exit) => pty?.leaderEnded(exit)));
  pty = new RunningPty(fd, pid, startTimeOf(pid), handlers);
  return pty;
}

/**
 * Takes over a terminal whose master we inherited. How the program ended cannot be known.
 * @throws Error if the descriptor is none that can be read without blocking.
 */
export function adoptPty(inherited: InheritedPty, handlers: PtyHandlers): Pty {
  const { fd, pid, startTime } = inherited;
  if (!isNonBlocking(fd))
    throw new Error(`file descriptor ${fd} is not a terminal in non-blocking mode`);
  const pty = new RunningPty(fd, pid, startTime, handlers);
  let timer: NodeJS.Timeout;
  const look = () => {
    if (!isAlive(pid, startTime)) pty.leaderEnded(UNKNOWN_EXIT);
    else timer = setTimeout(look, pty.hungUp ? LINGER_TICK_MS : INHERITED_POLL_MS);
  };
  timer = setTimeout(look, INHERITED_POLL_MS);
  pty.onHangUp = () => {
    clearTimeout(timer);
    look();
  };
  return pty;
}

/** The mask is the process's, but nothing else of ours runs during a fork. */
function withUmask<T>(umask: number | undefined, run: () => T): T {
  if (umask === undefined) return run();
  const own = process.umask(umask);
  try {
    return run();
  } finally {
    process.umask(own);
  }
}
