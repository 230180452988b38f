/** Sends subscribers each single change of every session, in order. */
import type { SessionEvent, SessionEventKind, SessionInfo } from '../../protocol/messages.ts';

/** Receives an event; must not throw or block. */
export type Listener = (event: SessionEvent) => void;

export class EventHub {
  readonly #listeners = new Set<Listener>();
  /** Events that are held back. */
  #held: (() => void)[] | undefined;
  /** Number of the last event. */
  seq = 0;

  /** Calls `listener` for each event from now on. @returns a function that ends this. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** From now on events are held back: a successor goes on with the next number. */
  hold(): void {
    this.#held ??= [];
  }

  /** There is no successor: sends the events held back since {@link hold}. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const publish of held) publish();
  }

  /** `previous`: the previous full name, if the session was renamed. */
  publish(event: SessionEventKind, session: SessionInfo, previous?: string): void {
    if (this.#held) {
      this.#held.push(() => this.publish(event, session, previous));
      return;
    }
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
