/** What a fault run knows of the system that it breaks: sessions, clients, supervisor, its log. */

import type { ProcessInfo } from '../support/process/processes.ts';
import { RawControl } from '../support/process/raw-client.ts';
import type { Rig } from '../support/rig/rig.ts';
import { GUARD } from '../support/rig/successor.ts';
import type { Random } from '../support/screen/screen-streams.ts';
import type { Terminal } from '../support/terminal/terminal.ts';
import { answerTo, type Surroundings, type Watcher } from './watcher.ts';

export interface KnownSession {
  readonly fullName: string;
  readonly pid: number;
  readonly status: string;
}

export interface Person {
  readonly terminal: Terminal;
  readonly fullName: string;
  /** The program that was shown at the end of the last round. */
  pid?: number | undefined;
  /** Was stopped, killed or closed: what it saw says nothing. */
  hurt: boolean;
  /** Pressed a key that ends it, or may. */
  leaving?: boolean;
}

type Command = Pick<ProcessInfo, 'command'>;

/** A supervisor, or the guard that becomes one; successors with a clock that can be moved included. */
export const servesOrWill = ({ command }: Command): boolean =>
  /supervisor\.js|moved-clock\.js/.test(command);

export const isGuard = ({ command }: Command): boolean => GUARD.test(command);

/** Longest that a supervisor which runs takes to answer, on a machine that others use. */
const ANSWER_MS = 15_000;

/** Names that a run starts, ends and renames. */
const NAMES = ['main', 'one', 'two', 'three', 'four', 'five'];

export class World implements Surroundings {
  readonly rig: Rig;
  readonly random: Random;
  /** Live, by full name, as they were at the beginning of the round. */
  readonly sessions = new Map<string, KnownSession>();
  readonly watchers = new Set<Watcher>();
  readonly people = new Set<Person>();
  /** Undone after the round, whatever happened in it; the last first. */
  readonly heal: (() => void | Promise<void>)[] = [];
  /** Of this round: full names that may have ended, or go by another name now. */
  readonly ended = new Set<string>();
  /** Clients may have been sent home. */
  detached = false;
  /** The supervisor has died in this round. */
  died = false;
  /** … or its guard, or both: then everything may have ended. */
  guardDied = false;
  /** Programs whose status may be unknown, as they have reported nothing since a supervisor died. */
  readonly unsure = new Set<number>();
  /** Numbers that do not follow each other on the screens of programs, as `3-9`: a death is between them. */
  readonly #gaps = new Map<number, Set<string>>();
  /** Programs that were killed by us. */
  readonly killed = new Set<number>();
  /** The root directory is a small file system of its own. */
  readonly ownDisk: boolean;
  /** What a hand-over starts. */
  readonly supervisorScript: string;
  maxRssBytes = 0;
  project = '';
  hash = '';
  readonly story: string[] = [];

  constructor(rig: Rig, random: Random, supervisorScript: string, ownDisk: boolean) {
    this.rig = rig;
    this.random = random;
    this.supervisorScript = supervisorScript;
    this.ownDisk = ownDisk;
  }

  beginRound(): void {
    this.story.length = 0;
    this.ended.clear();
    this.detached = false;
    this.died = false;
    this.guardDied = false;
    this.killed.clear();
  }

  tell(what: string): void {
    this.story.push(`${(performance.now() / 1000).toFixed(3)} ${what}`);
  }

  name(): string {
    return this.random.pick(NAMES);
  }

  fullName(name: string): string {
    return `codex:${this.project}:${name}:${this.hash}`;
  }

  anySession(): KnownSession | undefined {
    const all = [...this.sessions.values()];
    return all.length === 0 ? undefined : this.random.pick(all);
  }

  /** @throws Error when nobody answers. */
  async ask(request: object): Promise<Record<string, unknown>> {
    const control = await RawControl.open(this.rig.socket);
    try {
      return await answerTo(control, request);
    } finally {
      control.close();
    }
  }

  get allEnded(): boolean {
    return this.died && this.guardDied;
  }

  /** Or will in a moment. */
  get supervisorRuns(): boolean {
    return this.rig.processes().some(servesOrWill);
  }

  allowsGap(pid: number, from: number, to: number): boolean {
    return this.died || (this.#gaps.get(pid)?.has(`${from}-${to}`) ?? false);
  }

  noteGap(pid: number, from: number, to: number): void {
    const known = this.#gaps.get(pid) ?? new Set();
    this.#gaps.set(pid, known.add(`${from}-${to}`));
  }

  /** Who answers on the socket; undefined when nobody does. */
  async supervisorPid(): Promise<number | undefined> {
    const end = performance.now() + ANSWER_MS;
    for (let tries = 0; ; tries++) {
      try {
        const control = await RawControl.open(this.rig.socket);
        const { pid } = await control.waitFor({ type: 'welcome' });
        control.close();
        return Number(pid);
      } catch {
        // Put back by the supervisor after 100 ms, where somebody has removed it.
        if (performance.now() > end || (tries > 8 && !this.supervisorRuns)) return undefined;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  /** What the supervisor itself says is live; nothing where none runs. */
  async live(): Promise<Map<string, KnownSession>> {
    if ((await this.supervisorPid()) === undefined) return new Map();
    const { sessions } = (await this.ask({ type: 'list' })) as unknown as {
      sessions: KnownSession[];
    };
    return new Map(
      sessions.map(({ fullName, pid, status }) => [fullName, { fullName, pid, status }]),
    );
  }
}
