/** Types without a pause into a program that keeps what it reads. */
import { readFileSync } from 'node:fs';
import type { Rig } from '../../support/rig/rig.ts';
import type { Terminal } from '../../support/terminal/terminal.ts';
import { toldOn } from '../told.ts';
import { type Comparison, compareTyped, type Loss } from '../typed.ts';

const KEY_MS = 15;

export class Typist {
  readonly losses: Loss[] = [];
  readonly #rig: Rig;
  readonly #terminal: Terminal;
  readonly #file: string;
  readonly #timer: NodeJS.Timeout;
  #typed = '';
  #count = 0;
  #at: Pick<Comparison, 'typedTo' | 'takenTo'> = { typedTo: 0, takenTo: 0 };

  /** @param file what the program has read */
  constructor(rig: Rig, terminal: Terminal, file: string) {
    this.#rig = rig;
    this.#terminal = terminal;
    this.#file = file;
    this.#timer = setInterval(() => this.#type(), KEY_MS);
  }

  #type(): void {
    const token = `<${++this.#count}>`;
    this.#typed += token;
    this.#terminal.type(token);
  }

  get typedBytes(): number {
    return this.#typed.length;
  }

  /** Until what is typed from now on has arrived, and is on the screen. @throws Error for a key too many. */
  async check(): Promise<void> {
    const wanted = this.#count + 1;
    await this.#rig.waitUntil(
      () => latest(this.#taken()) >= wanted,
      `key ${wanted} to reach its program, which has got up to ${latest(this.#taken())}`,
    );
    await this.#terminal.waitFor((text) => latest(text.replaceAll('\n', '')) >= wanted, {
      what: `key ${wanted} on the screen`,
    });
    const { losses, ...at } = compareTyped(this.#typed, this.#taken(), this.#at);
    this.#at = at;
    this.losses.push(...losses);
    // The key that goes on from what is told is meant for the client. It comes after what was typed
    // until then, so it is a loss of its own.
    const told = toldOn(this.#terminal);
    const times = told.length;
    const toldBytes = told.reduce((sum, { bytes }) => sum + bytes, 0);
    const lostBytes = this.losses.reduce((sum, { text }) => sum + text.length, 0);
    if (this.losses.length > 2 * times || lostBytes > toldBytes + times)
      throw new Error(
        `keys are missing, and not all was said: ${JSON.stringify(this.losses)}; said: ${JSON.stringify(told)}`,
      );
  }

  /** What the client has said of keys that are missing, or may be. */
  get told(): string[] {
    return toldOn(this.#terminal).map(({ text }) => text);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #taken(): string {
    return readFileSync(this.#file, 'latin1');
  }
}

function latest(text: string): number {
  const end = text.slice(-4_000).matchAll(/<(\d+)>/g);
  return Math.max(0, ...[...end].map((match) => Number(match[1])));
}
