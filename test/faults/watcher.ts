/** A client that reads everything and notices what is missing; speaks the protocol by hand. */
import { randomBytes } from 'node:crypto';
import { type Message, RawConnection, RawControl } from '../support/process/raw-client.ts';
import { SequenceCheck } from './program.ts';

const ANSWER_MS = 60_000;
let marks = 0;

export class Watcher {
  readonly fullName: string;
  /** Of the program: sessions are renamed. */
  pid = 0;
  readonly check = new SequenceCheck();
  readonly #control: RawControl;
  readonly #data: RawConnection;
  #recent = '';
  #waiting: { mark: string; found: () => void } | undefined;

  private constructor(fullName: string, control: RawControl, data: RawConnection) {
    this.fullName = fullName;
    this.#control = control;
    this.#data = data;
    data.socket.on('data', (bytes: Buffer) => this.#onData(bytes));
  }

  /** @throws Error when the supervisor refuses or is not there. */
  static async attach(socket: string, fullName: string, cols = 80, rows = 24): Promise<Watcher> {
    const token = randomBytes(16).toString('hex');
    const control = await RawControl.open(socket);
    try {
      const data = await RawConnection.connect(socket);
      const watcher = new Watcher(fullName, control, data);
      data.say({ type: 'data', token });
      try {
        const answer = await answerTo(control, {
          type: 'attach',
          fullName,
          terminal: { token, cols, rows },
        });
        watcher.pid = Number((answer.session as { pid: number }).pid);
      } catch (error) {
        data.close();
        throw error;
      }
      return watcher;
    } catch (error) {
      control.close();
      throw error;
    }
  }

  get isClosed(): boolean {
    return this.#data.isClosed || this.#control.isClosed;
  }

  send(text: string): void {
    this.#data.send(text);
  }

  resize(cols: number, rows: number): void {
    this.#control.say({ type: 'resize', cols, rows });
  }

  repaint(): void {
    this.#control.say({ type: 'repaint' });
  }

  /** As the detach key does. */
  async leave(): Promise<void> {
    this.#control.say({ type: 'leave' });
    await Promise.race([this.#data.closed, this.#control.closed]);
    this.close();
  }

  /** Types a line of its own and waits until the program has given it back. */
  async echo(limitMs = ANSWER_MS): Promise<void> {
    const mark = `mark${++marks}.`;
    const found = new Promise<void>((resolve, reject) => {
      const limit = setTimeout(
        () => reject(new Error(`${this.fullName} does not answer: ${this.#recent.slice(-200)}`)),
        limitMs,
      );
      this.#waiting = {
        mark,
        found: () => {
          clearTimeout(limit);
          resolve();
        },
      };
      void Promise.race([this.#data.closed, this.#control.closed]).then(() => {
        clearTimeout(limit);
        reject(new Error(`the connection to ${this.fullName} was closed`));
      });
    });
    // What somebody who was killed left on the line ends here.
    this.send(`\n${mark}\n`);
    await found;
  }

  /** What the supervisor has said. */
  said(): string {
    return this.#control
      .messages()
      .map((message) => JSON.stringify(message).slice(0, 200))
      .join(' ');
  }

  close(): void {
    this.#control.close();
    this.#data.close();
  }

  #onData(bytes: Buffer): void {
    this.check.push(bytes);
    this.#recent = (this.#recent + bytes.toString('latin1')).slice(-4_096);
    this.#data.forget();
    if (!this.#waiting || !this.#recent.includes(this.#waiting.mark)) return;
    this.#waiting.found();
    this.#waiting = undefined;
  }
}

let ids = 0;

/** Asks, and takes any answer. @throws Error for a refusal, or when the connection ends first. */
export async function answerTo(control: RawControl, request: object): Promise<Message> {
  const id = 1_000_000 + ++ids;
  control.say({ ...request, id });
  const answer = await control.answer(id, ANSWER_MS);
  if (answer.type === 'refused') throw new Error(`refused: ${String(answer.message)}`);
  return answer;
}
