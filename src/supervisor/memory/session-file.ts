/** One session's memory file: what a successor needs to go on with it. */
import { closeSync, readSync, writeSync } from 'node:fs';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { InputLedger } from './input-ledger.ts';
import { openMemoryFile, Part } from './memory-file.ts';

/** One page: what lies within it is written whole or not at all. */
const PAGE_BYTES = 4096;
/** The marks are the file's first two bytes; the ledger takes the rest of the first page. */
const LEDGER_OFFSET = 64;
/** Status, title, modes: a few KB, most of it the program's last 32 reports. */
const STATE_BYTES = 8 * PAGE_BYTES;
/**
 * Enough for a compressed screen of 140 columns and 50 rows in which every cell differs in
 * character and colour.
 */
const SCREEN_BYTES = 5 * PAGE_BYTES;
/** Enough for 500 compressed lines of 100 columns. */
const HISTORY_BYTES = 4 * PAGE_BYTES;
/** A larger screen is compressed, which takes 0.3 ms for 16 KiB. */
const COMPRESSED_ABOVE_BYTES = 2 * PAGE_BYTES;
/** Has the environment and the arguments; this is more than Linux allows for both (execve(2)). */
const FIXED_BYTES = 8 * 1024 * 1024;

const STATE_OFFSET = PAGE_BYTES;
const SCREEN_OFFSET = STATE_OFFSET + 2 * STATE_BYTES;
const HISTORY_OFFSET = SCREEN_OFFSET + 2 * SCREEN_BYTES;
const FIXED_OFFSET = HISTORY_OFFSET + 2 * HISTORY_BYTES;

const [OFF, ON] = [Buffer.of(0), Buffer.of(1)];
const PLAIN = Buffer.of(0);
const COMPRESSED = Buffer.of(1);

export class SessionFile {
  readonly fd: number;
  readonly ledger: InputLedger;
  readonly #fixed: Part;
  readonly #state: Part;
  readonly #screen: Part;
  readonly #history: Part;
  #open = true;

  /**
   * Creates the file, or goes on with a predecessor's.
   * @throws the system's error if it cannot be created
   */
  constructor(fd = openMemoryFile()) {
    this.fd = fd;
    this.ledger = new InputLedger(fd, LEDGER_OFFSET);
    this.#state = new Part(fd, STATE_OFFSET, STATE_BYTES);
    this.#screen = new Part(fd, SCREEN_OFFSET, SCREEN_BYTES);
    this.#history = new Part(fd, HISTORY_OFFSET, HISTORY_BYTES);
    this.#fixed = new Part(fd, FIXED_OFFSET, FIXED_BYTES);
  }

  /**
   * Whether the program may have written something that the stored screen, or the stored state,
   * lacks.
   */
  get marks(): { readonly screen: boolean; readonly state: boolean } {
    const bytes = Buffer.alloc(2);
    readSync(this.fd, bytes, 0, 2, 0);
    return { screen: bytes[0] !== 0, state: bytes[1] !== 0 };
  }

  mark(which: 'screen' | 'state', on: boolean): void {
    writeSync(this.fd, on ? ON : OFF, 0, 1, which === 'screen' ? 0 : 1);
  }

  /**
   * Stores what never changes.
   * @throws if it cannot be stored
   */
  writeFixed(value: unknown): void {
    if (!this.#fixed.write(json(value))) throw new Error('the environment is too large');
  }

  /** @throws if it cannot be stored */
  writeState(value: unknown): void {
    if (!this.#state.write(json(value))) throw new Error('its state is too large');
  }

  /**
   * @returns false if it is too large
   * @throws the system's error when memory is short
   */
  writeScreen(screen: Uint8Array): boolean {
    return this.#screen.write(packed(screen));
  }

  /** As {@link writeScreen}, for the lines above the screen. */
  writeHistory(screen: Uint8Array): boolean {
    return this.#history.write(packed(screen));
  }

  readFixed(): unknown {
    return parsed(this.#fixed.read());
  }

  readState(): unknown {
    return parsed(this.#state.read());
  }

  readScreen(): Uint8Array | undefined {
    return unpacked(this.#screen.read());
  }

  readHistory(): Uint8Array | undefined {
    return unpacked(this.#history.read());
  }

  close(): void {
    if (this.#open) closeSync(this.fd);
    this.#open = false;
  }
}

function packed(screen: Uint8Array): Uint8Array {
  const large = screen.length > COMPRESSED_ABOVE_BYTES;
  const kind = large ? COMPRESSED : PLAIN;
  return Buffer.concat([kind, large ? deflateRawSync(screen, { level: 1 }) : screen]);
}

function unpacked(stored: Uint8Array | undefined): Uint8Array | undefined {
  if (!stored) return undefined;
  const screen = stored.subarray(1);
  return stored[0] === COMPRESSED[0] ? inflateRawSync(screen) : screen;
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function parsed(bytes: Uint8Array | undefined): unknown {
  return bytes && JSON.parse(Buffer.from(bytes).toString('utf8'));
}
