/**
 * Gives everything that lives to a supervisor of another version: terminals, clients and the
 * socket go over as inherited descriptors, screens and states as data. Until the successor has
 * said that it has it all nothing is given up, and whatever fails before that, we go on serving.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { base64 } from '../../platform/base64.ts';
import { descriptorOf, freeDescriptors, takeBuffered } from '../../platform/descriptor.ts';
import { messageOf } from '../../platform/errors.ts';
import { SUPERVISOR_NODE_FLAGS } from '../../platform/node-flags.ts';
import { openToAppend } from '../../platform/regular-file.ts';
import type { Log } from '../../store/log.ts';
import type { Requester } from '../server/context.ts';
import type { ControlConnection } from '../server/control-connection.ts';
import type { DataSockets } from '../server/data-sockets.ts';
import type { Server } from '../server/server.ts';
import type { Client } from '../session/client.ts';
import type { Session } from '../session/session.ts';
import type { ClientState } from '../session/session-state.ts';
import type { SessionTable } from '../session/table.ts';
import { HAND_OVER_VERSION, type HandOverState } from './state.ts';

/** Set for a successor: its state comes on this descriptor, one line, then `go`. */
export const TAKE_OVER_FD = 4;
export const TAKE_OVER_VARIABLE = 'CODEX_SESSIONS_TAKE_OVER';
const READY_FD = 3;
const FIRST_FREE_FD = 5;
/** Requests that run and output that is on its way get this long to come to rest. */
const REST_LIMIT_MS = 3_000;
const REST_POLL_MS = 5;
/** A successor needs a millisecond to take the lock. Whether it has or not, we are done. */
const LOCKED_LIMIT_MS = 1_000;
/** A killed process is gone within milliseconds; a loaded machine needs more. */
const KILLED_LIMIT_MS = 500;
/** Who has connected says what for at once; who says nothing is not waited for longer. */
const GREETING_LIMIT_MS = 300;
/** What a start of a process needs beside the descriptors that it hands on. */
const SPARE_FDS = 16;
/** A successor starts in 50 ms and needs some ms a session; a loaded machine more. */
const READY_LIMIT_MS = 20_000;

export interface HandOverParts {
  readonly table: SessionTable;
  readonly server: Server;
  readonly dataSockets: DataSockets;
  readonly log: Log;
  readonly logPath: string;
  readonly eventSeq: () => number;
  /** Takes the lock from a successor that fails. */
  readonly takeLockBack: (from: number) => void;
}

export interface Successor {
  /** Node's path, and the supervisor's bundle. */
  readonly node: string;
  readonly script: string;
}

/**
 * Does not return when it succeeds: this process is gone then.
 * @throws Error with the reason when it does not; everything is as before.
 */
export async function handOver(
  parts: HandOverParts,
  successor: Successor,
  requester: Requester,
  requestId: number,
): Promise<never> {
  const { table, server, log } = parts;
  const sessions = [...table.all()];
  let child: ChildProcess | undefined;
  let state: HandOverState | undefined;
  try {
    await atRest(parts, requester);
    // Nobody else gets a turn from here on until nobody new can come.
    const fds = new Descriptors();
    state = stateOf(parts, fds, requester, requestId);
    child = launch(parts, successor, fds);
    server.listener.giveAway();
    await acceptance(child, state);
  } catch (error) {
    // First of all: without a holder that lives, whoever finds no socket starts another supervisor.
    if (child?.pid !== undefined) parts.takeLockBack(child.pid);
    child?.kill('SIGKILL');
    server.listener.takeBack();
    goOn(parts, state);
    if (child) await ended(child);
    log.error('the hand-over failed, this supervisor goes on', error);
    throw error;
  }
  log.info(`handed ${sessions.length} sessions over to ${child.pid}`);
  process.exit(0);
}

/** Numbers of our descriptors in the order in which the successor gets them. */
class Descriptors {
  readonly ours: number[] = [];

  add(fd: number | undefined): number {
    if (fd === undefined || fd < 0) throw new Error('a connection has just been closed; try again');
    return FIRST_FREE_FD + this.ours.push(fd) - 1;
  }
}

/** Everything as it was before; `state` if it had come so far. */
function goOn({ table, server }: HandOverParts, state: HandOverState | undefined): void {
  for (const { spec, pending } of state?.sessions ?? [])
    table.get(spec.fullName)?.terminal.pty.write(Buffer.from(pending, 'base64'));
  for (const session of table.all()) session.thaw();
  for (const control of server.controls) control.resume();
}

/** Had it got as far as the lock, it does not hold it any more. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  let limit: NodeJS.Timeout | undefined;
  await Promise.race([
    new Promise((resolve) => child.once('exit', resolve)),
    new Promise((resolve) => {
      limit = setTimeout(resolve, KILLED_LIMIT_MS);
    }),
  ]);
  clearTimeout(limit);
}

/** Stops reading everywhere, and waits until nothing is half done: of those too who come meanwhile. */
async function atRest(
  { table, server, dataSockets }: HandOverParts,
  requester: Requester,
): Promise<void> {
  const begun = Date.now();
  for (;;) {
    for (const control of server.controls) control.pause();
    const busy = [...server.controls].some((control) =>
      control.busy(control === requester ? 1 : 0),
    );
    // All of them are asked, and asked again: what was at rest stays so.
    const settled = !busy && ![...table.all()].map((session) => session.freeze()).includes(false);
    const waited = Date.now() - begun;
    const closing = isClosing(server, table, dataSockets);
    if (settled && !closing && (server.greeting === 0 || waited > GREETING_LIMIT_MS)) return;
    if (waited > REST_LIMIT_MS)
      throw new Error(
        busy
          ? 'a request is still being worked on; try again'
          : 'a session did not come to rest; try again',
      );
    await new Promise((resolve) => setTimeout(resolve, REST_POLL_MS));
  }
}

/** A connection's descriptor is gone, and in this turn of the loop so will the connection be. */
function isClosing(server: Server, table: SessionTable, dataSockets: DataSockets): boolean {
  const descriptors = [
    ...[...server.controls].map(({ fd }) => fd),
    ...[...table.all()].flatMap(({ clients }) => [...clients].map(({ fd }) => fd)),
    ...dataSockets.offered().map(({ socket }) => descriptorOf(socket)),
  ];
  return descriptors.includes(undefined);
}

function stateOf(
  { table, server, dataSockets, eventSeq }: HandOverParts,
  fds: Descriptors,
  requester: Requester,
  requestId: number,
): HandOverState {
  const numbers = new Map<ControlConnection, number>();
  for (const control of server.controls) numbers.set(control, fds.add(control.fd));
  return {
    version: HAND_OVER_VERSION,
    pid: process.pid,
    listener: fds.add(server.listener.fd),
    ...(server.listener.inode === undefined ? {} : { listenerInode: server.listener.inode }),
    controls: [...numbers].map(([control, fd]) => ({
      fd,
      partial: base64(control.takePartial()),
      ...(control.follows === undefined
        ? {}
        : { follows: control.follows && [...control.follows] }),
      ...(control === requester ? { answer: requestId } : {}),
    })),
    sessions: [...table.all()].map((session) => {
      const clients = [...numbers].flatMap(([control, fd]) =>
        control.attached?.session === session
          ? [clientState(session, control.attached.client, fd, fds)]
          : [],
      );
      return session.dump(clients, (fd) => fds.add(fd));
    }),
    offered: dataSockets.offered().map(({ token, socket }) => ({
      token,
      fd: fds.add(descriptorOf(socket)),
      early: base64(takeBuffered(socket)),
    })),
    colors: table.colors,
    eventSeq: eventSeq(),
  };
}

function clientState(
  session: Session,
  client: Client,
  control: number,
  fds: Descriptors,
): ClientState {
  const { cols, rows, readOnly, typedAt, sentBytes } = client;
  return {
    control,
    data: fds.add(client.fd),
    cols,
    rows,
    readOnly,
    typedAt,
    sentBytes,
    leads: session.clients.leads(client),
    typed: base64(client.takeTyped()),
  };
}

function launch(
  { logPath, log: errorLog }: HandOverParts,
  { node, script }: Successor,
  fds: Descriptors,
): ChildProcess {
  // Node leaks the pipes of a child that fails for want of descriptors.
  const free = freeDescriptors();
  if (free !== undefined && free < fds.ours.length + SPARE_FDS)
    throw new Error(`${free} more files can be opened, which is too few for a hand-over`);
  const log = logOf(logPath);
  try {
    const child = spawn(node, [...SUPERVISOR_NODE_FLAGS, script], {
      cwd: '/',
      detached: true,
      env: { ...process.env, [TAKE_OVER_VARIABLE]: String(fds.ours.length) },
      stdio: ['ignore', log, log, 'pipe', 'pipe', ...fds.ours],
    });
    // There are no pipes where not even a process could be made; why not is said later.
    child.on('error', (error) => errorLog.error('the new supervisor cannot be started', error));
    if (child.pid === undefined && !child.stdio)
      throw new Error('the new supervisor cannot be started: no process could be made');
    return child;
  } finally {
    if (log !== 'ignore') closeSync(log);
  }
}

/** A disk that takes no log, or something else in its place, is no reason against an upgrade. */
function logOf(path: string): number | 'ignore' {
  try {
    return openToAppend(path);
  } catch {
    return 'ignore';
  }
}

/** Sends the state, waits until the successor has built everything from it, and lets it go on. */
async function acceptance(child: ChildProcess, state: HandOverState): Promise<void> {
  const words = child.stdio[TAKE_OVER_FD] as Writable;
  const answer = child.stdio[READY_FD] as Readable;
  const said = new Promise<string>((resolve, reject) => {
    let text = '';
    const limit = setTimeout(
      () => reject(new Error(`the new supervisor was not ready in ${READY_LIMIT_MS / 1000} s`)),
      READY_LIMIT_MS,
    );
    const end = () => {
      clearTimeout(limit);
      resolve(text.split('\n')[0] ?? '');
    };
    answer.on('data', (bytes: Buffer) => {
      text += bytes.toString('utf8');
      if (text.includes('\n')) end();
    });
    answer.once('end', end);
    answer.once('error', end);
    words.once('error', end);
    child.once('error', (error) => {
      clearTimeout(limit);
      reject(new Error(`the new supervisor cannot be started: ${messageOf(error)}`));
    });
  });
  words.write(`${JSON.stringify(state)}\n`);
  const line = await said;
  if (line !== 'ready')
    throw new Error(`the new supervisor said: ${line.replace(/^failed /, '') || 'nothing'}`);
  await new Promise<void>((resolve, reject) => {
    words.write('go\n', (error) => (error ? reject(error) : resolve()));
  });
  await locked(answer);
}

/** It closes its pipe when it has the lock; one of an earlier version has done both already. */
async function locked(answer: Readable): Promise<void> {
  if (answer.closed) return;
  await new Promise((resolve) => {
    answer.once('close', resolve);
    setTimeout(resolve, LOCKED_LIMIT_MS);
  });
}
