/** `events --json` through all deaths, and a program whose reports it must tell of. */
import { appendFileSync } from 'node:fs';
import type { Rig } from '../../support/rig/rig.ts';
import { Following } from './following.ts';

interface Told {
  readonly event: string;
  readonly seq: number | null;
  readonly session?: { readonly fullName: string; readonly statusMessage?: string | null };
}

/** In a report of what went wrong. */
const LINES_SHOWN = 8;
/** From a report to what it says of an exact status: it rests then. */
export const SETTLED_MS = 1_000;

export class EventListener {
  readonly #rig: Rig;
  readonly #fifo: string;
  readonly #following: Following;
  #highest = 0;
  #wrong = '';
  #lastMessage = '';
  #lastLines: string[] = [];
  /** Ends of sessions that may end are no finding. */
  readonly #mayEnd: (fullName: string) => boolean;
  /** Kinds of events, and how often each was told. */
  readonly kinds: Record<string, number> = {};
  reported = '';
  reportedAt = 0;

  /** @param fifo of the program that reports */
  constructor(rig: Rig, command: string, fifo: string, mayEnd: (fullName: string) => boolean) {
    this.#rig = rig;
    this.#fifo = fifo;
    this.#mayEnd = mayEnd;
    this.#following = new Following(rig, command, ['events', '--json'], (line) => this.#hear(line));
  }

  /** Until it tells what is reported from now on. @throws Error for an event that must not be. */
  async check(message: string): Promise<void> {
    this.report(message);
    await this.#rig.waitUntil(() => {
      this.#following.mustRun();
      if (this.#wrong) throw new Error(`events --json: ${this.#wrong}`);
      return this.#lastMessage === message;
    }, `events to tell of ${message}, not of ${this.#lastMessage}\n${this.describe()}`);
  }

  report(message: string): void {
    this.reported = message;
    this.reportedAt = performance.now();
    const encoded = Buffer.from(message).toString('base64');
    appendFileSync(this.#fifo, `state=blocked:kind=question:msg=${encoded}\n`);
  }

  describe(): string {
    return `${this.#following.describe()}\nhighest ${this.#highest} ${JSON.stringify(this.kinds)}\n${this.#lastLines.join('\n')}`;
  }

  end(): Promise<void> {
    return this.#following.end();
  }

  #hear(line: string): void {
    const told = JSON.parse(line) as Told;
    this.#lastLines = [...this.#lastLines, line].slice(-LINES_SHOWN);
    this.kinds[told.event] = (this.kinds[told.event] ?? 0) + 1;
    const name = told.session?.fullName ?? '';
    if (told.event === 'exited' && !this.#mayEnd(name))
      this.#wrong ||= `an end that was none: ${line}`;
    if (typeof told.seq === 'number') {
      if (told.seq <= this.#highest) this.#wrong ||= `${told.seq} after ${this.#highest}: ${line}`;
      this.#highest = told.seq;
    }
    const message = told.session?.statusMessage;
    if (told.event === 'status' && name.includes(':report:')) this.#lastMessage = message ?? '';
  }
}
