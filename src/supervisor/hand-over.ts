/**
 * Gives everything that lives to a supervisor of another version: terminals, clients and the
 * socket go over as inherited descriptors, screens and states as data. Until the successor has
 * said that it has it all nothing is given up, and whatever fails before that, we go on serving.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { messageOf } from '../errors.ts';
import type { Attachment } from './attachment.ts';
import type { ControlConnection } from './control-connection.ts';
import { type ClientState, HAND_OVER_VERSION, type HandOverState } from './hand-over-state.ts';
import type { Asker } from './handlers.ts';
import type { Log } from './log.ts';
import type { Server } from './server.ts';
import type { Session } from './session.ts';
import type { SessionTable } from './table.ts';

/** Set for a successor: its state comes on this descriptor, one line, then `go`. */
export const TAKE_OVER_FD = 4;
export const TAKE_OVER_VARIABLE = 'CODEX_SESSIONS_TAKE_OVER';
const READY_FD = 3;
const FIRST_FREE_FD = 5;
/** Requests that run and output that is on its way get this long to come to rest. */
const REST_LIMIT_MS = 3_000;
const REST_POLL_MS = 5;
/** A successor starts in 50 ms and needs some ms a session; a loaded machine more. */
const READY_LIMIT_MS = 20_000;

export interface Estate {
  readonly table: SessionTable;
  readonly server: Server;
  readonly log: Log;
  readonly logPath: string;
  readonly eventSeq: () => number;
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
  estate: Estate,
  successor: Successor,
  asker: Asker,
  requestId: number,
): Promise<never> {
  const { table, server, log } = estate;
  const sessions = [...table.all()];
  let child: ChildProcess | undefined;
  try {
    await atRest(estate, asker);
    const fds = new Descriptors();
    const state = stateOf(estate, fds, asker, requestId);
    child = launch(estate, successor, fds);
    await acceptance(child, state);
  } catch (error) {
    child?.kill('SIGKILL');
    for (const session of sessions) session.thaw();
    for (const control of server.controls) control.resume();
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

/** Stops reading everywhere, and waits until nothing is half done. */
async function atRest({ table, server }: Estate, asker: Asker): Promise<void> {
  const limit = Date.now() + REST_LIMIT_MS;
  const poll = () => new Promise((resolve) => setTimeout(resolve, REST_POLL_MS));
  for (const control of server.controls) if (control !== asker) control.pause();
  while ([...server.controls].some((control) => control.busy(control === asker ? 1 : 0))) {
    if (Date.now() > limit) throw new Error('a request is still being worked on; try again');
    await poll();
  }
  for (const control of server.controls) control.pause();
  // All of them are asked, and asked again: what was at rest stays so.
  while ([...table.all()].map((session) => session.settle()).includes(false)) {
    if (Date.now() > limit) throw new Error('a session did not come to rest; try again');
    await poll();
  }
}

function stateOf(
  { table, server, eventSeq }: Estate,
  fds: Descriptors,
  asker: Asker,
  requestId: number,
): HandOverState {
  const numbers = new Map<ControlConnection, number>();
  for (const control of server.controls) numbers.set(control, fds.add(control.fd));
  return {
    version: HAND_OVER_VERSION,
    pid: process.pid,
    listener: fds.add(server.fd),
    controls: [...numbers].map(([control, fd]) => ({
      fd,
      partial: base64(control.takePartial()),
      ...(control.follows === undefined
        ? {}
        : { follows: control.follows && [...control.follows] }),
      ...(control === asker ? { answer: requestId } : {}),
    })),
    sessions: [...table.all()].map((session) => {
      const clients = [...numbers].flatMap(([control, fd]) =>
        control.attached?.session === session
          ? [clientState(session, control.attached.client, fd, fds)]
          : [],
      );
      return session.dump(clients, (fd) => fds.add(fd));
    }),
    colors: table.colors,
    eventSeq: eventSeq(),
  };
}

function clientState(
  session: Session,
  client: Attachment,
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
    leads: session.leads(client),
    typed: base64(client.takeTyped()),
  };
}

function launch({ logPath }: Estate, { node, script }: Successor, fds: Descriptors): ChildProcess {
  const log = openSync(logPath, 'a', 0o600);
  return spawn(node, [script], {
    cwd: '/',
    detached: true,
    env: { ...process.env, [TAKE_OVER_VARIABLE]: String(fds.ours.length) },
    stdio: ['ignore', log, log, 'pipe', 'pipe', ...fds.ours],
  });
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
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
}
