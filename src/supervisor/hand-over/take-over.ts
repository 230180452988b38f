/**
 * The successor's side of a hand-over: restores everything from the predecessor's state, reports that
 * it is ready, and neither reads nor writes before it learns that the predecessor has stopped.
 */
import { Socket } from 'node:net';
import * as v from 'valibot';
import { VERSION } from '../../platform/version.ts';
import { PROTOCOL } from '../../protocol/version.ts';
import { acquireLock } from '../../store/lock.ts';
import type { StatePaths } from '../../store/paths.ts';
import type { Context } from '../server/context.ts';
import type { ControlConnection } from '../server/control-connection.ts';
import { showPreview } from '../server/requests/preview.ts';
import { follow } from '../server/requests/script.ts';
import type { Server } from '../server/server.ts';
import { Client } from '../session/client.ts';
import type { Session } from '../session/session.ts';
import { thaw } from '../session/succession.ts';
import { TerminalModes } from '../session/terminal-modes.ts';
import { isGone, PredecessorLines } from './predecessor.ts';
import { HandOverState } from './state.ts';
import { closeStrayDescriptors } from './stray-descriptors.ts';

interface Taken {
  readonly state: HandOverState;
  readonly sessions: readonly Session[];
  readonly controls: ReadonlyMap<number, ControlConnection>;
  readonly memories: Memories;
  /** Input from clients that the predecessor has read but not processed; base64. */
  readonly typed: readonly (readonly [Session, Client, string])[];
}

/**
 * For sessions that have one: the descriptor of the memory file, to which the predecessor no longer
 * writes.
 */
export type Memories = readonly (readonly [Session, number])[];

export interface TakeOverReport {
  /** Everything has been restored. */
  ready(): void;
  /** The lock is taken, and the predecessor may exit. */
  taken(memories: Memories): void;
}

/**
 * Resolves to the number of sessions, once the predecessor has stopped and everything runs here.
 * @throws Error if anything fails: then the predecessor continues.
 */
export async function takeOver(
  context: Context,
  server: Server,
  paths: StatePaths,
  report: TakeOverReport,
): Promise<number> {
  const lines = new PredecessorLines();
  const parsed = v.safeParse(HandOverState, JSON.parse(await lines.next()));
  if (!parsed.success) throw new Error(`its state cannot be understood by version ${VERSION}`);
  const state = parsed.output;
  closeStrayDescriptors(inheritedBy(state));
  server.hold();
  await server.listener.adopt(paths.socket, state.listener, state.listenerInode);
  const taken = build(context, server, state);
  report.ready();
  const line = await lines.next().catch(() => 'gone');
  // A predecessor killed at this moment cannot continue, and everything that it had is here.
  if (line !== 'go' && !(await isGone(state.pid))) throw new Error('it has thought better of it');
  if (!takeLock(paths, state.pid)) throw new Error('another one has taken over');
  report.taken(taken.memories);
  goOn(context, taken);
  server.serve();
  return state.sessions.length;
}

function inheritedBy({ listener, controls, sessions, offered }: HandOverState): Set<number> {
  return new Set([
    listener,
    ...[...controls, ...offered].map(({ fd }) => fd),
    ...sessions.flatMap(({ master, memory, clients }) => [
      master,
      ...(memory === undefined ? [] : [memory]),
      ...clients.map(({ data }) => data),
    ]),
  ]);
}

/**
 * Not earlier: if we died while the predecessor continues, the lock would have no live holder, and the
 * next client would start another supervisor. A failure here is repaired later by
 * state-directory-watch.ts.
 */
function takeLock(paths: StatePaths, predecessor: number): boolean {
  try {
    return acquireLock(paths.lock, predecessor).held;
  } catch {
    // The disk is full, or the directory is gone.
    return true;
  }
}

function build(context: Context, server: Server, state: HandOverState): Taken {
  const controls = new Map<number, ControlConnection>();
  for (const { fd } of state.controls) controls.set(fd, server.adoptControl(fd));
  Object.assign(context.table.colors.known, state.colors);
  context.events.seq = state.eventSeq;
  const typed: [Session, Client, string][] = [];
  const memories: [Session, number][] = [];
  const sessions = state.sessions.map((old) => {
    const session = context.table.adopt(old);
    if (old.memory !== undefined) memories.push([session, old.memory]);
    for (const state of old.clients) {
      const control = controls.get(state.control);
      if (!control) continue;
      const socket = new Socket({ fd: state.data });
      const { typist } = state;
      const token = typist?.token ?? '';
      const client = new Client({ ...state, token }, socket, control.send, state.typedAt);
      Object.assign(client.typist, typist);
      client.output.sentBytes = state.sentBytes;
      client.modes = new TerminalModes(state.modes);
      control.attached = { session, client };
      session.clients.adopt(client, state);
      typed.push([session, client, state.typed]);
    }
    return session;
  });
  return { state, sessions, controls, memories, typed };
}

function goOn(context: Context, { state, sessions, controls, typed }: Taken): void {
  for (const [session, client, early] of typed) {
    const bytes = Buffer.from(early, 'base64');
    if (bytes.length > 0) session.clients.typed(client, bytes);
  }
  for (const session of sessions) thaw(session);
  for (const { token, fd, early } of state.offered) {
    const socket = new Socket({ fd });
    if (early !== '') socket.unshift(Buffer.from(early, 'base64'));
    context.dataSockets.offer(token, socket);
  }
  for (const { fd, partial, follows, preview, answer } of state.controls) {
    const control = controls.get(fd);
    if (!control) continue;
    if (follows !== undefined) follow(context, control, follows ?? undefined);
    if (preview) showPreview(context, control, preview);
    if (answer !== undefined)
      control.send({
        type: 'handed-over',
        id: answer,
        protocol: PROTOCOL,
        version: VERSION,
        pid: process.pid,
        sessions: sessions.length,
      });
    control.continueWith(Buffer.from(partial, 'base64'));
    control.resume();
  }
}
