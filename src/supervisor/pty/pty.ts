/**
 * Starts programs on terminals of their own, or takes them over. Nothing outside src/supervisor/pty
 * uses the native library.
 *
 * The masters have no close-on-exec. Programs started here do not inherit them, but on Linux every
 * process started through node:child_process while sessions live does: it must be short-lived, or be
 * started through the same launcher.
 */
import { setPriority } from 'node:os';
import { isAlive, startTimeOf } from '../../platform/process-identity.ts';
import { type Limits, nicenessOf } from '../../platform/resource-limits.ts';
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
  /** A path, or a name to look up on `env.PATH`. */
  file: string;
  args: readonly string[];
  /** The whole environment: nothing is added or removed. */
  env: Readonly<Record<string, string>>;
  cwd: string;
  cols: number;
  rows: number;
  /** Default: our own; so for the next two. */
  umask?: number;
  /** A limit above our hard limit is cut to that, unless we are root. */
  limits?: Limits | undefined;
  /** -20 to 19. Only root can set one that is lower than our own. */
  niceness?: number | undefined;
}

/** A terminal opened and handed over by the predecessor. */
export interface InheritedPty {
  fd: number;
  pid: number;
  /** From {@link startTimeOf}, read while the process was known to be alive. */
  startTime: string;
}

/**
 * How often to check whether an inherited program is alive: it is not our child, so we cannot wait for
 * it. A hang-up of its terminal triggers a check at once; polling is for a program that ends while
 * others have its terminal open.
 */
const INHERITED_POLL_MS = 2000;

/**
 * Starts a program on a new terminal.
 * @throws Error with a sentence for the user if the directory or program does not exist, or the
 *   system refuses a terminal or a process.
 */
export function spawnPty(spawn: PtySpawn, handlers: PtyHandlers): Pty {
  checkRunnable(spawn);
  const { file, args, env, cwd } = launched(spawn);
  const pairs = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  let pty: RunningPty | undefined;
  const request = { file, args, env: pairs, cwd, cols: spawn.cols, rows: spawn.rows };
  const { fd, pid } = withUmask(spawn.umask, () => fork(request, (exit) => pty?.leaderEnded(exit)));
  setNiceness(pid, spawn.niceness);
  pty = new RunningPty(fd, pid, startTimeOf(pid), handlers);
  return pty;
}

/**
 * Takes over a terminal whose master we inherited. How its program will end cannot be known.
 * @throws Error if the descriptor is not non-blocking.
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

function setNiceness(pid: number, niceness: number | undefined): void {
  if (niceness === undefined || niceness === nicenessOf('self')) return;
  try {
    setPriority(pid, niceness);
  } catch {
    // Unless we are root it can only be raised; the client has told the user.
  }
}

/** The umask applies to the whole process, but nothing else runs during a fork. */
function withUmask<T>(umask: number | undefined, run: () => T): T {
  if (umask === undefined) return run();
  const own = process.umask(umask);
  try {
    return run();
  } finally {
    process.umask(own);
  }
}
