/**
 * One attachment, from connecting until the terminal is the user's again. Bytes pass unchanged in both
 * directions, except for the detach and switch keys; notifications take effect at their offset in the
 * output.
 */
import { usageError } from '../../platform/errors.ts';
import { uniqueHex } from '../../platform/unique.ts';
import type { ClientTerminalInput, SessionInfo } from '../../protocol/messages.ts';
import { fullNameOf } from '../../store/names.ts';
import type { Connection, SessionNotification } from '../connection/connection.ts';
import { DataConnection } from './data-connection.ts';
import type { KeyScanner } from './detach-keys.ts';
import { DirectOutput } from './direct-output.ts';
import { enterTerminal, leaveTerminal, restoreFor } from './restore-terminal.ts';
import { handleSignals } from './signals.ts';
import type { AttachContext, AttachEnd, Attached, AttachRequest } from './types.ts';

/** Above this many bytes that the terminal has not taken, we stop reading, so the supervisor queues. */
const TERMINAL_HIGH_BYTES = 256 * 1024;
/** The rest of a key's sequence follows at once; `ESC [` on its own is Alt+[. */
const REST_OF_KEY_MS = 50;
/** How long to wait, on leaving, for output that is still on its way. */
const LEAVE_LIMIT_MS = 1_000;

/**
 * Attaches over a control connection that nothing else uses, and closes it at the end.
 * @throws UserError when the supervisor refuses; nothing has been written to the terminal then, and
 * the connection stays open.
 */
export async function attach(
  connection: Connection,
  request: AttachRequest,
  context: AttachContext,
): Promise<Attached> {
  const attachment = new Attachment(connection, context);
  try {
    refuseItself(request);
    return await attachment.begin(request);
  } catch (error) {
    attachment.abandon();
    throw error;
  }
}

/** Refuses to show a session inside itself, which would produce endless output. */
function refuseItself(request: AttachRequest): void {
  const fullName = request.type === 'attach' ? request.fullName : request.spec.fullName;
  if (fullName === process.env.CODEX_SESSIONS_SESSION)
    throw usageError('this terminal is inside that very session', 'Attach from another terminal.');
}

function renamed(session: SessionInfo, name = session.name): SessionInfo {
  const project = { name: session.project, hash: session.hash };
  return { ...session, name, fullName: fullNameOf(project, name) };
}

class Attachment {
  readonly #connection: Connection;
  readonly #context: AttachContext;
  readonly #token = uniqueHex();
  readonly #data: DataConnection;
  readonly #direct: DirectOutput;
  /** The size last sent to the supervisor. */
  #knownSize = { cols: 0, rows: 0 };
  #early: Uint8Array[] | undefined = [];
  #shownBytes = 0;
  /** Set once `leave` has been sent. */
  #leaving: AttachEnd | undefined;
  #farewell: { offset: number; end: AttachEnd; restore: Uint8Array; open: number } | undefined;
  /** The session's name, once the supervisor has told at the end. */
  #name: string | undefined;
  #restTimer: NodeJS.Timeout | undefined;
  #leaveTimer: NodeJS.Timeout | undefined;
  #finish: ((end: AttachEnd) => void) | undefined;
  #ignoreSignals: (() => void) | undefined;

  constructor(connection: Connection, context: AttachContext) {
    this.#connection = connection;
    this.#context = context;
    this.#direct = new DirectOutput(connection, context.terminal, () => this.#shownBytes);
    this.#data = new DataConnection(context.paths.socket, this.#token, {
      onData: (bytes) => this.#onData(bytes),
      onClosed: () => this.#endWhenShown(),
    });
  }

  async begin(request: AttachRequest): Promise<Attached> {
    const { terminal } = this.#context;
    this.#knownSize = { cols: terminal.cols, rows: terminal.rows };
    const ended = new Promise<AttachEnd>((resolve) => {
      this.#finish = resolve;
    });
    this.#connection.onNotification = (message) => this.#onNotification(message);
    const answer = this.#request(request);
    // Raw mode needs a child process, which runs while the supervisor answers.
    const raw = terminal.makeRaw();
    const reply = await answer;
    this.#data.answered();
    this.#connection.onClosed = () => {
      // After the farewell, the rest of the output still comes over the data connection.
      if (this.#farewell) this.#endWhenShown();
      else this.#end({ type: 'lost' });
    };
    await raw;
    this.#open();
    const { session } = reply;
    return {
      session,
      created: 'created' in reply && reply.created,
      ended: ended.then((end) => ({ end, session: renamed(session, this.#name) })),
    };
  }

  #request(request: AttachRequest) {
    const { sshAuthSock, scrollbackOnAttach: scrollback } = this.#context;
    const { identity } = this.#context.terminal;
    const terminal: ClientTerminalInput = {
      token: this.#token,
      ...this.#knownSize,
      ...(sshAuthSock ? { sshAuthSock } : {}),
      ...(identity ? { identity } : {}),
      scrollback,
    };
    if (request.type === 'start')
      return this.#connection.request({ type: 'start', spec: request.spec, terminal }, 'started');
    const { fullName, readOnly } = request;
    return this.#connection.request(
      { type: 'attach', fullName, terminal: { ...terminal, readOnly } },
      'attached',
    );
  }

  #onNotification(message: SessionNotification): void {
    if (message.type !== 'ended' && message.type !== 'detached') {
      this.#direct.onNotification(message);
      return;
    }
    const end: AttachEnd =
      message.type === 'ended' ? { type: 'ended', exit: message.exit } : this.#detached(message);
    const restore = Buffer.from(message.restore, 'base64');
    const { offset, openAttributes: open = 0 } = message;
    this.#name = message.name;
    this.#farewell = { offset, end, restore, open };
    this.#endWhenShown();
  }

  /** The supervisor's word on an end that we asked for, or that another one did. */
  #detached({ by, drawnFor }: Extract<SessionNotification, { type: 'detached' }>): AttachEnd {
    const leaving = this.#leaving ?? { type: 'detached', by };
    return leaving.type === 'detached' ? { ...leaving, drawnFor } : leaving;
  }

  /** After a refusal: nothing has been shown. */
  abandon(): void {
    this.#finish = undefined;
    this.#connection.onNotification = undefined;
    this.#data.destroy();
  }

  /** Shows the output so far and starts reading keys, now that the terminal is raw. */
  #open(): void {
    if (!this.#finish) return;
    const { terminal } = this.#context;
    terminal.onInput = (bytes) => this.#onInput(bytes);
    terminal.onResize = () => this.#tellSize();
    // It may have changed since the request.
    this.#tellSize();
    terminal.onDrain = () => {
      this.#data.resume();
      this.#direct.shown();
      this.#endWhenShown();
    };
    terminal.onGone = () => this.#end({ type: 'signal', signal: 'SIGHUP' });
    this.#ignoreSignals = handleSignals({
      onEnd: (signal) => this.#leave({ type: 'signal', signal }),
      onStop: () => void this.#stop(),
      onContinue: () => void this.#continue(),
    });
    enterTerminal(terminal);
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const chunk of early) this.#show(chunk);
    terminal.listen();
    this.#direct.offer();
    this.#endWhenShown();
  }

  #tellSize(): void {
    const { cols, rows } = this.#context.terminal;
    if (cols === this.#knownSize.cols && rows === this.#knownSize.rows) return;
    this.#knownSize = { cols, rows };
    this.#connection.tell({ type: 'resize', cols, rows });
  }

  #onData(chunk: Uint8Array): boolean {
    if (this.#early) {
      this.#early.push(Buffer.from(chunk));
      return true;
    }
    return this.#show(chunk);
  }

  /** False: too much is queued for the terminal, stop reading. */
  #show(chunk: Uint8Array): boolean {
    if (!this.#finish) return true;
    const { terminal } = this.#context;
    terminal.write(chunk);
    this.#shownBytes += chunk.length;
    this.#direct.shown();
    if (this.#farewell) this.#endWhenShown();
    return terminal.queuedBytes < TERMINAL_HIGH_BYTES;
  }

  #onInput(bytes: Uint8Array): void {
    clearTimeout(this.#restTimer);
    const { keys } = this.#context;
    this.#forward(keys.push(bytes, Date.now()));
    if (keys.holding)
      this.#restTimer = setTimeout(() => this.#forward(keys.flush()), REST_OF_KEY_MS);
  }

  #forward(scanned: ReturnType<KeyScanner['push']>): void {
    if (this.#leaving) return;
    // One write for each read: a program may expect a sequence in one piece.
    const [only] = scanned.forward;
    if (only)
      this.#data.write(scanned.forward.length === 1 ? only : Buffer.concat(scanned.forward));
    if (!scanned.action) return;
    this.#context.terminal.onInput = undefined;
    for (const bytes of scanned.rest ?? []) this.#context.terminal.unread(bytes);
    this.#leave(
      scanned.action === 'switch' ? { type: 'switch' } : { type: 'detached', by: 'self' },
    );
  }

  /** Asks the supervisor to end the attachment; it sends the rest of the output first. */
  #leave(end: AttachEnd): void {
    if (this.#leaving) return;
    this.#leaving = end;
    this.#connection.tell({ type: 'leave' });
    this.#leaveTimer = setTimeout(() => this.#end(end), LEAVE_LIMIT_MS);
  }

  #endWhenShown(): void {
    if (!this.#farewell || this.#early) return;
    if (this.#shownBytes >= this.#farewell.offset || this.#data.closed)
      this.#end(this.#farewell.end);
  }

  #end(end: AttachEnd): void {
    const finish = this.#finish;
    if (!finish) return;
    this.#finish = undefined;
    clearTimeout(this.#restTimer);
    clearTimeout(this.#leaveTimer);
    this.#ignoreSignals?.();
    const { terminal } = this.#context;
    terminal.onResize = undefined;
    terminal.onDrain = undefined;
    terminal.onInput = undefined;
    this.#data.destroy();
    this.#connection.onClosed = undefined;
    this.#connection.close();
    const restore =
      this.#farewell && this.#shownBytes >= this.#farewell.offset
        ? this.#farewell.restore
        : restoreFor(terminal, this.#connection.restore);
    void leaveTerminal(terminal, restore, this.#farewell?.open).then(() => finish(end));
  }

  /** On SIGTSTP from another process: restores the terminal for the shell before stopping. */
  async #stop(): Promise<void> {
    const { terminal } = this.#context;
    await this.#direct.stop();
    void leaveTerminal(terminal, restoreFor(terminal, this.#connection.restore), 'unfenced');
    terminal.suspend();
    process.kill(process.pid, 'SIGSTOP');
  }

  async #continue(): Promise<void> {
    this.#context.terminal.makeRawAgain();
    // After SIGSTOP, which cannot be caught, the supervisor may still be writing to the terminal.
    await this.#direct.stop();
    enterTerminal(this.#context.terminal);
    this.#connection.tell({ type: 'repaint' });
    this.#direct.offer();
  }
}
