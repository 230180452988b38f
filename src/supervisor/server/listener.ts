/**
 * The listening socket: where clients look for it, as long as this supervisor has it, and not while
 * a successor does.
 */
import { chmodSync, renameSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server as NetServer, type Socket } from 'node:net';
import { descriptorOf } from '../../platform/descriptor.ts';
import { type SocketAddress, socketAddress } from '../../platform/socket-address.ts';
import { CONNECTIONS_MAX } from '../../protocol/limits.ts';
import type { Log } from '../../store/log.ts';

/** So many more connections are accepted, only to be refused in words. Further ones are closed. */
const REFUSED_MAX = 64;

export class Listener {
  readonly #onConnection: (socket: Socket) => void;
  readonly #log: Log;
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

  /** Listens on `path`, 0600. The caller holds the lock, so a socket that is there is stale. */
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

  /**
   * Listens on a socket that our predecessor opened at `path`. By now another file may be there:
   * `inode` is the socket's.
   */
  adopt(path: string, fd: number, inode?: number): Promise<void> {
    this.#path = path;
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ fd }, () => {
        this.#server.removeListener('error', reject);
        this.#inode = inode ?? inodeAt(path);
        resolve();
      });
    });
  }

  /**
   * Puts a socket back that was removed; connections stay. Not to be called again before it has
   * resolved: state-directory-watch.ts alone does.
   */
  listenAgain(): Promise<void> {
    // Before the new one is there: closing removes whatever is at the old one's path.
    this.#server.close();
    this.#address?.release();
    this.#inode = undefined;
    this.#server = this.#create();
    return this.listen(this.#path);
  }

  /** Clients find the socket that we listen on. That of a successor is the successor's business. */
  get reachable(): boolean {
    if (this.#givenAway) return true;
    return this.#inode !== undefined && inodeAt(this.#path) === this.#inode;
  }

  /** A successor has the listening socket, or is about to. */
  get givenAway(): boolean {
    return this.#givenAway;
  }

  /** A successor has the listening socket too, and accepts all further connections. */
  giveAway(): void {
    const aside = `${this.#path}.${process.pid}`;
    const there = this.reachable;
    // Closing removes whatever is at the path.
    if (there) renameSync(this.#path, aside);
    this.#givenAway = true;
    this.#server.close();
    if (there) renameSync(aside, this.#path);
  }

  /** The successor has failed; no client reaches us until {@link listenAgain}. */
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

  /** Of the socket's file; undefined where we have none. */
  get inode(): number | undefined {
    return this.#inode;
  }
}

/** Undefined where there is nothing, or nothing that we may look at. */
function inodeAt(path: string): number | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })?.ino;
  } catch {
    return undefined;
  }
}
