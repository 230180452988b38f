/** Collects what a successor gets: the state, and our descriptors, numbered as in the state. */
import { base64 } from '../../platform/base64.ts';
import { descriptorOf, takeBuffered } from '../../platform/descriptor.ts';
import type { Requester } from '../server/context.ts';
import type { ControlConnection } from '../server/control-connection.ts';
import type { Client } from '../session/client.ts';
import type { Session } from '../session/session.ts';
import type { ClientState } from '../session/session-state.ts';
import { stateOf } from '../session/shown-state.ts';
import { dump } from '../session/succession.ts';
import type { HandOverParts } from './parts.ts';
import { FIRST_INHERITED_FD, HAND_OVER_VERSION, type HandOverState } from './state.ts';

/** Our descriptors that the successor inherits, in the order of its own table. */
export class Descriptors {
  readonly ours: number[] = [];

  /** @returns its number in the successor. */
  add(fd: number | undefined): number {
    if (fd === undefined || fd < 0) throw new Error('a connection has just been closed; try again');
    return FIRST_INHERITED_FD + this.ours.push(fd) - 1;
  }
}

/** Everything must be at rest. Removes from the connections what was read but not processed. */
export function collectState(
  { table, server, dataSockets, events }: HandOverParts,
  fds: Descriptors,
  requester: Requester,
  requestId: number,
): HandOverState {
  const numbers = new Map<ControlConnection, number>();
  for (const control of server.controls) numbers.set(control, fds.add(control.fd));
  const { listener } = server;
  return {
    version: HAND_OVER_VERSION,
    pid: process.pid,
    listener: fds.add(listener.fd),
    ...(listener.inode === undefined ? {} : { listenerInode: listener.inode }),
    controls: [...numbers].map(([control, fd]) => ({
      fd,
      partial: base64(control.takePartial()),
      ...(control.follows === undefined
        ? {}
        : { follows: control.follows && [...control.follows] }),
      ...previewOf(control),
      ...(control === requester ? { answer: requestId } : {}),
    })),
    sessions: [...table.all()].map((session) =>
      dump(session, clientStates(session, numbers, fds), (fd) => fds.add(fd)),
    ),
    offered: dataSockets.offered().map(({ token, socket }) => ({
      token,
      fd: fds.add(descriptorOf(socket)),
      early: base64(takeBuffered(socket)),
    })),
    colors: table.colors.known,
    eventSeq: events.seq,
  };
}

function previewOf({ preview }: ControlConnection) {
  if (!preview || preview.session.exit) return {};
  const { session, size } = preview;
  return { preview: { fullName: session.fullName, cols: size.cols, rows: size.rows } };
}

function clientStates(
  session: Session,
  numbers: ReadonlyMap<ControlConnection, number>,
  fds: Descriptors,
): ClientState[] {
  return [...numbers].flatMap(([control, fd]) =>
    control.attached?.session === session
      ? [clientState(session, control.attached.client, fd, fds)]
      : [],
  );
}

function clientState(
  session: Session,
  client: Client,
  control: number,
  fds: Descriptors,
): ClientState {
  const { cols, rows, readOnly, typedAt, output, identity, shows, placed, held } = client;
  const { screen } = session.terminal;
  return {
    control,
    data: fds.add(client.fd),
    cols,
    rows,
    readOnly,
    typedAt,
    sentBytes: output.sentBytes,
    leads: session.clients.leads(client),
    modes: client.modes.dump(),
    typed: base64(client.takeTyped()),
    typist: client.typist,
    ...(identity === undefined ? {} : { identity }),
    scrollback: client.scrollbackOnAttach,
    shows,
    placed,
    ...(held ? { held: { ...stateOf(held.shown, screen), moved: held.moved } } : {}),
  };
}
