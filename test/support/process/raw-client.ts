/**
 * The protocol by hand, for tests of how the supervisor treats what our clients would never send.
 * Knows nothing of our code but the socket's path.
 */
import { connect, type Socket } from 'node:net';
import { waitUntil } from './wait-until.ts';

export type Message = Record<string, unknown> & { readonly type: string };

export const HELLO = { type: 'hello', protocol: 1, version: '0.1.0' };

/** A connection that sends what it is told to, and keeps everything that it receives. */
export class RawConnection {
  readonly socket: Socket;
  /** Resolves when the other side has hung up. */
  readonly closed: Promise<void>;
  readonly #heard: Buffer[] = [];
  #isClosed = false;

  protected constructor(socket: Socket) {
    this.socket = socket;
    socket.setMaxListeners(0);
    socket.on('data', (bytes) => this.#heard.push(bytes));
    socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#isClosed = true;
        resolve();
      });
    });
  }

  static async connect(path: string): Promise<RawConnection> {
    return new RawConnection(await connected(path));
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  send(bytes: string | Uint8Array): void {
    this.socket.write(bytes);
  }

  /** Resolves when the other side has taken it, or is gone. */
  sent(bytes: string | Uint8Array): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    const taken = new Promise<void>((resolve) => {
      this.socket.write(bytes as string, () => resolve());
    });
    return Promise.race([taken, this.closed]);
  }

  /** A line of JSON. */
  say(message: object): void {
    this.send(`${JSON.stringify(message)}\n`);
  }

  heard(): Buffer {
    return Buffer.concat(this.#heard);
  }

  /** The lines so far that have ended. */
  messages(): Message[] {
    const lines = this.heard().toString('utf8').split('\n');
    return lines.slice(0, -1).map((line) => JSON.parse(line) as Message);
  }

  /** The first message that has all these, now or later. */
  waitFor(expected: Readonly<Record<string, unknown>>): Promise<Message> {
    const fits = (message: Message) =>
      Object.entries(expected).every(([key, value]) => message[key] === value);
    return waitUntil(() => this.messages().find(fits), {
      what: `the message ${JSON.stringify(expected)}`,
      describe: () => `--- heard\n${this.heard().toString('latin1').slice(0, 4_000)}`,
    });
  }

  /** For long runs: what was heard so far is not needed any more. */
  forget(): void {
    this.#heard.length = 0;
  }

  close(): void {
    this.socket.destroy();
  }
}

/** A control connection that has said hello. */
export class RawControl extends RawConnection {
  #id = 0;

  static async open(path: string, hello: object = HELLO): Promise<RawControl> {
    const control = new RawControl(await connected(path));
    const heard = new Promise((resolve) => control.socket.once('data', resolve));
    control.say(hello);
    // Usually at once; where it is not, the wait below says what was missing.
    await Promise.race([
      heard,
      control.closed,
      new Promise((resolve) => setTimeout(resolve, 10_000)),
    ]);
    if (control.isClosed && control.heard().length === 0)
      throw new Error('the connection was closed before the welcome');
    await control.waitFor({ type: 'welcome' });
    return control;
  }

  /** Sends with a fresh id and waits for the answer of this type. */
  ask(message: object, answer: string): Promise<Message> {
    const id = ++this.#id;
    this.say({ ...message, id });
    return this.waitFor({ type: answer, id });
  }

  /** Whatever answers the request with this id. @throws Error when nothing does in time. */
  answer(id: number, limitMs: number): Promise<Message> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        clearTimeout(limit);
        this.socket.off('data', look);
      };
      const look = () => {
        const found = this.messages().find((message) => message.id === id);
        if (!found) return;
        settle();
        resolve(found);
      };
      const limit = setTimeout(() => {
        settle();
        reject(new Error(`no answer in ${limitMs} ms`));
      }, limitMs);
      this.socket.on('data', look);
      void this.closed.then(() => {
        settle();
        reject(new Error('the connection was closed'));
      });
    });
  }
}

function connected(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path, () => resolve(socket));
    socket.once('error', reject);
  });
}
