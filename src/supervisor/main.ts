/**
 * The supervisor's process: takes the lock, opens the socket, reports to the process that started
 * it, and exits after its last session. Started detached by client/connection/launch.ts, with a pipe
 * on descriptor 3.
 */
import { closeSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { codexProgram } from '../codex/observer.ts';
import { messageOf } from '../platform/errors.ts';
import { VERSION } from '../platform/version.ts';
import { makeSnapshotLater } from '../startup/index.ts';
import { livingGuard } from '../store/guard-link.ts';
import { acquireLock } from '../store/lock.ts';
import { type Log, openLog } from '../store/log.ts';
import {
  ensurePrivateDirectory,
  ensureStateDirectory,
  type StatePaths,
  statePaths,
} from '../store/paths.ts';
import { GUARDED_VARIABLE } from './guard/inheritance.ts';
import { recover } from './guard/recovery.ts';
import { READY_FD, TAKE_OVER_VARIABLE } from './hand-over/state.ts';
import { closeStrayDescriptors } from './hand-over/stray-descriptors.ts';
import { takeOver } from './hand-over/take-over.ts';
import { checkPty } from './pty/self-check.ts';
import { loadEmulator } from './screen/emulator.ts';
import { keepYoungSpaceSmall } from './screen/scrollback/index.ts';
import { Supervisor } from './supervisor.ts';

/** Argument of a process that only tests whether a program can be run on a terminal. */
const CHECK_PTY = 'check-pty';
/** The client that started us sends its first request at once; work that can wait is done after it. */
const FIRST_REQUEST_MS = 50;

/** One line to the process that started us: `ready`, `taken`, or why not. */
function report(line: string): void {
  say(line);
  hangUp();
}

function say(line: string): void {
  try {
    writeSync(READY_FD, `${line}\n`);
  } catch {
    // Started by hand, without the pipe.
  }
}

function hangUp(): void {
  try {
    closeSync(READY_FD);
  } catch {
    // As above.
  }
}

async function main(): Promise<void> {
  if (process.argv[2] === CHECK_PTY) {
    await checkPty();
    report('ready');
    process.exit(0);
  }
  const { [TAKE_OVER_VARIABLE]: takesOver, [GUARDED_VARIABLE]: guarded } = process.env;
  delete process.env[TAKE_OVER_VARIABLE];
  delete process.env[GUARDED_VARIABLE];
  const inherits = takesOver !== undefined || guarded !== undefined;
  const paths = prepare(guarded !== undefined);
  // If another supervisor began, what the guard holds would be lost.
  if (!inherits && (livingGuard(paths) || !acquireLock(paths.lock).held)) {
    report('taken');
    return;
  }
  if (!inherits) closeStrayDescriptors(new Set());
  const log = openLog(paths.log);
  process.on('uncaughtException', (error) => log.error('uncaught', error));
  process.on('unhandledRejection', (error) => log.error('unhandled', error));
  const supervisor = new Supervisor(paths, log, codexProgram);
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      supervisor.leave(signal);
      process.exit(0);
    });
  process.on('SIGHUP', () => {});
  process.on('SIGPIPE', () => {});
  // There is a limit on the size of files: the write fails instead.
  process.on('SIGXFSZ', () => {});
  if (takesOver !== undefined) await inherit(supervisor, paths, log);
  else if (guarded !== undefined) await goOn(supervisor, paths, log, guarded);
  else await begin(supervisor, paths, log);
}

/**
 * Creates the directories, and detaches the process from the one that started it. `anyhow`: goes on
 * without directories that cannot be created now, which state-directory-watch.ts repairs later.
 */
function prepare(anyhow: boolean): StatePaths {
  const paths = statePaths();
  try {
    createDirectories(paths);
  } catch (error) {
    if (!anyhow) throw error;
  }
  process.chdir('/');
  // Our files are private; sessions have their own umask.
  process.umask(0o077);
  return paths;
}

function createDirectories(paths: StatePaths): void {
  ensureStateDirectory(paths);
  ensurePrivateDirectory(paths.records);
  if (dirname(paths.socket) !== paths.dir) ensurePrivateDirectory(dirname(paths.socket));
}

/** Takes everything over from a predecessor. */
async function inherit(supervisor: Supervisor, paths: StatePaths, log: Log): Promise<void> {
  const sessions = await takeOver(supervisor, supervisor.server, paths, {
    ready: () => say('ready'),
    taken: (memories) => {
      for (const [session, fd] of memories) supervisor.guard.inheritMemory(session, fd);
      supervisor.guard.renew();
      hangUp();
    },
  });
  supervisor.watch.start();
  log.info(`supervisor ${VERSION} took ${sessions} sessions over, Node ${process.version}`);
  keepYoungSpaceSmall();
  makeSnapshotLater(paths, log);
}

/** Goes on for a supervisor that has died. */
async function goOn(
  supervisor: Supervisor,
  paths: StatePaths,
  log: Log,
  guarded: string,
): Promise<void> {
  const begun = performance.now();
  const sessions = await recover(supervisor, paths, log, guarded);
  if (sessions === undefined) process.exit(1);
  supervisor.watch.start();
  const tookMs = Math.round(performance.now() - begun);
  log.info(`supervisor ${VERSION} goes on with ${sessions} sessions after ${tookMs} ms`);
  if (sessions === 0) supervisor.leave('no session is left');
  keepYoungSpaceSmall();
  makeSnapshotLater(paths, log);
}

async function begin(supervisor: Supervisor, paths: StatePaths, log: Log): Promise<void> {
  await supervisor.server.listener.listen(paths.socket);
  supervisor.expectClient();
  report('ready');
  // While the client connects.
  log.info(`supervisor ${VERSION} listens, Node ${process.version}`);
  setTimeout(() => {
    if (supervisor.leaving) return;
    supervisor.watch.start();
    loadEmulator();
    keepYoungSpaceSmall();
    makeSnapshotLater(paths, log);
  }, FIRST_REQUEST_MS).unref();
}

main().catch((error: unknown) => {
  report(`failed ${messageOf(error)}`);
  // A failed successor holds descriptors that its predecessor still uses, so it must exit.
  process.exit(1);
});
