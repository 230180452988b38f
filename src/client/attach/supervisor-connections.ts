/**
 * The connections of an attachment to one supervisor: control connection, data connection and
 * direct output. Offsets of the output begin with them. If the supervisor dies, the attachment gets
 * new ones.
 */
import type { ClientTerminalInput, Reply } from '../../protocol/messages.ts';
import type { Connection, SessionNotification } from '../connection/connection.ts';
import { DataConnection } from './data-connection.ts';
import { DirectOutput } from './direct-output.ts';
import type { AttachContext, AttachRequest } from './types.ts';

/** While more bytes than this are not shown yet, we do not read, so the supervisor queues. */
export const UNSHOWN_HIGH_BYTES = 256 * 1024;
/**
 * After a data connection is closed, a farewell or the end of the control connection follows soon.
 */
const FAREWELL_LIMIT_MS = 1_000;

export type FarewellMessage = Extract<SessionNotification, { type: 'ended' | 'detached' }>;
export type AttachReply = Extract<Reply, { type: 'started' | 'attached' }>;

export interface ConnectionsHandlers {
  /**
   * `bytes` are valid only during the call. After false, reading stops until {@link
   * SupervisorConnections.resume}.
   */
  onOutput(bytes: Uint8Array): boolean;
  /**
   * The supervisor has said farewell, and all output before it is shown, or will not come any more.
   */
  onFarewell(message: FarewellMessage): void;
  /** See {@link SupervisorConnections.lost}. Called once. */
  onLost(): void;
  /** The supervisor has sent something. */
  onHeard(): void;
  /** The data connection is no longer full. */
  onDrain(): void;
}

export class SupervisorConnections {
  readonly control: Connection;
  readonly data: DataConnection;
  readonly direct: DirectOutput;
  farewell: FarewellMessage | undefined;
  /** The supervisor has gone without a farewell. */
  lost = false;
  readonly #handlers: ConnectionsHandlers;
  readonly #token: string;
  readonly #context: AttachContext;
  /** Output that came before {@link open}. */
  #early: Uint8Array[] | undefined = [];
  #earlyBytes = 0;
  #shownBytes = 0;
  /** The size last sent. */
  #size = { cols: 0, rows: 0 };
  #over = false;
  #dataLimit: NodeJS.Timeout | undefined;

  /** `control`: a connection that is used for nothing else. */
  constructor(
    control: Connection,
    token: string,
    context: AttachContext,
    handlers: ConnectionsHandlers,
  ) {
    const { paths, terminal, far } = context;
    this.#context = context;
    this.control = control;
    this.#token = token;
    this.#handlers = handlers;
    this.direct = new DirectOutput(control, terminal, () => this.#shownBytes, !far);
    this.data = new DataConnection(
      paths.socket,
      token,
      {
        onData: (bytes) => this.#onData(bytes),
        onDrain: () => handlers.onDrain(),
        onClosed: () => this.#onDataClosed(),
      },
      far && (() => far.openData()),
    );
  }

  /**
   * @param resumes for a successor of the attachment's supervisor
   * @param timeoutMs 0 means no limit
   * @throws UserError when the supervisor refuses, or goes away
   */
  async attach(
    request: AttachRequest,
    resumes?: ClientTerminalInput['resumes'],
    timeoutMs?: number,
  ): Promise<AttachReply> {
    const { control } = this;
    control.onNotification = (message) => this.#onNotification(message);
    control.onHeard = () => this.#handlers.onHeard();
    const terminal = { ...this.#terminal(), ...(resumes ? { resumes } : {}) };
    const reply = await (request.type === 'start'
      ? control.request({ type: 'start', spec: request.spec, terminal }, 'started', timeoutMs)
      : control.request(
          {
            type: 'attach',
            fullName: request.fullName,
            terminal: { ...terminal, readOnly: request.readOnly },
          },
          'attached',
          timeoutMs,
        ));
    this.data.answered();
    control.onClosed = () => this.#onControlClosed();
    return reply;
  }

  #terminal(): ClientTerminalInput {
    const { sshAuthSock, scrollbackOnAttach: scrollback, terminal } = this.#context;
    const { cols, rows } = terminal;
    // Identifies a device of this machine; it means nothing on another one.
    const identity = this.#context.far ? undefined : terminal.identity;
    this.#size = { cols, rows };
    return {
      token: this.#token,
      ...this.#size,
      ...(sshAuthSock ? { sshAuthSock } : {}),
      ...(identity ? { identity } : {}),
      scrollback,
    };
  }

  /** Shows the output received so far, and from now on what comes. */
  open(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const chunk of early) this.#show(chunk);
    this.data.resume();
    this.direct.offer();
    this.tellFarewell();
  }

  /** The terminal has taken everything. */
  resume(): void {
    if (!this.#early) this.data.resume();
    this.direct.shown();
    this.tellFarewell();
  }

  /** To be called if the terminal may have another size. */
  tellSize(): void {
    const { cols, rows } = this.#context.terminal;
    if (cols === this.#size.cols && rows === this.#size.rows) return;
    this.#size = { cols, rows };
    this.control.tell({ type: 'resize', cols, rows });
  }

  /** All output up to the farewell has been shown. */
  get complete(): boolean {
    return this.farewell !== undefined && this.#shownBytes >= this.farewell.offset;
  }

  /** Calls `onFarewell` if it is time. */
  tellFarewell(): void {
    if (!this.farewell || this.#early || this.#over) return;
    if (this.complete || this.data.closed) this.#handlers.onFarewell(this.farewell);
  }

  /** No handler is called any more. */
  close(): void {
    this.#over = true;
    clearTimeout(this.#dataLimit);
    this.data.destroy();
    this.control.onClosed = undefined;
    this.control.onHeard = undefined;
    this.control.close();
  }

  /** After a refusal: everything is as before, and the control connection stays open. */
  abandon(): void {
    this.#over = true;
    clearTimeout(this.#dataLimit);
    this.control.onNotification = undefined;
    this.control.onHeard = undefined;
    this.data.destroy();
  }

  #onNotification(message: SessionNotification): void {
    if (message.type !== 'ended' && message.type !== 'detached') {
      this.direct.onNotification(message);
      return;
    }
    this.farewell = message;
    this.tellFarewell();
  }

  #onData(chunk: Uint8Array): boolean {
    this.#handlers.onHeard();
    if (!this.#early) return this.#show(chunk);
    this.#early.push(Buffer.from(chunk));
    this.#earlyBytes += chunk.length;
    return this.#earlyBytes < UNSHOWN_HIGH_BYTES;
  }

  #show(chunk: Uint8Array): boolean {
    if (this.#over) return true;
    const goOn = this.#handlers.onOutput(chunk);
    this.#shownBytes += chunk.length;
    this.direct.shown();
    if (this.farewell) this.tellFarewell();
    return goOn;
  }

  #onControlClosed(): void {
    // After the farewell, the rest of the output still comes over the data connection.
    if (this.farewell) this.tellFarewell();
    else this.#onLost();
  }

  #onDataClosed(): void {
    if (this.#over) return;
    if (this.farewell) this.tellFarewell();
    else this.#dataLimit = setTimeout(() => this.#onLost(), FAREWELL_LIMIT_MS);
  }

  #onLost(): void {
    clearTimeout(this.#dataLimit);
    if (this.#over || this.farewell || this.lost) return;
    this.lost = true;
    this.control.onClosed = undefined;
    this.control.close();
    this.direct.lost();
    this.#handlers.onLost();
  }
}
