/**
 * The socket: takes connections, reads their first line, and makes of each a control connection or
 * somebody's data connection. A connection that says nothing, or nonsense, is closed.
 */
import { chmodSync, renameSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server as NetServer, Socket } from 'node:net';
import * as v from 'valibot';
import { descriptorOf } from '../../platform/descriptor.ts';
import { clearIdleTimeout } from '../../platform/idle-timer.ts';
import { type SocketAddress, socketAddress } from '../../platform/socket-address.ts';
import { VERSION } from '../../platform/version.ts';
import { encode } from '../../protocol/framing.ts';
import {
  CONNECTIONS_MAX,
  FIRST_LINE_MAX_BYTES,
  FIRST_LINE_TIMEOUT_MS,
} from '../../protocol/limits.ts';
import { FirstLine, type Notification, Request } from '../../protocol/messages.ts';
import { PROTOCOL } from '../../protocol/version.ts';
import type { Log } from '../../store/log.ts';
import type { Context } from './context.ts';
import { ControlConnection } from './control-connection.ts';

const NEWLINE = 0x0a;
/** So many more are heard, to be told that there is no room. What comes on top is just closed. */
const TURNED_AWAY_MAX = 64;

export class Server {
  readonly #context: Context;
  readonly #log: Log;
  #server: NetServer;
  #address: SocketAddress | undefined;
  /** Control connections that live. */
  readonly controls = new Set<ControlConnection>();
  /** Called when the last control connection is gone. */
  onIdle: (() => void) | undefined;
  readonly #sockets = new Set<Socket>();
  readonly #greeting = new Set<Socket>();
  /** Who came while a predecessor may still go on; undefined where there is none. */
  #held: Socket[] | undefined;
  #inode: number | undefined;
  /** A successor has the listening socket, or is about to. */
  givenAway = false;
  #path = '';

  constructor(context: Context, log: Log) {
    this.#context = context;
    this.#log = log;
    this.#server = this.#create();
  }

  #create(): NetServer {
    const server = createServer((socket) => this.#onConnection(socket));
    server.maxConnections = CONNECTIONS_MAX + TURNED_AWAY_MAX;
    server.on('error', (error) => this.#log.error('the socket failed', error));
    return server;
  }

  get idle(): boolean {
    return this.controls.size === 0;
  }

  /** Bytes that clients have still to take from us; moves with every part that one takes. */
  get unsentBytes(): number {
    let sum = 0;
    for (const socket of this.#sockets) {
      const { _handle: handle } = socket as unknown as { _handle?: { writeQueueSize?: number } };
      const queued = handle?.writeQueueSize ?? 0;
      if (queued > 0) sum += queued + socket.writableLength;
    }
    return sum;
  }

  /** Listens on `path`, 0600. The caller holds the lock, so what lies there is stale. */
  listen(path: string): Promise<void> {
    this.#path = path;
    rmSync(path, { force: true });
    return new Promise((resolve, reject) => {
      const address = socketAddress(path);
      this.#address = address;
      this.#server.once('error', reject).once('close', () => reject(new Error('it was closed')));
      this.#server.listen(address.path, () => {
        this.#server.removeListener('error', reject);
        try {
          chmodSync(path, 0o600);
          this.#inode = statSync(path).ino;
          resolve();
        } catch (error) {
          // It has just been removed again.
          reject(error);
        }
      });
    });
  }

  /** The socket that we listen on lies where clients look for it. */
  get reachable(): boolean {
    // That is the successor's business now.
    if (this.givenAway) return true;
    return this.#inode !== undefined && inodeAt(this.#path) === this.#inode;
  }

  /** Connections that have not said yet what they are for. */
  get greeting(): number {
    return this.#greeting.size;
  }

  /** A successor has the listening socket as well: whoever comes from now on is for it. */
  stopAccepting(): void {
    const aside = `${this.#path}.${process.pid}`;
    const there = this.reachable;
    // Closing takes away whatever lies at the path.
    if (there) renameSync(this.#path, aside);
    this.givenAway = true;
    this.#server.close();
    if (there) renameSync(aside, this.#path);
  }

  /** There is no successor after all; nobody reaches us until {@link listenAgain}. */
  acceptAgain(): void {
    if (this.givenAway) this.#inode = undefined;
    this.givenAway = false;
  }

  /**
   * Puts the socket back that somebody has removed. Connections that there are stay. Not to be
   * called again before it is done: one place does, see keep-place.ts.
   */
  listenAgain(): Promise<void> {
    // Before the new one is there: closing takes away whatever lies at the old one's path.
    this.#server.close();
    this.#address?.release();
    this.#inode = undefined;
    this.#server = this.#create();
    return this.listen(this.#path);
  }

  /** The listening socket's descriptor. */
  get fd(): number | undefined {
    return descriptorOf(this.#server);
  }

  /** Of the socket's file; undefined where we have none. */
  get inode(): number | undefined {
    return this.#inode;
  }

  /**
   * Goes on listening on a socket that our predecessor opened at `path`. What lies there may be
   * another one by now: `inode` tells. Whoever comes waits for {@link serve}: until then nothing
   * is ours to give.
   */
  adopt(path: string, fd: number, inode?: number): Promise<void> {
    this.#path = path;
    this.#held = [];
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ fd }, () => {
        this.#server.removeListener('error', reject);
        this.#inode = inode ?? inodeAt(path);
        resolve();
      });
    });
  }

  /** The predecessor has stopped for good. */
  serve(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const socket of held) if (!socket.destroyed) this.#onConnection(socket);
  }

  /** Goes on with a control connection of our predecessor's; nothing is read of it yet. */
  adoptControl(fd: number): ControlConnection {
    const control = this.#control(new Socket({ fd }));
    control.pause();
    return control;
  }

  /** Takes the socket away, unless it is a successor's. */
  unlink(): void {
    if (!this.givenAway && this.reachable) rmSync(this.#path, { force: true });
  }

  #onConnection(socket: Socket): void {
    if (this.#held) {
      socket.on('error', () => socket.destroy());
      this.#held.push(socket);
      return;
    }
    this.#sockets.add(socket);
    this.#greeting.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#greeting.delete(socket);
    });
    let head: Buffer = Buffer.alloc(0);
    const limit = setTimeout(() => socket.destroy(), FIRST_LINE_TIMEOUT_MS);
    const onError = () => socket.destroy();
    const onData = (chunk: Buffer) => {
      head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
      const end = head.indexOf(NEWLINE);
      if (end < 0 && head.length <= FIRST_LINE_MAX_BYTES) return;
      clearIdleTimeout(limit);
      socket.off('data', onData);
      socket.off('error', onError);
      socket.pause();
      this.#greeting.delete(socket);
      if (end < 0 || end > FIRST_LINE_MAX_BYTES) socket.destroy();
      else this.#begin(socket, head.subarray(0, end), head.subarray(end + 1));
    };
    socket.on('data', onData);
    socket.on('error', onError);
    socket.once('close', () => clearTimeout(limit));
  }

  #begin(socket: Socket, line: Buffer, rest: Buffer): void {
    const first = parseFirstLine(line);
    if (!first) {
      socket.on('error', () => socket.destroy());
      socket.end(
        encode({
          type: 'refused',
          id: 0,
          code: 'bad-message',
          message: 'not a codex-sessions client',
        }),
      );
      return;
    }
    if (first.type === 'hello' && this.#sockets.size > CONNECTIONS_MAX) {
      turnAway(socket);
      return;
    }
    if (rest.length > 0) socket.unshift(rest);
    if (first.type === 'data') {
      this.#context.dataSockets.offer(first.token, socket);
      return;
    }
    socket.write(encode(welcome()));
    this.#control(socket);
  }

  #control(socket: Socket): ControlConnection {
    const control = new ControlConnection(socket, this.#context, this.#log);
    this.controls.add(control);
    socket.once('close', () => {
      this.controls.delete(control);
      if (this.controls.size === 0) this.onIdle?.();
    });
    return control;
  }
}

/** Undefined where nothing is, or nothing that we may look at. */
function inodeAt(path: string): number | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })?.ino;
  } catch {
    return undefined;
  }
}

/** What it has asked in the meantime is read and dropped, so that it gets to our word. */
function turnAway(socket: Socket): void {
  const message = `there are ${CONNECTIONS_MAX} connections already`;
  socket.on('error', () => socket.destroy());
  socket.resume();
  socket.end(encode({ type: 'refused', id: 0, code: 'limit', message, hint: 'Close some first.' }));
}

/** Whatever the client's protocol is: it decides what it can do with ours. */
function welcome(): Notification {
  return {
    type: 'welcome',
    protocol: PROTOCOL,
    version: VERSION,
    pid: process.pid,
    features: Request.options.map((option) => option.entries.type.literal),
  };
}

function parseFirstLine(line: Buffer): FirstLine | undefined {
  try {
    const parsed = v.safeParse(FirstLine, JSON.parse(line.toString('utf8')));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
