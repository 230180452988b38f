/** Tells subscribers every change of every session, one by one and in order. */
import type { SessionEvent, SessionEventKind, SessionInfo } from '../../protocol/messages.ts';

/** Takes an event; must not throw or wait. */
export type Listener = (event: SessionEvent) => void;

export class EventHub {
  readonly #listeners = new Set<Listener>();
  /** Number of the last event. */
  seq = 0;

  /** Calls `listener` for each event from now on, until the function that is returned is called. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** `previous`: the full name of before, where it was renamed. */
  publish(event: SessionEventKind, session: SessionInfo, previous?: string): void {
    this.seq += 1;
    if (this.#listeners.size === 0) return;
    const at = new Date().toISOString();
    const message: SessionEvent = {
      type: 'event',
      seq: this.seq,
      at,
      event,
      session,
      ...(previous === undefined ? {} : { previous }),
    };
    for (const listener of this.#listeners) listener(message);
  }
}
