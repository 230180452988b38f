/** Sessions whose program asks what the test tells it to, and writes down which question it showed at each key. */
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
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

/** A key as the program read it, and the command that its screen showed then; null: it asked nothing. */
export interface ReadKey {
  readonly key: string;
  readonly shown: string | null;
}

export class Asker {
  readonly rig: Rig;
  readonly #sockets = new Map<string, Socket>();

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

  /** Resolves once they are carried out, in one moment. */
  order(name: string, ...orders: readonly Order[]): Promise<void> {
    const socket = this.#socket(name);
    let done = 0;
    return new Promise((resolve, reject) => {
      const onData = (chunk: Buffer) => {
        done += chunk.toString().split('\n').length - 1;
        if (done < orders.length) return;
        socket.off('data', onData);
        socket.off('error', reject);
        resolve();
      };
      socket.on('data', onData);
      socket.on('error', reject);
      socket.write(orders.map((order) => `${JSON.stringify(order)}\n`).join(''));
    });
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
    for (const socket of this.#sockets.values()) socket.destroy();
    await this.rig.close();
  }

  #log(name: string): string {
    try {
      return readFileSync(join(this.rig.root, `${name}.log`), 'utf8');
    } catch {
      return '';
    }
  }

  #socket(name: string): Socket {
    const known = this.#sockets.get(name);
    if (known) return known;
    const socket = connect(join(this.rig.root, `${name}.socket`));
    this.#sockets.set(name, socket);
    return socket;
  }
}
