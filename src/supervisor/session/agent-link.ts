/**
 * A session's SSH_AUTH_SOCK: a symlink with a fixed path to the agent of the client that attached
 * last, so that the session still has an agent when the login that started it is gone.
 */
import { mkdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { sha256 } from '../../platform/sha256.ts';
import { uniqueHex } from '../../platform/unique.ts';

/** A live agent accepts at once. */
const PROBE_LIMIT_MS = 500;
/** Agents remembered per session, those of the newest logins. */
const KNOWN_MAX = 8;
/** A forwarded agent ends with its login, some time after its client. */
const RECHECK_MS = [1_000, 10_000];

export class AgentLink {
  readonly path: string;
  /** Agents' sockets, the newest first. */
  #known: string[] = [];
  #offered = false;
  #timers: NodeJS.Timeout[] = [];

  /** `directory` is private; its path must be short enough for a socket address. */
  constructor(directory: string, fullName: string) {
    const id = sha256(fullName).slice(0, 12);
    this.path = join(directory, id);
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      this.#known = [readlinkSync(this.path)];
    } catch {
      // There is no link yet.
    }
  }

  /** Points the link at this agent if it answers; at the first agent in any case. */
  offer(agent: string | undefined): void {
    if (!agent || agent === this.path) return;
    this.#known = [agent, ...this.#known.filter((other) => other !== agent)].slice(0, KNOWN_MAX);
    if (!this.#offered) this.#point(agent);
    this.#offered = true;
    void this.check();
  }

  /** To be called when a client has left: its agent may be gone now or a little later. */
  checkSoon(): void {
    if (this.#known.length === 0) return;
    void this.check();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = RECHECK_MS.map((ms) => setTimeout(() => void this.check(), ms).unref());
  }

  /** Points the link at the newest agent that answers; unchanged if none does. */
  async check(): Promise<void> {
    for (const agent of this.#known) {
      if (!(await answers(agent))) continue;
      this.#point(agent);
      return;
    }
  }

  remove(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    removeIfThere(this.path);
  }

  /** Atomic: there is a link at any moment. */
  #point(agent: string): void {
    const temporary = `${this.path}.${uniqueHex()}`;
    try {
      symlinkSync(agent, temporary);
      renameSync(temporary, this.path);
    } catch {
      removeIfThere(temporary);
    }
  }
}

/** Never throws: a problem with the link must not affect the session. */
function removeIfThere(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Not ours to remove.
  }
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const done = (alive: boolean) => {
      clearTimeout(limit);
      socket.destroy();
      resolve(alive);
    };
    const limit = setTimeout(() => done(false), PROBE_LIMIT_MS);
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
}
