/** Reaching the supervisor: connect to the one that runs, or start one first. */
import { connect as connectSocket, type Socket } from 'node:net';
import { errorCode, messageOf, UserError } from '../../platform/errors.ts';
import { privateSocketAddress, type SocketAddress } from '../../platform/socket-address.ts';
import { isHolding, lockHolder } from '../../store/lock-holder.ts';
import { hasPrivateState, type StatePaths } from '../../store/paths.ts';
import { Connection, isLeaving } from './connection.ts';

/** Several starts at once wait for one supervisor, which needs some 50 ms; a loaded machine more. */
const LAUNCH_LIMIT_MS = 15_000;
const RETRY_MS = 10;
/** A supervisor whose socket is removed puts it back after 100 ms; one that starts opens it sooner. */
const PUT_BACK_MS = 2_000;
/** Meeting a supervisor in the moment of its leaving is rare; more often in a row is no chance. */
const LEAVING_MAX = 5;

/**
 * Connects to the supervisor that runs; undefined when none does.
 * @throws UserError when the place is another user's: whoever listens there would be told everything;
 * and when one runs that cannot be reached: without that a list would call sessions lost that live.
 */
export async function connect(paths: StatePaths): Promise<Connection | undefined> {
  const found = await tryConnect(paths);
  if (found === 'unreachable') throw unreachable(paths);
  return found;
}

/** With a connection that is made again where it ends unheard. */
async function tryConnect(paths: StatePaths): Promise<Connection | 'unreachable' | undefined> {
  const socket = await reach(paths);
  if (!socket || socket === 'unreachable') return socket;
  return new Connection(socket, async () => {
    const again = await reach(paths);
    return again === 'unreachable' ? undefined : again;
  });
}

/**
 * Waits a little for a supervisor that runs, and whose socket is not there. One that takes the lock
 * just after we have looked is only starting: nothing was there to be connected to.
 */
async function reach(paths: StatePaths): Promise<Socket | 'unreachable' | undefined> {
  if (!hasPrivateState(paths)) return undefined;
  const limit = Date.now() + PUT_BACK_MS;
  for (;;) {
    const socket = await open(paths.socket);
    if (socket) return socket;
    if (!lockIsHeld(paths)) return undefined;
    if (Date.now() > limit) return 'unreachable';
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

function unreachable({ socket, log }: StatePaths): UserError {
  return new UserError(
    `a supervisor runs, but its socket ${socket} cannot be reached`,
    `See ${log}; if the supervisor hangs, end it and start again.`,
  );
}

/** A supervisor runs, whether its socket is there or not. */
function lockIsHeld(paths: StatePaths): boolean {
  try {
    const holder = lockHolder(paths.lock);
    return holder !== undefined && isHolding(holder);
  } catch {
    // There is no state directory, or not for us.
    return false;
  }
}

/** Connects, and starts a supervisor first where none runs. */
export async function connectOrLaunch(paths: StatePaths): Promise<Connection> {
  const limit = Date.now() + LAUNCH_LIMIT_MS;
  for (;;) {
    const connection = await tryConnect(paths);
    if (connection instanceof Connection) return connection;
    const { launch } = await import('./launch.ts');
    const outcome = await launch(paths);
    if (outcome === 'taken') await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    if (Date.now() > limit) throw unreachable(paths);
  }
}

/**
 * Does what begins something new: a supervisor that leaves with its last session while we ask is
 * not the answer, its successor is. `first` is a connection that there is already.
 */
export async function withSupervisor<T>(
  paths: StatePaths,
  first: Connection | undefined,
  attempt: (connection: Connection) => Promise<T>,
): Promise<T> {
  let connection = first ?? (await connectOrLaunch(paths));
  for (let tries = 1; ; tries++) {
    try {
      return await attempt(connection);
    } catch (error) {
      if (!isLeaving(error) || tries === LEAVING_MAX) throw error;
      connection.close();
      connection = await connectOrLaunch(paths);
    }
  }
}

/** A connected socket, or undefined when nobody listens at `path`. */
export function open(path: string): Promise<Socket | undefined> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      const code = errorCode(error);
      if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTDIR') resolve(undefined);
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
