/**
 * Makes the supervisor of another machine available here, as a socket in a private directory: each
 * connection to it is a channel to the supervisor there. So the client's own code works on it; only
 * input bypasses the socket. After the ssh connection breaks, the next connection to the socket
 * makes a new one.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { messageOf } from '../platform/errors.ts';
import { privately } from '../platform/private-files.ts';
import { startTimeOf } from '../platform/process-identity.ts';
import { type SocketAddress, socketAddress } from '../platform/socket-address.ts';
import { uniqueHex } from '../platform/unique.ts';
import { ensurePrivateDirectory, type StatePaths, statePaths } from '../store/paths.ts';
import { ChannelStream } from './channel-stream.ts';
import { parseRefusal, type SocketRequest } from './dial/requests.ts';
import type { Host } from './host.ts';
import { SshError } from './ssh/failures.ts';
import { type Line, openLine } from './ssh/line.ts';
import { controlPath, socketId } from './ssh/shared-line.ts';

/** Limit for one of many attempts: one that hangs must not delay the next, which may succeed. */
const AGAIN_LIMIT_MS = 10_000;
/** After a failure it is not tried again within this time; the client waits longer than this. */
const AT_ONCE_MS = 400;

/** Removes files of processes that were killed. */
function removeLeftovers(place: string): void {
  for (const name of readdirSync(place)) {
    const [, pid] = /^at-(\d+)-/.exec(name) ?? [];
    if (pid !== undefined && startTimeOf(Number(pid)) === undefined)
      rmSync(join(place, name), { recursive: true, force: true });
  }
}

export class Bridge {
  /** For the client: with this socket, and nothing else. */
  readonly paths: StatePaths;
  /** Called with the number of bytes of input that arrived there too late. */
  onDropped: ((bytes: number) => void) | undefined;
  readonly host: Host;
  readonly #own: StatePaths;
  readonly #id = uniqueHex();
  readonly #directory: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #address: SocketAddress | undefined;
  #line: Line | undefined;
  #opening: Promise<Line> | undefined;
  /** Two simultaneous readings of the clocks, there and here. */
  #clock = { here: 0, there: 0 };
  /** Of the last attempt. */
  #failure: { readonly at: number; readonly error: unknown } | undefined;
  #nobody = false;
  #asks = false;
  #problem: string | undefined;

  /** `paths`: this user's own, on this machine. To be opened by {@link listen}. */
  constructor(paths: StatePaths, line: Line) {
    this.#own = paths;
    this.host = line.host;
    this.#directory = join(paths.dir, 'ssh', `at-${process.pid}-${uniqueHex().slice(-8)}`);
    this.paths = statePaths({ ...process.env, CODEX_SESSIONS_DIR: this.#directory });
    this.#server = createServer((socket) => void this.#onConnection(socket));
    this.#take(line);
  }

  get line(): Line | undefined {
    return this.#line;
  }

  /** No supervisor is running there. */
  get nobody(): boolean {
    return this.#nobody;
  }

  /** Why there is no connection at the moment, in a sentence. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /**
   * A new line requires an answer from the user, whom ssh cannot ask while the terminal shows a session.
   */
  get asks(): boolean {
    return this.#asks;
  }

  /** … and there is a shared connection by now, for which the user has answered elsewhere. */
  get isShared(): boolean {
    if (!this.#asks) return false;
    const path = controlPath(this.#own, this.host);
    return path !== undefined && socketId(path) !== undefined;
  }

  async listen(): Promise<void> {
    const place = join(this.#own.dir, 'ssh');
    ensurePrivateDirectory(place);
    removeLeftovers(place);
    privately(() => mkdirSync(this.#directory));
    const address = socketAddress(this.paths.socket);
    this.#address = address;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      privately(() => this.#server.listen(address.path, resolve));
    });
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    this.#line?.close();
    this.#address?.release();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #take(line: Line): void {
    this.#line = line;
    this.#clock = { here: line.greetedAt, there: 0 };
    void line.lost.then((error) => {
      if (this.#line !== line) return;
      this.#line = undefined;
      this.#problem = error.message;
    });
  }

  /**
   * The line, opened again if it was lost; ssh asks the user nothing.
   * @throws UserError that says why there is none
   */
  reach(): Promise<Line> {
    return this.#reach();
  }

  /** ssh may not ask the user: the terminal shows a session. */
  async #reach(): Promise<Line> {
    if (this.#line) return this.#line;
    // Both connections of an attachment ask, several times each.
    if (this.#failure && Date.now() - this.#failure.at < AT_ONCE_MS) throw this.#failure.error;
    this.#opening ??= openLine(this.#own, this.host, {
      mayAsk: false,
      onSaid: () => {},
      limitMs: AGAIN_LIMIT_MS,
    })
      .then((line) => {
        this.#take(line);
        this.#asks = false;
        return line;
      })
      .catch((error: unknown) => {
        this.#failure = { at: Date.now(), error };
        this.#asks = error instanceof SshError && error.asks;
        throw error;
      })
      .finally(() => {
        this.#opening = undefined;
      });
    return this.#opening;
  }

  async #onConnection(socket: Socket): Promise<void> {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.#sockets.delete(socket));
    try {
      const line = await this.#reach();
      this.#problem = undefined;
      if (!socket.destroyed) this.#relay(socket, line);
    } catch (error) {
      this.#problem = messageOf(error);
      socket.destroy();
    }
  }

  #relay(socket: Socket, line: Line): void {
    const send = () => {
      socket.on('data', (bytes) => {
        if (!channel.send(bytes)) socket.pause();
      });
      socket.once('end', () => channel.end());
    };
    const early = line.greeting.features.includes('early');
    const channel = line.channels.open(this.#request(), {
      onOpened: () => {
        this.#nobody = false;
        if (!early) send();
      },
      onRefused: (why) => {
        this.#nobody = true;
        this.#problem = parseRefusal(why).message;
        socket.destroy();
      },
      onData: (bytes) => {
        socket.write(bytes, () => channel.taken(bytes.length));
      },
      onDrain: () => socket.resume(),
      onEnd: () => socket.end(),
      onClosed: () => socket.destroy(),
    });
    socket.once('close', () => channel.close());
    // Otherwise it would take another round trip.
    if (early) send();
  }

  /** A data connection that bypasses the socket. */
  openData(): Duplex {
    return new ChannelStream(
      this.#reach().then((line) => ({
        line,
        request: this.#request(),
        clock: line.greeting.features.includes('typed') ? () => this.#now() : undefined,
        onDropped: (bytes, clock) => {
          // If one of the clocks has jumped, this makes them agree again.
          this.#clock = { here: Date.now(), there: clock };
          this.onDropped?.(bytes);
        },
      })),
    );
  }

  #request(): SocketRequest {
    return { type: 'socket', voids: this.#id };
  }

  #now(): number {
    const { here, there } = this.#clock;
    return there + Date.now() - here;
  }
}
