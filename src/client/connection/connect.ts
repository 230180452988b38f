/** Connects to the running supervisor, or launches one first. */
import { connect as connectSocket, Socket } from 'node:net';
import { errorCode, messageOf, UserError } from '../../platform/errors.ts';
import { privateSocketAddress, type SocketAddress } from '../../platform/socket-address.ts';
import { livingGuard } from '../../store/guard-link.ts';
import { isHolding, lockHolder } from '../../store/lock-holder.ts';
import { hasPrivateState, type StatePaths } from '../../store/paths.ts';
import { Connection } from './connection.ts';
import { ifItHangs } from './if-it-hangs.ts';

/** Simultaneous starts wait for one supervisor, which is up in some 50 ms, later on a loaded machine. */
const LAUNCH_LIMIT_MS = 15_000;
const RETRY_MS = 10;
/** A supervisor puts a removed socket back after 100 ms; one that starts opens it sooner. */
const PUT_BACK_MS = 2_000;
/**
 * How long a connection may wait in the queue of a busy supervisor; as long as a request for its
 * answer.
 */
const QUEUE_FULL_MS = 10_000;

/**
 * Connects to the running supervisor; undefined if there is none.
 * @throws UserError when the state directory is another user's, who could read everything sent; and
 * when the supervisor cannot be reached, as a list would call its live sessions lost.
 */
export async function connect(paths: StatePaths): Promise<Connection | undefined> {
  const found = await tryConnect(paths);
  if (found === 'unreachable') throw unreachable(paths);
  return found;
}

/** As {@link connect}, but returns just the socket. */
export async function openSupervisorSocket(paths: StatePaths): Promise<Socket | undefined> {
  const found = await findSocket(paths);
  if (found === 'unreachable') throw unreachable(paths);
  return found;
}

/** The connection reopens its socket if that closes before anything was received. */
async function tryConnect(paths: StatePaths): Promise<Connection | 'unreachable' | undefined> {
  const socket = await findSocket(paths);
  if (!socket || socket === 'unreachable') return socket;
  const reopen = async () => {
    const again = await findSocket(paths);
    return again === 'unreachable' ? undefined : again;
  };
  return new Connection(socket, reopen, () => ifItHangs(paths));
}

/**
 * If a supervisor holds the lock, or a guard is about to, waits up to {@link PUT_BACK_MS} for the
 * socket. A supervisor that takes the lock just after our check is only starting, so it counts as
 * not running.
 * @throws UserError when the queue of connections stays full for {@link QUEUE_FULL_MS}
 */
async function findSocket(paths: StatePaths): Promise<Socket | 'unreachable' | undefined> {
  if (!hasPrivateState(paths)) return undefined;
  const begunAt = Date.now();
  for (;;) {
    const found = await openSocket(paths.socket);
    if (found instanceof Socket) return found;
    if (found === 'nobody' && !lockIsHeld(paths)) return undefined;
    const waitedMs = Date.now() - begunAt;
    if (found === 'nobody' && waitedMs > PUT_BACK_MS) return 'unreachable';
    if (found === 'full' && waitedMs > QUEUE_FULL_MS) throw queueIsFull(paths);
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

function queueIsFull(paths: StatePaths): UserError {
  return new UserError(
    `a supervisor runs, but has accepted no connection for ${QUEUE_FULL_MS / 1_000} s`,
    ifItHangs(paths),
  );
}

function unreachable(paths: StatePaths): UserError {
  const { socket, log } = paths;
  return new UserError(
    `a supervisor runs, but its socket ${socket} cannot be reached`,
    `${ifItHangs(paths)} See also ${log}.`,
  );
}

/** Whether a supervisor is running or taking over, with or without a socket. */
function lockIsHeld(paths: StatePaths): boolean {
  try {
    const holder = lockHolder(paths.lock);
    // In this order, as a guard takes the lock before it names the next one.
    return (holder !== undefined && isHolding(holder)) || livingGuard(paths) !== undefined;
  } catch {
    // There is no state directory, or we may not read it.
    return false;
  }
}

/** Connects, launching a supervisor first if none is running. @throws UserError when that fails */
export async function connectOrLaunch(paths: StatePaths): Promise<Connection> {
  const connection = await tryConnect(paths);
  return connection instanceof Connection ? connection : launchAndConnect(paths);
}

/** For a caller that found none: launches one, and connects to it or to one launched just before. */
export async function launchAndConnect(paths: StatePaths): Promise<Connection> {
  const limit = Date.now() + LAUNCH_LIMIT_MS;
  const { launch } = await import('./launch.ts');
  for (;;) {
    const outcome = await launch(paths);
    if (outcome === 'taken') await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    const connection = await tryConnect(paths);
    if (connection instanceof Connection) return connection;
    if (Date.now() > limit) throw unreachable(paths);
  }
}

/** Errors of connect(2) if no process listens any more, or yet. */
const NOBODY: ReadonlySet<string> = new Set([
  'ENOENT',
  'ENOTDIR',
  'ECONNREFUSED',
  // The listener was closed while we were in its queue. A killed process closes its connections one
  // by one, so a client that lost one connects again before the listening socket is gone.
  'ECONNRESET',
]);

/** `full`: the listener's queue of connections is full, see unix(7). */
function openSocket(path: string): Promise<Socket | 'nobody' | 'full'> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      const code = errorCode(error) ?? '';
      if (NOBODY.has(code)) resolve('nobody');
      else if (code === 'EAGAIN') resolve('full');
      else reject(cannotConnect(path, error));
    };
    let address: SocketAddress;
    try {
      address = privateSocketAddress(path);
    } catch (error) {
      fail(error);
      return;
    }
    const socket = connectSocket(address.path);
    socket.once('connect', () => {
      address.release();
      socket.removeAllListeners('error');
      resolve(socket);
    });
    socket.once('error', (error) => {
      address.release();
      fail(error);
    });
  });
}

function cannotConnect(path: string, error: unknown): UserError {
  const code = errorCode(error);
  return new UserError(
    `cannot connect to the supervisor at ${path} (${code ?? messageOf(error)})`,
    code === undefined || code === 'EACCES' || code === 'EPERM'
      ? 'The state directory belongs to another user: set CODEX_SESSIONS_DIR to one of your own.'
      : 'Try again; "codex-sessions ls" shows what runs.',
  );
}
