/**
 * Keeps the supervisor reachable. What sweeps old files, or a hand that slips, may take the socket,
 * or the whole state directory, from under sessions that live: then all of it is put back. The
 * kernel tells of the loss, so that nothing has to be done while nothing happens.
 */
import { existsSync, type FSWatcher, watch } from 'node:fs';
import { dirname } from 'node:path';
import { ensurePrivateDirectory, type StatePaths } from '../paths.ts';
import { acquireLock, lockHolder } from './lock.ts';
import type { Log } from './log.ts';
import type { Server } from './server.ts';
import type { SessionTable } from './table.ts';

/** Whoever removes the directory first takes what is in it: that is left to come to an end. */
const SETTLE_MS = 100;
/** For file systems that tell nothing. */
const LOOK_AGAIN_MS = 60_000;
/** A disk is full or read-only for a while, and until it is better nobody reaches us. */
const TRY_AGAIN_MS = 500;

interface Place {
  readonly paths: StatePaths;
  readonly server: Server;
  readonly table: SessionTable;
  readonly log: Log;
}

export function keepPlace(place: Place): void {
  new PlaceKeeper(place).look();
}

class PlaceKeeper {
  readonly #place: Place;
  #watcher: FSWatcher | undefined;
  #settling: NodeJS.Timeout | undefined;
  #busy = false;
  /** It has been said that it cannot be put back. */
  #failed = false;

  constructor(place: Place) {
    this.#place = place;
  }

  look(): void {
    if (!this.#place.server.reachable) this.#settle();
    else if (!this.#watcher) this.#watch();
  }

  #watch(): void {
    const forget = () => {
      this.#watcher?.close();
      this.#watcher = undefined;
    };
    try {
      // What is written into the log beside it wakes us too; that is rare.
      this.#watcher = watch(dirname(this.#place.paths.socket), { persistent: false }, () => {
        if (this.#place.server.reachable) return;
        forget();
        this.#settle();
      });
      this.#watcher.on('error', () => {
        forget();
        this.#lookLater();
      });
    } catch (error) {
      this.#place.log.error('the state directory cannot be watched', error);
    }
    if (!this.#watcher) this.#lookLater();
  }

  #lookLater(): void {
    setTimeout(() => this.look(), LOOK_AGAIN_MS).unref();
  }

  #settle(): void {
    this.#settling ??= setTimeout(() => {
      this.#settling = undefined;
      void this.#putBack();
    }, SETTLE_MS).unref();
  }

  async #putBack(): Promise<void> {
    const { paths, server, table, log } = this.#place;
    // While we leave, the socket is gone because we took it away.
    if (this.#busy || server.reachable || table.size === 0) return;
    this.#busy = true;
    try {
      const all = !existsSync(paths.dir) || lockHolder(paths.lock) === undefined;
      for (const dir of [paths.dir, paths.records, paths.agents, dirname(paths.socket)])
        ensurePrivateDirectory(dir);
      if (all && !this.#lock()) return;
      await server.listenAgain();
      if (all) table.saveAll();
      log.info(`the ${all ? 'state directory' : 'socket'} was removed, and is there again`);
      this.#failed = false;
      this.#watch();
    } catch (error) {
      if (!this.#failed) log.error('the socket cannot be put back', error);
      this.#failed = true;
      setTimeout(() => this.look(), TRY_AGAIN_MS).unref();
    } finally {
      this.#busy = false;
    }
  }

  /** False where another supervisor has begun in the directory that was made anew. */
  #lock(): boolean {
    const { paths, log } = this.#place;
    const lock = acquireLock(paths.lock);
    if (!lock.held) log.error(`another supervisor (${lock.by.pid}) has taken our place`);
    return lock.held;
  }
}
