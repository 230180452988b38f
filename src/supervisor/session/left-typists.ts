/**
 * What clients had typed that have left, in case one comes back because its line from another machine
 * broke: it can tell its user which keys did not arrive.
 */
import type { TypedBytes } from '../../protocol/messages.ts';
import type { Client } from './client.ts';

/** Those that left last. */
const LEFT_MAX = 64;

export class LeftTypists {
  /** By token, in the order in which they left. */
  readonly #left = new Map<string, TypedBytes>();

  /** `isPassedOn`: of what they typed, nothing waits for more before the program gets it. */
  add({ typist, readOnly }: Pick<Client, 'typist' | 'readOnly'>, isPassedOn: boolean): void {
    const { token, taken, given } = typist;
    // One that has typed nothing may not have learnt where its count begins.
    if (readOnly || taken === 0) return;
    this.#left.delete(token);
    this.#left.set(token, { taken, given: isPassedOn ? taken : given });
    const [oldest] = this.#left.keys();
    if (this.#left.size > LEFT_MAX && oldest !== undefined) this.#left.delete(oldest);
  }

  typed(token: string): TypedBytes | undefined {
    return this.#left.get(token);
  }
}
