/**
 * One attachment, from connecting until the terminal is the user's again. Bytes pass unchanged in both
 * directions, except for the detach and switch keys; notifications take effect at their offset in the
 * output. If the supervisor dies, the attachment goes on with its successor.
 */
import { uniqueHex } from '../../platform/unique.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { fullNameOf } from '../../store/names.ts';
import type { Connection } from '../connection/connection.ts';
import { AnswerWatch } from './answer-watch.ts';
import { KeyInput } from './key-input.ts';
import { enterTerminal, leaveTerminal, restoreFor } from './restore-terminal.ts';
import { Resumption } from './resumption.ts';
import { handleSignals } from './signals.ts';
import { StatusLine } from './status-line.ts';
import {
  type FarewellMessage,
  SupervisorConnections,
  UNSHOWN_HIGH_BYTES,
} from './supervisor-connections.ts';
import type { AttachContext, AttachEnd, Attached, AttachRequest } from './types.ts';

/** Fits into 80 columns. */
const SILENT = 'No answer for 5 s. In another window: codex-sessions supervisor restart --force';
/** How long to wait, on leaving, for output that is still on its way. */
const LEAVE_LIMIT_MS = 1_000;

const BELL = Uint8Array.of(7);

function silentLine({ far, detachLabel }: AttachContext): string {
  return `No answer from ${far?.host} for 5 s.${detachLabel ? ` ${detachLabel} leaves.` : ''}`;
}

function renamed(session: SessionInfo, name = session.name): SessionInfo {
  const project = { name: session.project, hash: session.hash };
  return { ...session, name, fullName: fullNameOf(project, name) };
}

export class Attachment {
  readonly #context: AttachContext;
  readonly #token = uniqueHex();
  readonly #readOnly: boolean;
  readonly #input: KeyInput;
  readonly #line: StatusLine;
  readonly #watch: AnswerWatch;
  readonly #resumption: Resumption;
  /** To the present supervisor, or to the last one. */
  #connections: SupervisorConnections;
  /** As the supervisor last reported it. */
  #session: SessionInfo | undefined;
  #opened = false;
  /** Output came before SIGCONT, and the terminal was entered again for it. */
  #awake = false;
  /** Set once the attachment is about to end. */
  #leaving: AttachEnd | undefined;
  #leaveTimer: NodeJS.Timeout | undefined;
  #finish: ((end: AttachEnd) => void) | undefined;
  #ignoreSignals: (() => void) | undefined;

  constructor(connection: Connection, request: AttachRequest, context: AttachContext) {
    this.#context = context;
    this.#readOnly = request.type === 'attach' && request.readOnly;
    this.#line = new StatusLine(context.terminal);
    this.#connections = this.#join(connection);
    this.#input = new KeyInput(context, {
      onAction: (action) =>
        this.#leave(action === 'switch' ? { type: 'switch' } : { type: 'detached', by: 'self' }),
      onSent: (now) => this.#watch.sent(now),
      onDropped: () => this.#resumption.onTyped(),
    });
    this.#watch = new AnswerWatch({
      ask: () => this.#connections.control.ping(),
      onSilent: () => this.#line.show(context.far ? silentLine(context) : SILENT),
      onAnswer: () => {
        this.#line.clear();
        this.#repaint();
      },
    });
    this.#resumption = new Resumption(context, this.#input, this.#line, {
      join: (control) => this.#join(control),
      onAttached: (successor, session) => {
        this.#connections = successor;
        this.#session = session;
      },
      onReady: () => this.#goOn(),
      onFailed: (end) => this.#end(this.#withUntold(end)),
    });
  }

  #join(control: Connection): SupervisorConnections {
    const connections: SupervisorConnections = new SupervisorConnections(
      control,
      this.#token,
      this.#context,
      {
        onOutput: (bytes) => this.#show(bytes),
        onFarewell: (message) => this.#onFarewell(message),
        onLost: () => this.#onLost(connections),
        onHeard: () => {
          this.#input.heard();
          this.#watch.heard();
        },
        onDrain: () => this.#input.flush(),
      },
    );
    return connections;
  }

  /** @throws UserError as `attach`; call {@link abandon} then */
  async begin(request: AttachRequest): Promise<Attached> {
    const ended = new Promise<AttachEnd>((resolve) => {
      this.#finish = resolve;
    });
    const answer = this.#connections.attach(request);
    // Raw mode needs a child process, which runs while the supervisor answers.
    const raw = this.#context.terminal.makeRaw();
    const reply = await answer;
    const { session } = reply;
    this.#session = session;
    await raw;
    this.#open();
    return {
      session,
      created: 'created' in reply && reply.created,
      ended: ended.then((end) => ({
        end,
        session: renamed(this.#session ?? session, this.#connections.farewell?.name),
      })),
    };
  }

  /** After a refusal: nothing has been shown. */
  abandon(): void {
    this.#finish = undefined;
    this.#connections.abandon();
  }

  /** Shows the output so far and starts reading keys, now that the terminal is raw. */
  #open(): void {
    if (!this.#finish) return;
    const { terminal } = this.#context;
    const { far } = this.#context;
    // Input for another machine must not arrive late, so it is not sent again.
    this.#input.begin(this.#readOnly ? 'none' : far ? 'count' : 'resend');
    if (far) far.onDropped = (bytes) => this.#onDropped(bytes);
    terminal.onResize = () => {
      this.#connections.tellSize();
      this.#line.again();
    };
    terminal.onDrain = () => this.#connections.resume();
    terminal.onGone = () => this.#end({ type: 'signal', signal: 'SIGHUP' });
    this.#ignoreSignals = handleSignals({
      onEnd: (signal) => this.#leave({ type: 'signal', signal }),
      onStop: () => void this.#stop(),
      onContinue: () => void this.#continue(),
    });
    enterTerminal(terminal);
    this.#goOn();
    this.#opened = true;
    if (this.#connections.lost) this.#onLost(this.#connections);
  }

  /** From here on the user sees the session and types into it. */
  #goOn(): void {
    // It may have changed since the request.
    this.#connections.tellSize();
    this.#connections.open();
    if (this.#finish) this.#input.connect(this.#connections.data);
  }

  /** False: too much is queued for the terminal, stop reading. */
  #show(chunk: Uint8Array): boolean {
    if (!this.#finish) return true;
    const { terminal } = this.#context;
    terminal.write(chunk);
    return terminal.queuedBytes < UNSHOWN_HIGH_BYTES;
  }

  /** The supervisor has died. */
  #onLost(connections: SupervisorConnections): void {
    const session = this.#session;
    if (connections !== this.#connections || !this.#opened || !session) return;
    if (this.#leaving) {
      this.#input.disconnect();
      this.#end(this.#withUntold(this.#leaving));
      return;
    }
    this.#watch.reset();
    this.#resumption.begin(session, this.#readOnly, connections);
  }

  /** Asks the supervisor to end the attachment; it sends the rest of the output first. */
  #leave(end: AttachEnd): void {
    if (this.#leaving) return;
    // Input that is held can still be sent.
    this.#resumption.read();
    if (!this.#finish) return;
    this.#leaving = end;
    this.#input.stop();
    if (this.#resumption.searching) {
      this.#end(this.#withUntold(end));
      return;
    }
    this.#connections.control.tell({ type: 'leave' });
    this.#leaveTimer = setTimeout(() => this.#end(end), LEAVE_LIMIT_MS);
  }

  #withUntold(end: AttachEnd): AttachEnd {
    return end.type === 'detached' || end.type === 'lost' ? { ...end, ...this.#input.untold } : end;
  }

  /**
   * The supervisor's farewell, whether we asked for the end, another client did, or the program
   * ended.
   */
  #onFarewell(message: FarewellMessage): void {
    if (message.type === 'ended') {
      this.#end({ type: 'ended', exit: message.exit });
      return;
    }
    const { by, drawnFor } = message;
    const leaving = this.#leaving ?? { type: 'detached', by };
    this.#end(leaving.type === 'detached' ? { ...leaving, drawnFor } : leaving);
  }

  #end(end: AttachEnd): void {
    const finish = this.#finish;
    if (!finish) return;
    this.#finish = undefined;
    clearTimeout(this.#leaveTimer);
    this.#resumption.cancel();
    this.#watch.reset();
    this.#input.stop();
    this.#ignoreSignals?.();
    const { terminal } = this.#context;
    terminal.onResize = undefined;
    terminal.onDrain = undefined;
    terminal.onAwake = undefined;
    terminal.onInput = undefined;
    this.#connections.close();
    this.#line.clear();
    const { control, farewell, complete } = this.#connections;
    const restore =
      farewell && complete
        ? Buffer.from(farewell.restore, 'base64')
        : restoreFor(terminal, control.restore);
    terminal.listen();
    void leaveTerminal(terminal, restore, farewell?.openAttributes).then(() => finish(end));
  }

  /** On SIGTSTP from another process: restores the terminal for the shell before stopping. */
  async #stop(): Promise<void> {
    const { terminal } = this.#context;
    await this.#connections.direct.stop();
    const { restore } = this.#connections.control;
    void leaveTerminal(terminal, restoreFor(terminal, restore), 'unfenced');
    terminal.suspend();
    this.#awake = false;
    terminal.onAwake = () => {
      this.#awake = true;
      enterTerminal(terminal);
    };
    process.kill(process.pid, 'SIGSTOP');
  }

  async #continue(): Promise<void> {
    const { terminal } = this.#context;
    terminal.onAwake = undefined;
    terminal.makeRawAgain();
    this.#watch.reset();
    // After SIGSTOP, which cannot be caught, the supervisor may still be writing to the terminal.
    await this.#connections.direct.stop();
    if (!this.#awake) enterTerminal(terminal);
    this.#awake = false;
    if (this.#resumption.pending) this.#line.again();
    else this.#repaint();
  }

  /** What is said stays until something is drawn over it. */
  #onDropped(bytes: number): void {
    this.#input.dropped(bytes);
    if (!this.#finish || this.#resumption.pending) return;
    this.#context.terminal.write(BELL);
    this.#line.show('What you typed was over 3 s on its way, and was dropped. Type it again.');
    this.#line.forget();
  }

  #repaint(): void {
    this.#line.forget();
    this.#connections.control.tell({ type: 'repaint' });
    this.#connections.direct.offer();
  }
}
