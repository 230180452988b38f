/**
 * Accepts connections. By its first line each becomes a control connection or the data connection of
 * an attachment.
 */
import { Socket } from 'node:net';
import { unwrittenBytes } from '../../platform/descriptor.ts';
import { VERSION } from '../../platform/version.ts';
import { world } from '../../platform/world.ts';
import { encode } from '../../protocol/framing.ts';
import { CONNECTIONS_MAX } from '../../protocol/limits.ts';
import { type FirstLine, type Notification, Request } from '../../protocol/messages.ts';
import { PROTOCOL } from '../../protocol/version.ts';
import type { Log } from '../../store/log.ts';
import type { Context } from './context.ts';
import { ControlConnection } from './control-connection.ts';
import { readFirstLine } from './first-line.ts';
import { Listener } from './listener.ts';
import { refuse } from './refusals.ts';

export class Server {
  readonly listener: Listener;
  /** The open control connections. */
  readonly controls = new Set<ControlConnection>();
  /** Called when the last control connection has closed. */
  onIdle: (() => void) | undefined;
  readonly #context: Context;
  readonly #log: Log;
  readonly #sockets = new Set<Socket>();
  /** Connections whose first line has not come yet. */
  readonly #greeting = new Set<Socket>();
  /** Connections that came while our predecessor may still continue; undefined afterwards. */
  #held: Socket[] | undefined;

  constructor(context: Context, log: Log) {
    this.#context = context;
    this.#log = log;
    this.listener = new Listener((socket) => this.#onConnection(socket), log);
  }

  get idle(): boolean {
    return this.controls.size === 0;
  }

  /** Number of connections whose first line has not come yet. */
  get greeting(): number {
    return this.#greeting.size;
  }

  /** A measure of what clients have not received yet; changes with every part received. */
  get unsentBytes(): number {
    let sum = 0;
    for (const socket of this.#sockets) {
      const queued = unwrittenBytes(socket) ?? 0;
      if (queued > 0) sum += queued + socket.writableLength;
    }
    return sum;
  }

  /** New connections wait until {@link serve}: the sessions are still the predecessor's. */
  hold(): void {
    this.#held = [];
  }

  /** The predecessor has stopped for good. */
  serve(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const socket of held) if (!socket.destroyed) this.#onConnection(socket);
  }

  /** Takes over a control connection of our predecessor, paused. */
  adoptControl(fd: number): ControlConnection {
    const control = this.#control(new Socket({ fd }));
    control.pause();
    return control;
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
    readFirstLine(socket, (line, rest) => {
      this.#greeting.delete(socket);
      this.#begin(socket, line, rest);
    });
  }

  #begin(socket: Socket, first: FirstLine | undefined, rest: Buffer): void {
    if (!first) {
      socket.on('error', () => socket.destroy());
      socket.end(encode(refuse(0, 'bad-message', 'not a codex-sessions client')));
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

/** Reads and drops further requests, so that the client can read the refusal. */
function turnAway(socket: Socket): void {
  const message = `there are ${CONNECTIONS_MAX} connections already`;
  socket.on('error', () => socket.destroy());
  socket.resume();
  socket.end(encode(refuse(0, 'limit', message, 'Close some first.')));
}

const place = world();
const WORLD = place === undefined ? {} : { world: place };

/** The same for any protocol version of the client: the client decides what it can do with ours. */
function welcome(): Notification {
  return {
    type: 'welcome',
    protocol: PROTOCOL,
    version: VERSION,
    pid: process.pid,
    ...WORLD,
    features: Request.options.map((option) => option.entries.type.literal),
  };
}
