/**
 * The supervisor's process: takes the lock, opens the socket, tells whoever started it, and leaves
 * with its last session. Started by client/connection/launch.ts, detached, with a pipe on descriptor 3.
 */
import { closeSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { codexProgram } from '../codex/observer.ts';
import { messageOf } from '../platform/errors.ts';
import { clearIdleTimeout } from '../platform/idle-timer.ts';
import { VERSION } from '../platform/version.ts';
import { CLIENT_STALLED_MS } from '../protocol/limits.ts';
import { makeSnapshotLater } from '../startup/snapshot-schedule.ts';
import { acquireLock, isHeldByUs } from '../store/lock.ts';
import { type Log, openLog } from '../store/log.ts';
import {
  ensurePrivateDirectory,
  ensureStateDirectory,
  type StatePaths,
  statePaths,
} from '../store/paths.ts';
import { handOver } from './hand-over/hand-over.ts';
import { TAKE_OVER_VARIABLE } from './hand-over/state.ts';
import { closeStrayTerminals } from './hand-over/stray-terminals.ts';
import { takeOver } from './hand-over/take-over.ts';
import { Notifier } from './notices/notifier.ts';
import { checkPty } from './pty/self-check.ts';
import { loadEmulator } from './screen/emulator.ts';
import { keepYoungSpaceSmall } from './screen/scrollback/index.ts';
import type { Context } from './server/context.ts';
import { DataSockets } from './server/data-sockets.ts';
import { EventHub } from './server/event-hub.ts';
import { refuse } from './server/refusals.ts';
import { Server } from './server/server.ts';
import { SessionTable } from './session/table.ts';
import { StateDirectoryWatch } from './state-directory-watch.ts';

const READY_FD = 3;
/** Argument of a process that only tries whether a program can be run on a terminal. */
const CHECK_PTY = 'check-pty';
/** The client that started us connects within milliseconds of "ready". */
const NOBODY_CAME_MS = 10_000;
/** Whoever started us comes with a session at once; everything that can wait lets it go first. */
const SETTLED_MS = 50;
/** Longest that a leaving process waits for its last messages to go out. */
const LAST_WORDS_MS = 500;

/** Until the first session: afterwards the last connection's end is looked at. */
let nobodyCame: NodeJS.Timeout | undefined;

/** One line to whoever started us: `ready`, `taken`, or why not. */
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
  const inherits = process.env[TAKE_OVER_VARIABLE] !== undefined;
  delete process.env[TAKE_OVER_VARIABLE];
  const paths = statePaths();
  ensureStateDirectory(paths);
  ensurePrivateDirectory(paths.records);
  if (dirname(paths.socket) !== paths.dir) ensurePrivateDirectory(dirname(paths.socket));
  process.chdir('/');
  // Files are made private whatever our umask; sessions bring their own.
  process.umask(0o077);
  if (!inherits && !acquireLock(paths.lock).held) {
    report('taken');
    return;
  }
  if (!inherits) closeStrayTerminals(new Set());
  const log = openLog(paths.log);
  process.on('uncaughtException', (error) => log.error('uncaught', error));
  process.on('unhandledRejection', (error) => log.error('unhandled', error));
  const { context, server, watch, leave } = assemble(paths, log);
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      leave(signal);
      process.exit(0);
    });
  process.on('SIGHUP', () => {});
  process.on('SIGPIPE', () => {});
  if (inherits) {
    const sessions = await takeOver(context, server, paths, {
      ready: () => say('ready'),
      taken: hangUp,
    });
    watch.start();
    log.info(`supervisor ${VERSION} took ${sessions} sessions over, Node ${process.version}`);
    keepYoungSpaceSmall();
    makeSnapshotLater(paths, log);
    return;
  }
  await server.listener.listen(paths.socket);
  nobodyCame = setTimeout(() => {
    if (context.table.size === 0 && server.idle) leave('nobody came');
  }, NOBODY_CAME_MS);
  nobodyCame.unref();
  report('ready');
  // While the client connects.
  log.info(`supervisor ${VERSION} listens, Node ${process.version}`);
  setTimeout(() => {
    if (context.leaving) return;
    watch.start();
    loadEmulator();
    keepYoungSpaceSmall();
    makeSnapshotLater(paths, log);
  }, SETTLED_MS).unref();
}

/** Everything that a supervisor consists of, and the way out. */
function assemble(paths: StatePaths, log: Log) {
  let leaving = false;
  const leave = (why: string) => {
    if (leaving) return;
    leaving = true;
    // First of all: whatever fails on the way out, it is one.
    setTimeout(() => process.exit(0), LAST_WORDS_MS);
    server.onIdle = () => process.exit(0);
    try {
      server.listener.unlink();
    } catch (error) {
      // A disk that is read-only by now. Nobody listens at what is left there.
      log.error('the socket cannot be removed', error);
    }
    log.info(`leaving: ${why}`);
    if (server.idle) process.exit(0);
  };
  const events = new EventHub();
  const notifier = new Notifier(log, paths.dir);
  process.once('exit', () => {
    try {
      notifier.flush();
    } catch (error) {
      // Thrown from here, it would keep the process from its end.
      log.error('the last notices are lost', error);
    }
  });
  const table = new SessionTable({
    log,
    recordsDir: paths.records,
    agentsDir: paths.agents,
    program: codexProgram,
    onEnded: (session, exit) => notifier.ended(session, exit),
    onEvent: (event, info, previous) => {
      if (nobodyCame) clearIdleTimeout(nobodyCame);
      nobodyCame = undefined;
      events.publish(event, info, previous);
      watch.sessionChanged();
      const session = event === 'status' ? table.get(info.fullName) : undefined;
      if (session) notifier.changed(session);
    },
    onEmpty: () =>
      whenSent(server, () => {
        if (table.size === 0) leave('no session is left');
      }),
  });
  const context: Context = {
    table,
    dataSockets: new DataSockets(),
    events,
    get leaving() {
      return leaving;
    },
    handOver: async (requester, { id, node, script }) => {
      const { dataSockets } = context;
      const eventSeq = () => events.seq;
      const takeLockBack = (from: number) => {
        try {
          if (!isHeldByUs(paths.lock)) acquireLock(paths.lock, from);
        } catch (error) {
          log.error('the lock cannot be taken back', error);
        }
      };
      const { log: logPath } = paths;
      const parts = { table, server, dataSockets, log, logPath, eventSeq, takeLockBack };
      try {
        return await handOver(parts, { node, script }, requester, id);
      } catch (error) {
        await watch.restore();
        return refuse(id, 'hand-over-failed', messageOf(error), 'Nothing has changed.');
      }
    },
  };
  const server = new Server(context, log);
  server.onIdle = () => {
    if (table.size === 0) leave('nobody is here');
  };
  const watch = new StateDirectoryWatch({
    paths,
    listener: server.listener,
    table,
    log,
    leaving: () => leaving,
  });
  return { context, server, watch, leave };
}

/**
 * Calls back once the clients have taken what the last session said, however slow their terminals
 * are; one that has stopped taking anything is not waited for. Meanwhile everything works as ever.
 */
function whenSent(server: Server, done: () => void, before = server.unsentBytes): void {
  if (before === 0) {
    done();
    return;
  }
  setTimeout(() => {
    const now = server.unsentBytes;
    if (now === before) done();
    else whenSent(server, done, now);
  }, CLIENT_STALLED_MS);
}

main().catch((error: unknown) => {
  report(`failed ${messageOf(error)}`);
  // A successor holds what its predecessor goes on with: it must not linger.
  process.exit(1);
});
