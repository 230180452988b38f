/**
 * A supervisor of one session that does only what a test tells it to: the test decides what it says
 * to a client that comes back, and when it dies. The socket stays, as if a guard held it.
 */
import { mkdirSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Rig } from '../rig/rig.ts';
import type { Message } from './raw-client.ts';
import { waitUntil } from './wait-until.ts';

export interface Typed {
  taken: number;
  given: number;
}

interface Terminal extends Record<string, unknown> {
  readonly token: string;
  readonly resumes?: { readonly state?: string };
}

export class FakeSupervisor {
  /** Every `attach` request. */
  readonly attaches: (Message & { fullName: string; terminal: Terminal })[] = [];
  /** Every other message. */
  readonly heard: Message[] = [];
  /** What came over each data connection. */
  readonly typed: string[] = [];
  /** It answers no request. */
  silent = false;
  /** In the next `attached`. */
  counted: Typed | undefined;
  /** Of the session, in what it says from now on. */
  session: Record<string, unknown> = {};
  /** `attach` with another full name is refused, if this is set. */
  only: string | undefined;
  picture = 'picture 1';
  /** The line of each preview; undefined: it does not know previews. */
  previewed: string | undefined;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #early: (() => void)[] = [];
  readonly #data = new Map<string, Socket>();
  readonly #whenData = new Map<string, () => void>();
  #control: Socket | undefined;

  private constructor() {
    this.#server = createServer((socket) => this.#take(socket));
  }

  static async listen(rig: Rig): Promise<FakeSupervisor> {
    mkdirSync(dirname(rig.socket), { recursive: true, mode: 0o700 });
    const fake = new FakeSupervisor();
    await new Promise<void>((resolve) => fake.#server.listen(rig.socket, resolve));
    onTestFinished(() => {
      fake.die();
      fake.#server.close();
    });
    return fake;
  }

  /** Its connections are closed; no process serves until {@link revive}. */
  die(): void {
    this.silent = true;
    for (const socket of this.#sockets) socket.destroy();
    this.#data.clear();
  }

  /** As its successor. */
  revive(picture: string): void {
    this.picture = picture;
    this.silent = false;
    for (const serve of this.#early.splice(0)) serve();
  }

  say(message: object): void {
    this.#control?.write(`${JSON.stringify(message)}\n`);
  }

  /** Output of the program. */
  show(text: string): void {
    for (const socket of this.#data.values()) socket.write(text);
  }

  /** Resolves when so many bytes have come over the nth data connection that attached. */
  hasTyped(nth: number, text: string): Promise<true> {
    return waitUntil(() => this.typed[nth] === text, {
      what: `"${text}" over data connection ${nth}`,
      describe: () => JSON.stringify(this.typed),
    });
  }

  #take(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
        const message = JSON.parse(text.slice(0, end)) as Message;
        text = text.slice(end + 1);
        if (message.type === 'data') {
          socket.removeAllListeners('data');
          this.#takeData(socket, `${message.token}`, text);
          return;
        }
        this.#serve(() => this.#onMessage(socket, message));
      }
    });
  }

  #serve(action: () => void): void {
    if (this.silent) this.#early.push(action);
    else action();
  }

  #takeData(socket: Socket, token: string, first: string): void {
    this.#data.set(token, socket);
    socket.once('close', () => {
      if (this.#data.get(token) === socket) this.#data.delete(token);
    });
    this.#whenData.get(token)?.();
    const nth = this.typed.length;
    this.typed.push(first);
    socket.on('data', (bytes) => {
      if (!this.silent) this.typed[nth] += bytes.toString('latin1');
    });
  }

  #onMessage(socket: Socket, message: Message): void {
    if (socket.destroyed) return;
    const say = (said: object) => socket.write(`${JSON.stringify(said)}\n`);
    const { id } = message;
    if (message.type === 'hello') {
      const features = ['list', 'attach', 'detach', 'kill', 'resize', 'repaint', 'leave'];
      say({ type: 'welcome', protocol: 1, version: '0.1.0', pid: process.pid, features });
      return;
    }
    if (message.type === 'attach') this.#onAttach(socket, message as (typeof this.attaches)[0]);
    else {
      this.heard.push(message);
      if (message.type === 'list') say({ type: 'sessions', id, sessions: [this.#info()] });
      else if (message.type === 'leave') this.#onLeave(socket);
      else if (message.type === 'preview' && this.previewed !== undefined) {
        const picture = { cols: 80, rows: 24, lines: [this.previewed], above: 0, cursor: null };
        say({ type: 'done', id });
        say({ type: 'preview', fullName: message.fullName, picture });
      } else if (id !== undefined)
        say({ type: 'refused', id, code: 'unknown-type', message: 'what?' });
    }
  }

  #onAttach(socket: Socket, message: (typeof this.attaches)[0]): void {
    const { id, fullName, terminal } = message;
    const say = (said: object) => socket.write(`${JSON.stringify(said)}\n`);
    this.attaches.push(message);
    if (this.only !== undefined && fullName !== this.only) {
      say({ type: 'refused', id, code: 'no-such-session', message: `no ${fullName}` });
      return;
    }
    this.#whenData.delete(terminal.token);
    if (!this.#data.has(terminal.token)) {
      this.attaches.pop();
      this.#whenData.set(terminal.token, () => this.#onAttach(socket, message));
      return;
    }
    this.session = { ...this.session, fullName };
    this.#control = socket;
    const typed = terminal.resumes && this.counted;
    say({ type: 'attached', id, session: this.#info(), ...(typed && { typed }) });
    say({ type: 'way-back', restore: '', alternate: false });
    say({ type: 'keep', state: this.picture });
    this.#data.get(terminal.token)?.write(`\x1b[H\x1b[2J${this.picture}\r\n`);
  }

  #onLeave(socket: Socket): void {
    const said = { type: 'detached', by: 'self', offset: 0, restore: '' };
    socket.write(`${JSON.stringify(said)}\n`);
    for (const data of this.#data.values()) data.end();
  }

  #info(): Record<string, unknown> {
    const fullName = `${this.session.fullName ?? 'codex:ultra:main:00000000'}`;
    const [, project, name, hash] = fullName.split(':');
    const at = '2026-01-01T00:00:00.000Z';
    return {
      ...{ fullName, name, project, hash, root: '/', cwd: '/', state: 'running', status: null },
      ...{ statusReason: null, statusSince: null, statusSource: null, seen: true, pid: 4711 },
      ...{ clients: 1, title: null, conversation: null, createdAt: at, lastActivityAt: at },
      ...{ endedAt: null, exit: null, lastLines: [], ...this.session },
    };
  }
}
