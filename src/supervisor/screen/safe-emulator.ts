/**
 * The emulator of one screen, made when it is first needed. Whatever it throws costs this screen its
 * emulator, and what can be saved of it is saved.
 */

import { Emulator } from './emulator.ts';
import { serialized } from './serialize.ts';
import { Unfinished } from './unfinished.ts';
import type { Size } from './unparsed-output.ts';

export interface SafeEmulatorOptions {
  /** Lines kept above the screen; 0 is allowed. */
  scrollback: number;
  /** The emulator threw and was replaced: the program should draw its screen again. */
  onBroken?: (error: unknown) => void;
}

export class SafeEmulator {
  readonly #options: SafeEmulatorOptions;
  #size: Size;
  #emulator: Emulator | undefined;
  #unfinished = new Unfinished();

  constructor(size: Size, options: SafeEmulatorOptions) {
    this.#size = size;
    this.#options = options;
  }

  get size(): Size {
    return this.#size;
  }

  /** Something has been drawn, or asked for. */
  get isThere(): boolean {
    return this.#emulator !== undefined;
  }

  /** The bytes of a sequence that has not ended yet. */
  get unfinished(): Uint8Array {
    return this.#unfinished.bytes();
  }

  ready(): Emulator {
    this.#emulator ??= this.#fresh();
    return this.#emulator;
  }

  parse(piece: Uint8Array): void {
    this.run((emulator) => {
      emulator.parse(piece);
      this.#unfinished.note(piece, emulator.core._inputHandler._parser.currentState);
    });
  }

  resize(size: Size): void {
    this.#size = size;
    if (this.#emulator) this.run((emulator) => emulator.resize(size.cols, size.rows));
  }

  /** @returns undefined where the emulator threw */
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

  #fresh(): Emulator {
    return new Emulator(this.#size.cols, this.#size.rows, this.#options.scrollback);
  }

  #replace(broken: Emulator): void {
    this.#unfinished = new Unfinished();
    this.#emulator = this.#fresh();
    try {
      // Modes most of all: a program that draws its screen again does not set them again.
      for (const piece of serialized(broken)) this.#emulator.parse(piece);
    } catch {
      this.#emulator = this.#fresh();
    }
    try {
      broken.dispose();
    } catch {
      // It is broken, after all.
    }
  }
}
