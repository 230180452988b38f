/**
 * Keeps the supervisor reachable. What sweeps old files, or a hand that slips, may take the socket,
 * the lock, or the whole state directory: then all of it is put back, for as long as the supervisor
 * lives. The kernel tells of the loss; what it cannot tell is found when a session changes.
 */
import { existsSync, type FSWatcher, statSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import { acquireLock, isHeldByUs } from '../store/lock.ts';
import type { Log } from '../store/log.ts';
import { ensurePrivateDirectory, type StatePaths } from '../store/paths.ts';
import type { Server } from './server/server.ts';
import type { SessionTable } from './session/table.ts';

/** Whoever removes the directory first takes what is in it: that is left to come to an end. */
const SETTLE_MS = 100;
/**
 * For file systems that tell nothing, and for directories further up that are moved away: so often
 * at most, and only while something happens. No timer runs for it.
 */
const LOOK_AGAIN_MS = 60_000;
/** A disk is full or read-only for a while, and until it is better nobody reaches us. */
const TRY_AGAIN_MS = 500;

export interface Place {
  readonly paths: StatePaths;
  readonly server: Pick<Server, 'reachable' | 'givenAway' | 'listenAgain'>;
  readonly table: Pick<SessionTable, 'saveAll'>;
  readonly log: Log;
  /** What is gone then is gone because we took it away. */
  leaving(): boolean;
}

export class StateDirectoryWatch {
  readonly #place: Place;
  #watcher: FSWatcher | undefined;
  /** The directory that is watched, whatever lies at its path by now. */
  #watched: number | undefined;
  #soon: NodeJS.Timeout | undefined;
  #busy = false;
  #keeps = false;
  /** Milliseconds since the epoch. */
  #lookedAt = 0;
  /** It has been said that it cannot be put back, or watched. */
  #failed = false;
  #unwatchable = false;

  constructor(place: Place) {
    this.#place = place;
  }

  /** From now on. */
  keep(): void {
    this.#keeps = true;
    this.look();
  }

  /** A session has changed in some way. */
  happened(): void {
    if (this.#keeps && Date.now() - this.#lookedAt > LOOK_AGAIN_MS) this.look();
  }

  look(): void {
    this.#lookedAt = Date.now();
    const there = this.#inPlace;
    if (there && !this.#watch()) return;
    // Asked again: of what went before the watch began nothing tells.
    if (!there || !this.#inPlace) this.#lookSoon(SETTLE_MS);
  }

  /** Puts back what is gone; where that fails, it is tried until it works. */
  async restore(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      if (!this.#inPlace) await this.#putBack();
      this.#failed = false;
    } catch (error) {
      if (!this.#failed) this.#place.log.error('the socket cannot be put back', error);
      this.#failed = true;
    } finally {
      this.#busy = false;
    }
    if (this.#failed) this.#lookSoon(TRY_AGAIN_MS);
    else this.look();
  }

  /** Clients find us, and nobody else begins. While a successor takes over, that is its business. */
  get #inPlace(): boolean {
    const { paths, server, leaving } = this.#place;
    if (server.givenAway || leaving()) return true;
    return server.reachable && isHeldByUs(paths.lock) && existsSync(paths.records);
  }

  /**
   * Watches what lies at the path now, which need not be what lay there before.
   * @returns whether that is new.
   */
  #watch(): boolean {
    const directory = dirname(this.#place.paths.socket);
    try {
      const { ino } = statSync(directory);
      if (this.#watcher && this.#watched === ino) return false;
      this.#forget();
      // What is written into the log beside it wakes us too; that is rare.
      this.#watcher = watch(directory, { persistent: false }, () => this.look());
      this.#watcher.on('error', () => this.#forget());
      this.#watched = ino;
      this.#unwatchable = false;
      return true;
    } catch (error) {
      if (!this.#unwatchable) this.#place.log.error('the state directory cannot be watched', error);
      this.#unwatchable = true;
      return false;
    }
  }

  #forget(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  #lookSoon(ms: number): void {
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      void this.restore();
    }, ms).unref();
  }

  /** @throws Error when the disk does not let us, or another supervisor has begun there. */
  async #putBack(): Promise<void> {
    const { paths, server, table, log } = this.#place;
    // It may be of a directory that is gone, whose number the next one gets.
    this.#forget();
    const all = !isHeldByUs(paths.lock) || !existsSync(paths.records);
    for (const dir of [paths.dir, paths.records, paths.agents, dirname(paths.socket)])
      ensurePrivateDirectory(dir);
    if (!isHeldByUs(paths.lock)) {
      const lock = acquireLock(paths.lock);
      if (!lock.held) throw new Error(`another supervisor (${lock.by.pid}) has taken our place`);
    }
    if (!server.reachable) await server.listenAgain();
    if (all) table.saveAll();
    log.info(`the ${all ? 'state directory' : 'socket'} was removed, and is there again`);
  }
}
