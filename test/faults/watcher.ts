/**
 * A client that reads everything and notices what is missing; speaks the protocol by hand. It goes on with
 * the successor of a supervisor that has died, as our own does.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { errorCode } from '../../src/platform/errors.ts';
import { type Message, RawConnection, RawControl } from '../support/process/raw-client.ts';
import { SequenceCheck } from './program.ts';

const ANSWER_MS = 60_000;
/** The socket is put back within this time, and a supervisor that has died again has a successor. */
const BACK_MS = 20_000;
/** A socket without a listener: it has just been put back by one that died, and is about to be replaced. */
const NOBODY_MS = 1_000;
let marks = 0;

/** What a watcher asks about the system that it is in. */
export interface Surroundings {
  /** A supervisor has died: its successor has the session. */
  readonly died: boolean;
  /** These numbers may follow each other in what this program has written: a death is between them. */
  allowsGap(pid: number, from: number, to: number): boolean;
}

interface Connections {
  readonly control: RawControl;
  readonly data: RawConnection;
}

interface Size {
  cols: number;
  rows: number;
}

export class Watcher {
  /** May be another one by now. */
  fullName: string;
  /** Of the program: sessions are renamed. */
  pid = 0;
  readonly check = new SequenceCheck();
  readonly #socket: string;
  readonly #size: Size;
  readonly #around: Surroundings | undefined;
  readonly #token = randomBytes(16).toString('hex');
  #connections: Connections | undefined;
  /** Of all that was typed, from the beginning. */
  #sent = Buffer.alloc(0);
  #kept: string | undefined;
  #over = false;
  #goingOn: Promise<void> | undefined;
  #recent = '';
  #waiting: { mark: string; found: (status: string) => void; over: () => void } | undefined;

  private constructor(socket: string, fullName: string, size: Size, around?: Surroundings) {
    this.#socket = socket;
    this.fullName = fullName;
    this.#size = size;
    this.#around = around;
    this.check.allows = (from, to) => around?.allowsGap(this.pid, from, to) ?? false;
  }

  /** @throws Error when the supervisor refuses or is not there. */
  static async attach(
    socket: string,
    fullName: string,
    cols = 80,
    rows = 24,
    around?: Surroundings,
  ): Promise<Watcher> {
    const watcher = new Watcher(socket, fullName, { cols, rows }, around);
    await watcher.#attach();
    return watcher;
  }

  /** For good. */
  get isClosed(): boolean {
    return this.#over;
  }

  /** Resolves when it has gone on with a successor, or cannot. */
  async settled(): Promise<void> {
    while (this.#goingOn) await this.#goingOn;
  }

  send(text: string): void {
    this.#sent = Buffer.concat([this.#sent, Buffer.from(text)]);
    this.#connections?.data.send(text);
  }

  resize(cols: number, rows: number): void {
    Object.assign(this.#size, { cols, rows });
    this.#connections?.control.say({ type: 'resize', cols, rows });
  }

  repaint(): void {
    this.#connections?.control.say({ type: 'repaint' });
  }

  /** As the detach key does. */
  async leave(): Promise<void> {
    await this.settled();
    const { control, data } = this.#connections ?? {};
    this.#over = true;
    control?.say({ type: 'leave' });
    await Promise.race([data?.closed, control?.closed]);
    this.close();
  }

  /**
   * Types a line of its own and waits until the program has given it back.
   * @returns the status that the program has reported last, if it is one that does
   */
  async echo(limitMs = ANSWER_MS): Promise<string> {
    const mark = `mark${++marks}.`;
    let limit: NodeJS.Timeout | undefined;
    try {
      return await new Promise<string>((found, reject) => {
        const fail = (why: string) => reject(new Error(`${this.fullName} ${why}`));
        limit = setTimeout(() => fail(`does not answer: ${this.#recent.slice(-200)}`), limitMs);
        const over = () => fail('is not shown any more: the connection was closed');
        if (this.#over) {
          over();
          return;
        }
        this.#waiting = { mark, found, over };
        // What somebody who was killed left on the line ends here.
        this.send(`\n${mark}\n`);
      });
    } finally {
      clearTimeout(limit);
      this.#waiting = undefined;
    }
  }

  /** What the supervisor has said. */
  said(): string {
    const messages = this.#connections?.control.messages() ?? [];
    return messages.map((message) => JSON.stringify(message).slice(0, 200)).join(' ');
  }

  close(): void {
    this.#over = true;
    this.#connections?.control.close();
    this.#connections?.data.close();
  }

  async #attach(resumes?: { state?: string | undefined }): Promise<void> {
    const control = await RawControl.open(this.#socket);
    const data = await RawConnection.connect(this.#socket).catch((error: unknown) => {
      control.close();
      throw error;
    });
    try {
      const early: Buffer[] = [];
      const keep = (bytes: Buffer) => void early.push(bytes);
      data.socket.on('data', keep);
      data.say({ type: 'data', token: this.#token });
      const { fullName } = this;
      const terminal = { token: this.#token, ...this.#size, ...(resumes && { resumes }) };
      const answer = await answerTo(control, { type: 'attach', fullName, terminal });
      data.socket.off('data', keep);
      if (this.#over) throw new Error('it was closed meanwhile');
      this.pid = Number((answer.session as { pid: number }).pid);
      this.#connect({ control, data }, answer, early);
    } catch (error) {
      data.close();
      control.close();
      throw error;
    }
  }

  #connect(connections: Connections, { typed }: Message, early: readonly Buffer[]): void {
    const { control, data } = connections;
    this.check.jump();
    for (const bytes of early) this.#onData(bytes, data);
    data.socket.on('data', (bytes: Buffer) => this.#onData(bytes, data));
    this.#connections = connections;
    const { taken } = (typed ?? {}) as { taken?: number };
    // Without that number nobody knows, and the counting begins anew.
    if (taken === undefined) this.#sent = Buffer.alloc(0);
    else if (taken < this.#sent.length) data.send(this.#sent.subarray(taken));
    if (this.#waiting) this.send(`\n${this.#waiting.mark}\n`);
    void Promise.race([control.closed, data.closed]).then(() => this.#onClosed(connections));
  }

  #onClosed({ control, data }: Connections): void {
    const said = control.messages();
    control.close();
    data.close();
    this.#connections = undefined;
    this.#kept = said.findLast(({ type }) => type === 'keep')?.state as string | undefined;
    const farewell = said.some(({ type }) => type === 'detached' || type === 'ended');
    if (this.#over || farewell || !this.#around?.died) {
      this.#end();
      return;
    }
    this.#goingOn = this.#goOn()
      .catch(() => this.#end())
      .finally(() => {
        this.#goingOn = undefined;
      });
  }

  #end(): void {
    this.#over = true;
    this.#waiting?.over();
  }

  /** @throws Error if its session is not there any more, or nobody serves it. */
  async #goOn(): Promise<void> {
    const begun = performance.now();
    for (; ; await wait(20)) {
      try {
        return await this.#attachAnew();
      } catch (error) {
        const nobody = errorCode(error) === 'ECONNREFUSED';
        const late = performance.now() - begun > (nobody ? NOBODY_MS : BACK_MS);
        if (this.#over || late || error instanceof Refused) throw error;
      }
    }
  }

  async #attachAnew(): Promise<void> {
    try {
      await this.#attach({ state: this.#kept });
    } catch (error) {
      if (!(error instanceof Refused) || !(await this.#findByPid())) throw error;
      throw new Error('it is to be tried by its name of now', { cause: error });
    }
  }

  /** Its session has been renamed, or has ended. */
  async #findByPid(): Promise<boolean> {
    const control = await RawControl.open(this.#socket);
    try {
      const { sessions } = await answerTo(control, { type: 'list' });
      const found = (sessions as { fullName: string; pid: number }[]).find(
        ({ pid }) => pid === this.pid,
      );
      if (found) this.fullName = found.fullName;
      return found !== undefined;
    } finally {
      control.close();
    }
  }

  #onData(bytes: Buffer, data: RawConnection): void {
    this.check.push(bytes);
    this.#recent = (this.#recent + bytes.toString('latin1')).slice(-4_096);
    data.forget();
    if (!this.#waiting) return;
    const { mark, found } = this.#waiting;
    const at = this.#recent.indexOf(mark);
    if (at < 0) return;
    const [, status] = /^ is (\w+)[^\w]/.exec(this.#recent.slice(at + mark.length)) ?? [];
    if (status !== undefined || !this.#around) found(status ?? '');
  }
}

let ids = 0;

/** The supervisor has said no. */
class Refused extends Error {}

/** Asks, and takes any answer. @throws Error for a refusal, or when the connection ends first. */
export async function answerTo(control: RawControl, request: object): Promise<Message> {
  const id = 1_000_000 + ++ids;
  control.say({ ...request, id });
  const answer = await control.answer(id, ANSWER_MS);
  if (answer.type === 'refused') throw new Refused(`refused: ${String(answer.message)}`);
  return answer;
}
