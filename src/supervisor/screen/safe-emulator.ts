/**
 * The emulator of one screen, created on first use. If it throws, it is replaced by a new one with as
 * much of its state as can be saved.
 */
import { Emulator } from './emulator.ts';
import { serialized } from './serialize.ts';
import type { Size } from './size.ts';
import { Unfinished } from './unfinished.ts';
import { incompleteTail } from './utf8-boundary.ts';

export interface SafeEmulatorOptions {
  /** Lines kept above the screen; may be 0. */
  scrollback: number;
  /** The emulator threw and was replaced: the program should draw its screen again. */
  onBroken?: (error: unknown) => void;
}

const EMPTY = new Uint8Array(0);

export class SafeEmulator {
  readonly #options: SafeEmulatorOptions;
  #size: Size;
  #emulator: Emulator | undefined;
  #unfinished = new Unfinished();
  /** The beginning of an incomplete character. */
  #carry: Uint8Array = EMPTY;

  constructor(size: Size, options: SafeEmulatorOptions) {
    this.#size = size;
    this.#options = options;
  }

  get size(): Size {
    return this.#size;
  }

  /** Whether it has been created: something was parsed, or read. */
  get isThere(): boolean {
    return this.#emulator !== undefined;
  }

  /** The bytes of an incomplete sequence and of an incomplete character. */
  get unfinished(): Uint8Array[] {
    return [this.#unfinished.bytes(), this.#carry];
  }

  /** The last character is incomplete. */
  get inCharacter(): boolean {
    return this.#carry.length > 0;
  }

  ready(): Emulator {
    this.#emulator ??= this.#fresh();
    return this.#emulator;
  }

  parse(piece: Uint8Array): void {
    const whole = this.#wholeCharacters(piece);
    this.run((emulator) => {
      emulator.parse(whole);
      this.#unfinished.note(whole, emulator.core._inputHandler._parser.currentState);
    });
  }

  resize(size: Size): void {
    this.#size = size;
    if (this.#emulator) this.run((emulator) => emulator.resize(size.cols, size.rows));
  }

  /** @returns undefined if the emulator threw */
  run<T>(action: (emulator: Emulator) => T): T | undefined {
    const emulator = this.ready();
    try {
      return action(emulator);
    } catch (error) {
      this.#replace(emulator);
      this.#options.onBroken?.(error);
      return undefined;
    }
  }

  dispose(): void {
    this.#emulator?.dispose();
    this.#emulator = undefined;
  }

  #wholeCharacters(piece: Uint8Array): Uint8Array {
    const all = this.#carry.length === 0 ? piece : Buffer.concat([this.#carry, piece]);
    const tail = incompleteTail(all);
    this.#carry = tail === 0 ? EMPTY : all.slice(all.length - tail);
    return tail === 0 ? all : all.subarray(0, all.length - tail);
  }

  #fresh(): Emulator {
    return new Emulator(this.#size.cols, this.#size.rows, this.#options.scrollback);
  }

  #replace(broken: Emulator): void {
    this.#unfinished = new Unfinished();
    this.#emulator = this.#fresh();
    try {
      // The modes matter most: a program that redraws its screen does not set them again.
      for (const piece of serialized(broken)) this.#emulator.parse(piece);
    } catch {
      this.#emulator = this.#fresh();
    }
    try {
      broken.dispose();
    } catch {
      // It is broken anyway.
    }
  }
}
