/**
 * Sessions whose program asks what the test tells it to, and writes down which question was shown
 * at each key.
 */
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { repository } from '../repository.ts';
import { ANSWERS, Rig, type RigOptions } from './rig.ts';

const ASKER = join(repository, 'test/support/process/asker.mjs');

/** One of: see asker.mjs. */
export type Order =
  | { readonly ask: string; readonly report?: boolean }
  | { readonly work: true }
  | { readonly queue: readonly string[] }
  | { readonly deaf: number }
  | { readonly deny: boolean }
  | { readonly write: string };

/**
 * A key as the program read it, and the command that its screen showed then; null: it asked
 * nothing.
 */
export interface ReadKey {
  readonly key: string;
  readonly shown: string | null;
  /** The number of that question, or of the last one, from 1. */
  readonly asked: number;
  /** When (in ms of hrtime), and whether a key was the cause. */
  readonly drawn: { readonly at: number; readonly byKey: boolean };
}

interface Control {
  readonly socket: Socket;
  /** By orders, in their order. */
  readonly awaited: ((number: number) => void)[];
}

export class Asker {
  readonly rig: Rig;
  readonly #controls = new Map<string, Control>();

  constructor(options: Omit<RigOptions, 'codex'> = {}) {
    this.rig = new Rig({
      ...options,
      codex: `${ANSWERS}
name=\${CODEX_SESSIONS_SESSION%:*}; name=$ASKER_DIR/\${name##*:}
rm -f "$name.socket"
exec '${process.execPath}' '${ASKER}' "$name.log" "$name.socket"`,
    });
  }

  /** Starts a session in the background. @returns its full name */
  async start(name: string): Promise<string> {
    const { rig } = this;
    const env = { ASKER_DIR: rig.root };
    const fullName = (await rig.ok(['start', '-d', name], { env })).trim();
    await rig.waitUntil(() => this.#log(name).includes('ready'), `${name} to take orders`);
    return fullName;
  }

  /** Resolves once they are carried out, in one moment. @returns the number of the last question */
  order(name: string, ...orders: readonly Order[]): Promise<number> {
    const { socket, awaited } = this.#control(name);
    const all = orders.map(() => new Promise<number>((resolve) => awaited.push(resolve)));
    socket.write(orders.map((order) => `${JSON.stringify(order)}\n`).join(''));
    return Promise.all(all).then((numbers) => numbers.at(-1) ?? 0);
  }

  /** All keys so far. */
  keys(name: string): readonly ReadKey[] {
    return this.#log(name)
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as ReadKey)
      .filter(({ key }) => key !== undefined);
  }

  async close(): Promise<void> {
    for (const { socket } of this.#controls.values()) socket.destroy();
    await this.rig.close();
  }

  #log(name: string): string {
    try {
      return readFileSync(join(this.rig.root, `${name}.log`), 'utf8');
    } catch {
      return '';
    }
  }

  #control(name: string): Control {
    const known = this.#controls.get(name);
    if (known) return known;
    const socket = connect(join(this.rig.root, `${name}.socket`));
    const control: Control = { socket, awaited: [] };
    createInterface(socket).on('line', (line) => control.awaited.shift()?.(Number(line)));
    this.#controls.set(name, control);
    return control;
  }
}
