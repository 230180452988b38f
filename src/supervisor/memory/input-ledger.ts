/**
 * Counts what clients and scripts have typed into a session, before and after it is given to the
 * program. From the two counts a successor can tell what reached the program, what did not, and
 * what may have.
 */
import { readSync, writeSync } from 'node:fs';
import type { TypedBytes } from '../../protocol/messages.ts';

/** Clients counted in one session; further ones are not counted. */
const CLIENTS_MAX = 64;
/** Requests of scripts that can be recognised if they are repeated; the oldest are forgotten. */
const KEYS_MAX = 16;
/** A token and its two counts, or a key, its state and its number: 16 + 8 + 8 bytes. */
const ENTRY_BYTES = 32;
const KEYS_OFFSET = CLIENTS_MAX * ENTRY_BYTES;
export const LEDGER_BYTES = KEYS_OFFSET + KEYS_MAX * ENTRY_BYTES;

const NOBODY = Buffer.alloc(ENTRY_BYTES);
const State = { none: 0, begun: 1, typed: 2 } as const;
export type TypeState = keyof typeof State;

/** What the client of one attachment has typed. */
export interface Typist extends TypedBytes {
  readonly token: string;
}

export class InputLedger {
  readonly #fd: number;
  readonly #offset: number;
  readonly #entries: (string | undefined)[] = [];
  readonly #number = Buffer.alloc(8);

  /** Uses {@link LEDGER_BYTES} of the file, from `offset` on. */
  constructor(fd: number, offset: number) {
    this.#fd = fd;
    this.#offset = offset;
  }

  add(typist: Typist): void {
    if (!TOKEN.test(typist.token) || this.#entries.includes(typist.token)) return;
    let index = this.#entries.indexOf(undefined);
    if (index < 0) index = this.#entries.length;
    if (index >= CLIENTS_MAX) return;
    const entry = Buffer.from(NOBODY);
    entry.write(typist.token, 'hex');
    entry.writeDoubleLE(typist.taken, 16);
    entry.writeDoubleLE(typist.given, 24);
    this.#write(entry, index * ENTRY_BYTES);
    this.#entries[index] = typist.token;
  }

  remove({ token }: Pick<Typist, 'token'>): void {
    const index = this.#entries.indexOf(token);
    if (index < 0) return;
    this.#write(NOBODY, index * ENTRY_BYTES);
    this.#entries[index] = undefined;
  }

  /** To be called before any of the bytes read is given to the program. */
  taken({ token, taken }: Typist): void {
    this.#count(token, 16, taken);
  }

  /** To be called once all of it has been written to the PTY. */
  given({ token, given }: Typist): void {
    this.#count(token, 24, given);
  }

  /** All clients that a predecessor has counted. */
  read(): Typist[] {
    const all = Buffer.alloc(KEYS_OFFSET);
    readSync(this.#fd, all, 0, all.length, this.#offset);
    const typists: Typist[] = [];
    for (let index = 0; index < CLIENTS_MAX; index++) {
      const entry = all.subarray(index * ENTRY_BYTES, (index + 1) * ENTRY_BYTES);
      if (entry.equals(NOBODY)) continue;
      const token = entry.toString('hex', 0, 16);
      const typist = { token, taken: entry.readDoubleLE(16), given: entry.readDoubleLE(24) };
      this.#entries[index] = token;
      typists.push(typist);
    }
    return typists;
  }

  /** How far the request with this key has come. */
  stateOf(key: string): TypeState {
    const at = this.#keyAt(key);
    const state = at === undefined ? State.none : this.#keys()[at + 16];
    return state === State.typed ? 'typed' : state === State.begun ? 'begun' : 'none';
  }

  /** To be called before anything of the request is typed. */
  begin(key: string): void {
    if (!TOKEN.test(key)) return;
    const entry = Buffer.from(NOBODY);
    entry.write(key, 'hex');
    entry[16] = State.begun;
    const numbers = this.#keyNumbers();
    const oldest = numbers.indexOf(Math.min(...numbers));
    entry.writeDoubleLE(Math.max(...numbers) + 1, 24);
    this.#write(entry, KEYS_OFFSET + oldest * ENTRY_BYTES);
  }

  /** All of the request has been written to the PTY. */
  typed(key: string): void {
    const at = this.#keyAt(key);
    if (at !== undefined) this.#write(Buffer.of(State.typed), KEYS_OFFSET + at + 16);
  }

  #keyAt(key: string): number | undefined {
    const keys = this.#keys();
    for (let at = 0; at < keys.length; at += ENTRY_BYTES)
      if (keys.toString('hex', at, at + 16) === key) return at;
    return undefined;
  }

  /** Numbers in the order in which the requests began, from 1; 0 for a free place. */
  #keyNumbers(): number[] {
    const keys = this.#keys();
    return Array.from({ length: KEYS_MAX }, (_, n) => keys.readDoubleLE(n * ENTRY_BYTES + 24));
  }

  #keys(): Buffer {
    const keys = Buffer.alloc(KEYS_MAX * ENTRY_BYTES);
    readSync(this.#fd, keys, 0, keys.length, this.#offset + KEYS_OFFSET);
    return keys;
  }

  #count(token: string, at: number, value: number): void {
    const index = this.#entries.indexOf(token);
    if (index < 0) return;
    this.#number.writeDoubleLE(value);
    this.#write(this.#number, index * ENTRY_BYTES + at);
  }

  /** An entry lies within one page, so it is written whole or not at all. */
  #write(bytes: Uint8Array, at: number): void {
    writeSync(this.#fd, bytes, 0, bytes.length, this.#offset + at);
  }
}

const TOKEN = /^[0-9a-f]{32}$/;
