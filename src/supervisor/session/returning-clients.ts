/**
 * Waits for the clients that a session had when its supervisor died. For a moment the program is
 * not read, so that they miss none of its output.
 */
import * as v from 'valibot';
import type { ClientTerminal } from '../../protocol/messages.ts';
import type { Typist } from '../memory/input-ledger.ts';
import type { Client } from './client.ts';
import { TerminalModes } from './terminal-modes.ts';

/** A client reconnects within some ms; one that is gone must not stop the program for long. */
const AWAITED_MS = 500;
/** Clients do not come back later than this. */
const FORGOTTEN_MS = 60_000;

/** See {@link Client.updateKept}. Comes from the client, so it is checked. */
const Kept = v.object({
  modes: v.pipe(v.array(v.tuple([v.number(), v.number()])), v.maxLength(1_000)),
  shows: v.boolean(),
  placed: v.boolean(),
  leads: v.boolean(),
});

export class ReturningClients {
  readonly #expected: Map<string, Typist>;
  #awaited: NodeJS.Timeout | undefined;
  #onBack: (() => void) | undefined;
  readonly #waiting: (() => void)[] = [];

  /**
   * @param onBack called once all are back, or are no longer waited for
   * @param forget called for each that has not come back
   */
  constructor(typists: readonly Typist[], onBack: () => void, forget: (typist: Typist) => void) {
    this.#expected = new Map(typists.map((typist) => [typist.token, typist]));
    this.#onBack = onBack;
    if (this.#expected.size === 0) {
      setImmediate(() => this.#back());
      return;
    }
    this.#awaited = setTimeout(() => this.#back(), AWAITED_MS);
    setTimeout(() => {
      for (const typist of this.#expected.values()) forget(typist);
      this.#expected.clear();
    }, FORGOTTEN_MS).unref();
  }

  /** Whether clients are still waited for. */
  get awaited(): boolean {
    return this.#onBack !== undefined;
  }

  /** Resolves when clients are no longer waited for. */
  whenBack(): Promise<void> {
    if (!this.awaited) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** What the client with this token had typed, if it has not come back yet. */
  typed(token: string): Typist | undefined {
    return this.#expected.get(token);
  }

  /** A client has come back, and is attached. */
  came(token: string): void {
    if (this.#expected.delete(token) && this.#expected.size === 0) setImmediate(() => this.#back());
  }

  #back(): void {
    clearTimeout(this.#awaited);
    const onBack = this.#onBack;
    this.#onBack = undefined;
    onBack?.();
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/**
 * @returns whether it was the leader, if it goes on as before; undefined if nothing is known of its
 *   terminal, as of a new client's
 */
export function goOn(
  client: Client,
  { resumes }: Pick<ClientTerminal, 'resumes'>,
): { readonly led: boolean } | undefined {
  const kept = v.safeParse(v.pipe(v.string(), v.parseJson(), Kept), resumes?.state);
  if (!kept.success) return undefined;
  const { modes, shows, placed, leads } = kept.output;
  client.modes = new TerminalModes(modes);
  client.shows = shows;
  client.placed = placed;
  return { led: leads };
}
