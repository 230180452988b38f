/**
 * One control connection: reads lines, passes requests to their handlers, sends replies. Any input is
 * answered or closes the connection, and never affects other connections.
 */
import type { Socket } from 'node:net';
import * as v from 'valibot';
import {
  descriptorOf,
  startReading,
  stopReading,
  takeBuffered,
} from '../../platform/descriptor.ts';
import { messageOf } from '../../platform/errors.ts';
import { encode, type Line, LineReader } from '../../protocol/framing.ts';
import { MESSAGE_MAX_BYTES } from '../../protocol/limits.ts';
import { type Notification, type Reply, Request } from '../../protocol/messages.ts';
import type { Log } from '../../store/log.ts';
import type { Answered, Context, Requester } from './context.ts';
import { handle } from './handlers.ts';
import { refuse } from './refusals.ts';

/** A client with this many bytes of unread replies has stopped reading: it is disconnected. */
const UNREAD_MAX_BYTES = 2 * MESSAGE_MAX_BYTES;
/** The longest that one turn of the event loop works on one connection's requests. */
const TURN_MS = 2;
/** Requests of one connection being handled at once; further ones wait. */
const RUNNING_MAX = 100;

export class ControlConnection implements Requester {
  attached: Requester['attached'];
  unsubscribe: Requester['unsubscribe'];
  follows: Requester['follows'];
  preview: Requester['preview'];
  /** Number of requests being handled. */
  running = 0;
  readonly #socket: Socket;
  readonly #context: Context;
  readonly #log: Log;
  readonly #lines = new LineReader();
  /** Lines that were read and wait for another turn; nothing more is read meanwhile. */
  #waiting: Generator<Line> | undefined;
  #scheduled = false;
  #paused = false;

  constructor(socket: Socket, context: Context, log: Log) {
    this.#socket = socket;
    this.#context = context;
    this.#log = log;
    this.send = this.send.bind(this);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.#onClosed());
    socket.on('data', (bytes: Uint8Array) => this.#onBytes(bytes));
    // Paused after its first line, so adding a listener does not resume it.
    socket.resume();
  }

  get fd(): number | undefined {
    return descriptorOf(this.#socket);
  }

  /** Removes and returns what was read but not processed, for a successor; only when paused. */
  takePartial(): Uint8Array {
    return Buffer.concat([this.#lines.pending() ?? new Uint8Array(0), takeBuffered(this.#socket)]);
  }

  /** Processes what our predecessor has read from this connection. */
  continueWith(partial: Uint8Array): void {
    if (partial.length > 0) this.#onBytes(partial);
  }

  /** Stops reading. Requests that were read are still handled: {@link busy} until then. */
  pause(): void {
    this.#paused = true;
    stopReading(this.#socket);
  }

  resume(): void {
    this.#paused = false;
    if (!this.#waiting) startReading(this.#socket);
  }

  /** Whether more than `besides` requests are being handled, or some wait. */
  busy(besides = 0): boolean {
    return this.running > besides || this.#waiting !== undefined;
  }

  send(message: Notification | Reply, taken?: () => void): void {
    if (this.#socket.destroyed) return;
    this.#socket.write(encode(message), taken && ((error) => error || taken()));
    if (this.#socket.writableLength > UNREAD_MAX_BYTES) this.#socket.destroy();
  }

  #onBytes(bytes: Uint8Array): void {
    this.#work(this.#lines.push(bytes));
  }

  /** Handles as many lines as one turn allows. Reads no more until the rest is handled. */
  #work(lines: Generator<Line>): void {
    const end = performance.now() + TURN_MS;
    while (this.running < RUNNING_MAX && performance.now() < end) {
      const { done, value: line } = lines.next();
      if (done || this.#socket.destroyed) {
        this.#onWorked();
        return;
      }
      if (line.type === 'garbage') {
        this.send(refuse(0, 'bad-message', line.why));
        this.#socket.end();
        this.#waiting = undefined;
        return;
      }
      this.#onMessage(line.value);
    }
    this.#waiting = lines;
    stopReading(this.#socket);
    if (this.running < RUNNING_MAX) this.#continue();
  }

  #onWorked(): void {
    const waited = this.#waiting !== undefined;
    this.#waiting = undefined;
    if (waited && !this.#paused && !this.#socket.destroyed) startReading(this.#socket);
  }

  /** Continues in the next turn of the event loop. */
  #continue(): void {
    if (!this.#waiting || this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#waiting) this.#work(this.#waiting);
    });
  }

  #onMessage(value: unknown): void {
    // Otherwise a million wrong fields would yield a million issues.
    const parsed = v.safeParse(Request, value, { abortEarly: true });
    if (parsed.success) {
      void this.#run(parsed.output);
      return;
    }
    const { id, type } = envelopeOf(value);
    const known = Request.options.some((option) => option.entries.type.literal === type);
    if (known) {
      const [issue] = parsed.issues;
      const where = v.getDotPath(issue) ?? '';
      this.send(refuse(id, 'bad-message', `${type}: ${where} ${issue.message}`));
    } else this.send(refuse(id, 'unknown-type', 'this supervisor does not know that request'));
  }

  async #run(request: Request): Promise<void> {
    this.running += 1;
    try {
      const answer: Reply | Answered | undefined = await handle(this.#context, this, request);
      if (!answer) return;
      if ('afterwards' in answer) {
        this.send(answer.reply);
        answer.afterwards();
      } else this.send(answer);
    } catch (error) {
      this.#log.error(`the request ${request.type} failed`, error);
      if ('id' in request)
        this.send(
          refuse(
            request.id,
            'internal',
            messageOf(error),
            'See supervisor.log in the state directory.',
          ),
        );
    } finally {
      this.running -= 1;
      this.#continue();
    }
  }

  /** The client is gone, so its attachment ends. */
  #onClosed(): void {
    this.#waiting = undefined;
    this.unsubscribe?.();
    this.preview?.close();
    const attached = this.attached;
    this.attached = undefined;
    attached?.client.destroy();
    if (attached) attached.session.clients.remove(attached.client);
  }
}

function envelopeOf(value: unknown): { id: number; type: string } {
  const message = typeof value === 'object' && value !== null ? value : {};
  const id = 'id' in message && Number.isSafeInteger(message.id) ? Number(message.id) : 0;
  // Not `String(…)`: an object may have a `toString` that is not a function.
  const type = 'type' in message && typeof message.type === 'string' ? message.type : '';
  return { id, type: type.slice(0, 64) };
}
