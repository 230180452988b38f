/** A raw terminal for what draws on one by itself. */
import type { SwitcherTerminal } from '../../../src/ui/switcher.ts';
import { Emulator, type Modes } from './emulator.ts';

/** A terminal in memory: what is written goes into a real emulator, keys come from the test. */
export class FakeTerminal implements SwitcherTerminal {
  readonly emulator: Emulator;
  raw = '';
  #size: { cols: number; rows: number };
  #input: ((bytes: Uint8Array) => void) | undefined;
  #resize: (() => void) | undefined;
  #parsed: Promise<void> = Promise.resolve();

  constructor(cols: number, rows: number) {
    this.#size = { cols, rows };
    this.emulator = new Emulator(cols, rows, () => {});
  }
  write(text: string): void {
    this.raw += text;
    this.#parsed = this.emulator.write(Buffer.from(text));
  }
  onInput(listener: (bytes: Uint8Array) => void): () => void {
    this.#input = listener;
    return () => {
      this.#input = undefined;
    };
  }
  size(): { cols: number; rows: number } {
    return this.#size;
  }
  onResize(listener: () => void): () => void {
    this.#resize = listener;
    return () => {
      this.#resize = undefined;
    };
  }

  get listening(): boolean {
    return this.#input !== undefined || this.#resize !== undefined;
  }
  press(...chunks: string[]): void {
    for (const chunk of chunks) this.#input?.(Buffer.from(chunk));
  }
  resize(cols: number, rows: number): void {
    this.#size = { cols, rows };
    this.emulator.xterm.resize(cols, rows);
    this.#resize?.();
  }
  async screen(): Promise<string[]> {
    await this.#parsed;
    return this.emulator.screen();
  }
  async modes(): Promise<Modes> {
    await this.#parsed;
    return this.emulator.modes();
  }
}
