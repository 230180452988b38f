/**
 * One attachment, from the connections to the moment when the terminal is the user's again. Data
 * goes straight through in both directions; what the supervisor says is acted upon exactly where
 * in the output it belongs.
 */
import { usageError } from '../../platform/errors.ts';
import { uniqueHex } from '../../platform/unique.ts';
import type {
  ClientTerminalInput,
  Exit,
  SessionInfo,
  SessionSpec,
} from '../../protocol/messages.ts';
import type { StatePaths } from '../../store/paths.ts';
import type { Connection } from '../connection/connection.ts';
import { DataConnection } from './data-connection.ts';
import type { KeyScanner } from './detach-keys.ts';
import { DirectOutput } from './direct-output.ts';
import { enterTerminal, leaveTerminal, restoreFor } from './restore-terminal.ts';
import type { UserTerminal } from './user-terminal.ts';

/** Not taken by the terminal: above it, the supervisor is left to queue. */
const TERMINAL_HIGH_BYTES = 256 * 1024;
/** The rest of a key's sequence follows at once; a lone `ESC [` is Alt+[. */
const REST_OF_KEY_MS = 50;
/** Output that is on its way is shown before leaving, unless the terminal takes longer than this. */
const LEAVE_LIMIT_MS = 1_000;

export type AttachEnd =
  | { readonly type: 'detached'; readonly by: 'self' | 'other' }
  | { readonly type: 'switch' }
  | { readonly type: 'ended'; readonly exit: Exit }
  /** The supervisor vanished. */
  | { readonly type: 'lost' }
  /** The terminal is gone, or we were told to go. */
  | { readonly type: 'signal'; readonly signal: NodeJS.Signals };

export type AttachRequest =
  | { readonly type: 'start'; readonly spec: SessionSpec }
  | { readonly type: 'attach'; readonly fullName: string; readonly readOnly: boolean };

export interface Attached {
  readonly session: SessionInfo;
  /** False when `start` found it live. */
  readonly created: boolean;
  readonly ended: Promise<AttachEnd>;
}

/** Everything an attachment works with; the terminal and the scanner outlive it. */
export interface AttachContext {
  readonly paths: StatePaths;
  readonly terminal: UserTerminal;
  readonly keys: KeyScanner;
  readonly sshAuthSock: string | undefined;
}

/**
 * Attaches over a control connection that nothing else uses, and closes it at the end.
 * @throws UserError when the supervisor refuses; the terminal has not been touched then, and the
 * connection stays open.
 */
export async function attach(
  connection: Connection,
  goal: AttachRequest,
  around: AttachContext,
): Promise<Attached> {
  const attachment = new Attachment(connection, around);
  try {
    refuseItself(goal);
    return await attachment.begin(goal);
  } catch (error) {
    attachment.abandon();
    throw error;
  }
}

/** A session that shows itself has ever more to show, and no key gets through any more. */
function refuseItself(goal: AttachRequest): void {
  const fullName = goal.type === 'attach' ? goal.fullName : goal.spec.fullName;
  if (fullName === process.env.CODEX_SESSIONS_SESSION)
    throw usageError('this terminal is inside that very session', 'Attach from another terminal.');
}

class Attachment {
  readonly #connection: Connection;
  readonly #around: AttachContext;
  readonly #token = uniqueHex();
  readonly #data: DataConnection;
  readonly #lending: DirectOutput;
  /** The size that the supervisor knows. */
  #told = { cols: 0, rows: 0 };
  #early: Uint8Array[] | undefined = [];
  #shownBytes = 0;
  /** We have asked to leave; what that will have been. */
  #leaving: AttachEnd | undefined;
  #farewell: { offset: number; ending: AttachEnd; restore: Uint8Array; open: number } | undefined;
  #restTimer: NodeJS.Timeout | undefined;
  #leaveTimer: NodeJS.Timeout | undefined;
  #finish: ((ending: AttachEnd) => void) | undefined;
  readonly #onSignal = (signal: NodeJS.Signals) => this.#leave({ type: 'signal', signal });
  readonly #onStop = () => void this.#stop();
  readonly #onContinue = () => void this.#continue();

  constructor(connection: Connection, around: AttachContext) {
    this.#connection = connection;
    this.#around = around;
    this.#lending = new DirectOutput(connection, around.terminal, () => this.#shownBytes);
    this.#data = new DataConnection(around.paths.socket, this.#token, {
      onData: (bytes) => this.#onData(bytes),
      onClosed: () => this.#endWhenShown(),
    });
  }

  async begin(goal: AttachRequest): Promise<Attached> {
    const { terminal, sshAuthSock } = this.#around;
    this.#told = { cols: terminal.cols, rows: terminal.rows };
    const mine: ClientTerminalInput = {
      token: this.#token,
      ...this.#told,
      ...(sshAuthSock ? { sshAuthSock } : {}),
    };
    const ended = new Promise<AttachEnd>((resolve) => {
      this.#finish = resolve;
    });
    this.#connection.onNotification = (notice) => {
      if (notice.type !== 'ended' && notice.type !== 'detached') {
        this.#lending.onNotification(notice);
        return;
      }
      const ending: AttachEnd =
        notice.type === 'ended'
          ? { type: 'ended', exit: notice.exit }
          : (this.#leaving ?? { type: 'detached', by: notice.by });
      const restore = Buffer.from(notice.restore, 'base64');
      const { offset, openAttributes: open = 0 } = notice;
      this.#farewell = { offset, ending, restore, open };
      this.#endWhenShown();
    };
    const asked =
      goal.type === 'start'
        ? this.#connection.request({ type: 'start', spec: goal.spec, terminal: mine }, 'started')
        : this.#connection.request(
            {
              type: 'attach',
              fullName: goal.fullName,
              terminal: { ...mine, readOnly: goal.readOnly },
            },
            'attached',
          );
    // It takes another process, which runs while the supervisor answers.
    const raw = terminal.makeRaw();
    const reply = await asked;
    this.#data.answered();
    this.#connection.onClosed = () => {
      // After its farewell, what is still on its way comes over the other connection.
      if (this.#farewell) this.#endWhenShown();
      else this.#end({ type: 'lost' });
    };
    await raw;
    this.#open();
    return { session: reply.session, created: 'created' in reply && reply.created, ended };
  }

  /** Refused: nothing has been shown. */
  abandon(): void {
    this.#finish = undefined;
    this.#connection.onNotification = undefined;
    this.#data.destroy();
  }

  /** The terminal is raw: show what has come, and listen. */
  #open(): void {
    if (!this.#finish) return;
    const { terminal } = this.#around;
    terminal.onInput = (bytes) => this.#onInput(bytes);
    terminal.onResize = () => this.#tellSize();
    // The window may have changed while we were asking.
    this.#tellSize();
    terminal.onDrain = () => {
      this.#data.resume();
      this.#lending.shown();
      this.#endWhenShown();
    };
    terminal.onGone = () => this.#end({ type: 'signal', signal: 'SIGHUP' });
    for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const)
      process.on(signal, this.#onSignal);
    process.on('SIGTSTP', this.#onStop);
    process.on('SIGCONT', this.#onContinue);
    enterTerminal(terminal);
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const chunk of early) this.#show(chunk);
    terminal.listen();
    this.#lending.offer();
    this.#endWhenShown();
  }

  #tellSize(): void {
    const { cols, rows } = this.#around.terminal;
    if (cols === this.#told.cols && rows === this.#told.rows) return;
    this.#told = { cols, rows };
    this.#connection.tell({ type: 'resize', cols, rows });
  }

  #onData(chunk: Uint8Array): boolean {
    if (this.#early) {
      this.#early.push(Buffer.from(chunk));
      return true;
    }
    return this.#show(chunk);
  }

  /** False: the terminal is behind, read no more for now. */
  #show(chunk: Uint8Array): boolean {
    if (!this.#finish) return true;
    const { terminal } = this.#around;
    terminal.write(chunk);
    this.#shownBytes += chunk.length;
    this.#lending.shown();
    if (this.#farewell) this.#endWhenShown();
    return terminal.queuedBytes < TERMINAL_HIGH_BYTES;
  }

  #onInput(bytes: Uint8Array): void {
    clearTimeout(this.#restTimer);
    const { keys } = this.#around;
    this.#forward(keys.push(bytes, Date.now()));
    if (keys.holding)
      this.#restTimer = setTimeout(() => this.#forward(keys.flush()), REST_OF_KEY_MS);
  }

  #forward(scanned: ReturnType<KeyScanner['push']>): void {
    if (this.#leaving) return;
    // What came together goes on together: a program may take a sequence for whole.
    const [only] = scanned.forward;
    if (only)
      this.#data.write(scanned.forward.length === 1 ? only : Buffer.concat(scanned.forward));
    if (!scanned.action) return;
    this.#around.terminal.onInput = undefined;
    for (const bytes of scanned.rest ?? []) this.#around.terminal.unread(bytes);
    this.#leave(
      scanned.action === 'switch' ? { type: 'switch' } : { type: 'detached', by: 'self' },
    );
  }

  /** In good order: with what is still on its way to the terminal, and the supervisor's farewell. */
  #leave(ending: AttachEnd): void {
    if (this.#leaving) return;
    this.#leaving = ending;
    this.#connection.tell({ type: 'leave' });
    this.#leaveTimer = setTimeout(() => this.#end(ending), LEAVE_LIMIT_MS);
  }

  #endWhenShown(): void {
    if (!this.#farewell || this.#early) return;
    if (this.#shownBytes >= this.#farewell.offset || this.#data.closed)
      this.#end(this.#farewell.ending);
  }

  #end(ending: AttachEnd): void {
    const finish = this.#finish;
    if (!finish) return;
    this.#finish = undefined;
    clearTimeout(this.#restTimer);
    clearTimeout(this.#leaveTimer);
    for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const)
      process.off(signal, this.#onSignal);
    process.off('SIGTSTP', this.#onStop);
    process.off('SIGCONT', this.#onContinue);
    const { terminal } = this.#around;
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
    void leaveTerminal(terminal, restore, this.#farewell?.open).then(() => finish(ending));
  }

  /** Somebody stops us from outside: the shell gets its terminal back first. */
  async #stop(): Promise<void> {
    const { terminal } = this.#around;
    await this.#lending.reclaim();
    void leaveTerminal(terminal, restoreFor(terminal, this.#connection.restore), 'unfenced');
    terminal.suspend();
    process.kill(process.pid, 'SIGSTOP');
  }

  async #continue(): Promise<void> {
    this.#around.terminal.makeRawAgain();
    // Stopped by a signal that nobody can catch, it is lent still.
    await this.#lending.reclaim();
    enterTerminal(this.#around.terminal);
    this.#connection.tell({ type: 'repaint' });
    this.#lending.offer();
  }
}
