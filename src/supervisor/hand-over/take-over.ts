/**
 * The successor's side of a hand-over: builds everything from what the predecessor left, says that
 * it is ready, and begins to read and write only when it is told that the other has stopped for good.
 */
import { closeSync, readdirSync, readlinkSync } from 'node:fs';
import { Socket } from 'node:net';
import * as v from 'valibot';
import { isAlive, startTimeOf } from '../../platform/process-identity.ts';
import { VERSION } from '../../platform/version.ts';
import { PROTOCOL } from '../../protocol/version.ts';
import { acquireLock } from '../../store/lock.ts';
import type { StatePaths } from '../../store/paths.ts';
import type { Context } from '../server/context.ts';
import type { ControlConnection } from '../server/control-connection.ts';
import { follow } from '../server/requests/script.ts';
import type { Server } from '../server/server.ts';
import { Client } from '../session/client.ts';
import type { Session } from '../session/session.ts';
import { TAKE_OVER_FD } from './hand-over.ts';
import { HandOverState } from './state.ts';

/** The predecessor writes its state within milliseconds of our start. */
const STATE_LIMIT_MS = 20_000;

/** The kernel closes a killed process's descriptors first; the rest takes milliseconds. */
const GONE_LIMIT_MS = 500;
const GONE_POLL_MS = 5;

interface Taken {
  readonly state: HandOverState;
  readonly sessions: readonly Session[];
  readonly controls: ReadonlyMap<number, ControlConnection>;
  readonly typed: readonly (readonly [Session, Client, string])[];
}

export interface Teller {
  /** All of it is here. */
  ready(): void;
  /** So is the lock: the predecessor may end. */
  taken(): void;
}

/**
 * Takes everything over; resolves when the predecessor does nothing more and everything goes on.
 * @throws Error when something is not as it should be: then the predecessor goes on.
 */
export async function takeOver(
  context: Context,
  server: Server,
  paths: StatePaths,
  tell: Teller,
): Promise<number> {
  const words = new Words(new Socket({ fd: TAKE_OVER_FD }));
  const parsed = v.safeParse(HandOverState, JSON.parse(await words.next()));
  if (!parsed.success) throw new Error(`its state cannot be understood by version ${VERSION}`);
  const state = parsed.output;
  closeStrayTerminals(new Set(state.sessions.map(({ master }) => master)));
  server.hold();
  await server.listener.adopt(paths.socket, state.listener, state.listenerInode);
  const taken = build(context, server, state);
  tell.ready();
  const word = await words.next().catch(() => 'gone');
  // Killed at this moment it cannot go on, and all that it had is here.
  if (word !== 'go' && !(await isGone(state.pid))) throw new Error('it has thought better of it');
  takeLock(paths, state.pid);
  tell.taken();
  goOn(context, taken);
  server.serve();
  return state.sessions.length;
}

/**
 * Not before it is ours to have: died we then, there would be a lock that nobody holds while our
 * predecessor goes on, and whoever came would start another supervisor. What keeps us from it now
 * costs no session: see keep-place.ts.
 */
function takeLock(paths: StatePaths, predecessor: number): void {
  try {
    acquireLock(paths.lock, predecessor);
  } catch {
    // A full disk, or no directory.
  }
}

/** Its pipe is closed a moment before it is gone. */
async function isGone(pid: number): Promise<boolean> {
  const startTime = startTimeOf(pid);
  for (let waitedMs = 0; waitedMs < GONE_LIMIT_MS; waitedMs += GONE_POLL_MS) {
    if (startTime === undefined || !isAlive(pid, startTime)) return true;
    await new Promise((resolve) => setTimeout(resolve, GONE_POLL_MS));
  }
  return false;
}

function build(context: Context, server: Server, state: HandOverState): Taken {
  const controls = new Map<number, ControlConnection>();
  for (const { fd } of state.controls) controls.set(fd, server.adoptControl(fd));
  Object.assign(context.table.colors, state.colors);
  context.events.seq = state.eventSeq;
  const typed: [Session, Client, string][] = [];
  const sessions = state.sessions.map((old) => {
    const session = context.table.adopt(old);
    for (const { control: fd, data, leads, typed: early, ...terminal } of old.clients) {
      const control = controls.get(fd);
      if (!control) continue;
      const socket = new Socket({ fd: data });
      const client = new Client({ ...terminal, token: '' }, socket, control.say, terminal.typedAt);
      client.sentBytes = terminal.sentBytes;
      control.attached = { session, client };
      session.clients.adopt(client, leads);
      typed.push([session, client, early]);
    }
    return session;
  });
  return { state, sessions, controls, typed };
}

function goOn(context: Context, { state, sessions, controls, typed }: Taken): void {
  for (const [session, client, early] of typed) {
    const bytes = Buffer.from(early, 'base64');
    if (bytes.length > 0) session.clients.typed(client, bytes);
  }
  for (const session of sessions) session.thaw();
  for (const { token, fd, early } of state.offered) {
    const socket = new Socket({ fd });
    if (early !== '') socket.unshift(Buffer.from(early, 'base64'));
    context.dataSockets.offer(token, socket);
  }
  for (const { fd, partial, follows, answer } of state.controls) {
    const control = controls.get(fd);
    if (!control) continue;
    if (follows !== undefined) follow(context, control, follows ?? undefined);
    if (answer !== undefined)
      control.say({
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

/**
 * Terminals that we were given without being meant to: masters have no close-on-exec, neither in a
 * predecessor, from which we got each a second time, nor in many a terminal program above the
 * client that started us. Kept, they would hold a terminal open after its end.
 */
export function closeStrayTerminals(ours: ReadonlySet<number>): void {
  for (const name of descriptors()) {
    const fd = Number(name);
    if (fd <= TAKE_OVER_FD || ours.has(fd)) continue;
    try {
      if (/^\/dev\/(?:pts\/)?ptmx$/.test(readlinkSync(`/proc/self/fd/${name}`))) closeSync(fd);
    } catch {
      // It was the descriptor of the listing itself.
    }
  }
}

function descriptors(): string[] {
  try {
    return readdirSync('/proc/self/fd');
  } catch {
    return [];
  }
}

/** Lines from the predecessor. */
class Words {
  #text = '';
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(socket: Socket) {
    const parts: Buffer[] = [];
    socket.on('data', (bytes: Buffer) => {
      parts.push(bytes);
      if (!bytes.includes(0x0a)) return;
      this.#text += Buffer.concat(parts.splice(0)).toString('utf8');
      this.#wake?.();
    });
    const end = () => {
      this.#ended = true;
      this.#wake?.();
    };
    socket.once('end', end);
    socket.once('error', end);
  }

  async next(): Promise<string> {
    const limit = Date.now() + STATE_LIMIT_MS;
    for (;;) {
      const end = this.#text.indexOf('\n');
      if (end >= 0) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        return line;
      }
      const left = limit - Date.now();
      if (this.#ended || left <= 0) throw new Error('the supervisor before this one has gone away');
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}
