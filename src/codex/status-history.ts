/** The last changes of a Codex's status, with what it said: for `explain`. */
import type { Status } from './codex-status.ts';

export const HISTORY_MAX = 32;

/** One line of what `explain` shows. */
export interface StatusEvent {
  readonly at: number;
  readonly source: 'osc7501' | 'title' | 'record' | 'client' | 'clock' | 'exit';
  /** The report or title, safe to show. */
  readonly said: string;
  /** The status after it. */
  readonly status: Status;
}

export class StatusHistory {
  #events: StatusEvent[] = [];

  /** The last {@link HISTORY_MAX} events, the oldest first. */
  get events(): readonly StatusEvent[] {
    return this.#events;
  }

  add(event: StatusEvent): void {
    this.#events.push(event);
    if (this.#events.length > HISTORY_MAX) this.#events.shift();
  }

  restore(events: readonly StatusEvent[]): void {
    this.#events = [...events];
  }
}
