/** The listening socket, at the path where clients look for it, until a successor takes it over. */
import { chmodSync, renameSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server as NetServer, type Socket } from 'node:net';
import { descriptorOf } from '../../platform/descriptor.ts';
import { type SocketAddress, socketAddress } from '../../platform/socket-address.ts';
import { CONNECTIONS_MAX } from '../../protocol/limits.ts';
import type { Log } from '../../store/log.ts';

/** Connections beyond the maximum that are accepted to be refused with a message; others are closed. */
const REFUSED_MAX = 64;
/**
 * How many connections may wait to be accepted, in a burst or while the process is stopped for a
 * moment. The system's own limit (net.core.somaxconn) is 4,096 on Linux; Node's default is 511.
 */
const QUEUE_MAX = 4_096;

export class Listener {
  readonly #onConnection: (socket: Socket) => void;
  readonly #log: Log;
  /** Called when another socket is listened on. */
  onChanged: (() => void) | undefined;
  #server: NetServer;
  #path = '';
  #address: SocketAddress | undefined;
  #inode: number | undefined;
  #givenAway = false;

  constructor(onConnection: (socket: Socket) => void, log: Log) {
    this.#onConnection = onConnection;
    this.#log = log;
    this.#server = this.#create();
  }

  #create(): NetServer {
    const server = createServer((socket) => this.#onConnection(socket));
    server.maxConnections = CONNECTIONS_MAX + REFUSED_MAX;
    server.on('error', (error) => this.#log.error('the socket failed', error));
    return server;
  }

  /** Listens on `path`, mode 0600. The caller holds the lock, so an existing socket is stale. */
  listen(path: string): Promise<void> {
    this.#path = path;
    rmSync(path, { force: true });
    return new Promise((resolve, reject) => {
      const address = socketAddress(path);
      this.#address = address;
      this.#server.once('error', reject).once('close', () => reject(new Error('it was closed')));
      this.#server.listen({ path: address.path, backlog: QUEUE_MAX }, () => {
        this.#server.removeListener('error', reject);
        try {
          chmodSync(path, 0o600);
          this.#inode = statSync(path).ino;
          this.onChanged?.();
          resolve();
        } catch (error) {
          // The socket has just been removed.
          reject(error);
        }
      });
    });
  }

  /**
   * Listens on a socket that our predecessor opened at `path`. `inode` is the socket's, as another file
   * may be at the path by now.
   */
  adopt(path: string, fd: number, inode?: number): Promise<void> {
    this.#path = path;
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ fd, backlog: QUEUE_MAX }, () => {
        this.#server.removeListener('error', reject);
        this.#inode = inode ?? inodeAt(path);
        resolve();
      });
    });
  }

  /**
   * Replaces a socket that was removed; connections stay. Must not be called again before it has
   * resolved; only state-directory-watch.ts calls it.
   */
  listenAgain(): Promise<void> {
    // Before the new one exists: closing removes whatever is at the path.
    this.#server.close();
    this.#address?.release();
    this.#inode = undefined;
    this.#server = this.#create();
    return this.listen(this.#path);
  }

  /** Whether clients find the socket that we listen on; true once a successor has it. */
  get reachable(): boolean {
    if (this.#givenAway) return true;
    return this.#inode !== undefined && inodeAt(this.#path) === this.#inode;
  }

  /** A successor has the listening socket, or is about to. */
  get givenAway(): boolean {
    return this.#givenAway;
  }

  /** Stops accepting connections: a successor has inherited the listening socket. */
  giveAway(): void {
    const aside = `${this.#path}.${process.pid}`;
    const there = this.reachable;
    // Closing removes whatever is at the path.
    if (there) renameSync(this.#path, aside);
    this.#givenAway = true;
    this.#server.close();
    if (there) renameSync(aside, this.#path);
  }

  /** The successor has failed: clients cannot reach us until {@link listenAgain}. */
  takeBack(): void {
    if (this.#givenAway) this.#inode = undefined;
    this.#givenAway = false;
  }

  /** Removes the socket, unless it is a successor's. */
  unlink(): void {
    if (!this.#givenAway && this.reachable) rmSync(this.#path, { force: true });
  }

  /** The listening socket's descriptor. */
  get fd(): number | undefined {
    return descriptorOf(this.#server);
  }

  /** The inode of the socket's file; undefined if there is none. */
  get inode(): number | undefined {
    return this.#inode;
  }
}

/** Undefined if there is no file, or no permission. */
function inodeAt(path: string): number | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })?.ino;
  } catch {
    return undefined;
  }
}
