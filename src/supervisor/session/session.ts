/**
 * One session: a program on its terminal, and the clients that look at it. Who comes, goes, types
 * and sets the size is decided here; nothing here knows what the program is.
 */

import { startTimeOf } from '../../platform/process-identity.ts';
import { fitsAddress } from '../../platform/socket-address.ts';
import { CLIENT_LOW_BYTES } from '../../protocol/limits.ts';
import type { Exit, SessionInfo, SessionSpec } from '../../protocol/messages.ts';
import { isCleanReply, tellsAttributes } from '../../terminal/input-tokens.ts';
import type { ProgramChange, ProgramObserver } from '../program/program.ts';
import {
  ProgramTerminal,
  type Size,
  type TerminalContext,
  type TerminalHandlers,
} from '../program/program-terminal.ts';
import type { TerminalQuery } from '../program/terminal-query.ts';
import { adoptPty, type Pty, type PtyHandlers, spawnPty } from '../pty/pty.ts';
import { noteTyped } from '../pty/typing-activity.ts';
import { AgentLink } from './agent-link.ts';
import type { Client } from './client.ts';
import { FlowControl } from './flow-control.ts';
import { InputArbiter } from './input-arbiter.ts';
import { Redraw } from './redraw.ts';
import { RestoreUpdates } from './restore-updates.ts';
import { ScaledView } from './scaled-view.ts';
import { infoOf } from './session-info.ts';
import type { ClientState, SessionState } from './session-state.ts';

export type { Size } from '../program/program-terminal.ts';

/** Input that the program has not taken; above it the clients' connections wait. */
const INPUT_HIGH_BYTES = 256 * 1024;
/** Shown of a session that failed. */
const LAST_LINES = 10;

/** What of a session has changed. */
export type SessionChange = ProgramChange | 'attached' | 'detached';

export interface SessionContext extends TerminalContext {
  /** Where the links to the sessions' SSH agents are. */
  readonly agentsDir: string;
  /** After the last byte has gone to the clients; to be followed by {@link Session.dismiss}. */
  onEnded(session: Session, exit: Exit): void;
  /** Called for each single change, in order. */
  onChanged(session: Session, change: SessionChange): void;
}

export class Session {
  readonly spec: SessionSpec;
  readonly createdAt: number;
  /** Set once the process is gone. */
  exit: Exit | undefined;
  /** Somebody asked for the end. */
  killed: boolean;
  readonly #context: SessionContext;
  readonly #terminal: ProgramTerminal;
  readonly #agent: AgentLink;
  readonly #arbiter: InputArbiter;
  readonly #flow: FlowControl;
  readonly #restoreUpdates: RestoreUpdates;
  readonly #scaled: ScaledView;
  readonly #redraw: Redraw;
  readonly #clients = new Set<Client>();
  #leader: Client | undefined;
  /** One for all who wait for the screen to be parsed. */
  #settling: Promise<void> | undefined;
  /** Whoever typed what the program has not taken yet. */
  #inputWaiters: ((taken: boolean) => void)[] = [];

  /**
   * Starts the program, or goes on with one that a predecessor left in this `state`.
   * @throws Error when it cannot be started.
   */
  constructor(spec: SessionSpec, size: Size, context: SessionContext, state?: SessionState) {
    this.spec = spec;
    this.createdAt = state?.createdAt ?? Date.now();
    this.killed = state?.killed ?? false;
    this.#context = context;
    this.#arbiter = new InputArbiter({
      write: (bytes) => this.#terminal.pty.write(bytes),
      typed: (client) => this.#onTyped(client),
      acceptsReply: (client, reply) => this.#acceptsReply(client, reply),
    });
    // By the name that its program was started with: the path is in its environment.
    const first = spec.env.CODEX_SESSIONS_SESSION ?? spec.fullName;
    this.#agent = new AgentLink(context.agentsDir, first);
    this.#agent.offer(spec.env.SSH_AUTH_SOCK);
    // A state directory too deep for a socket's address: then the agent of the start has to do.
    const stable = fitsAddress(this.#agent.path) ? { SSH_AUTH_SOCK: this.#agent.path } : {};
    const env = { ...spec.env, ...stable };
    const open = (handlers: PtyHandlers) =>
      state ? adopt(state, handlers) : spawnPty({ ...spec, env, ...size }, handlers);
    const handlers: TerminalHandlers = {
      onShow: (bytes) => this.#show(bytes),
      onShown: () => {
        this.#flow.afterOutput();
        this.#restoreUpdates.changed();
        this.#scaled.changed();
      },
      onBehind: (behind) => {
        this.#flow.screenBehind = behind;
      },
      onInputTaken: () => this.#onInputTaken(),
      onChanged: (change) => context.onChanged(this, change),
      onExit: (exit) => this.#onExit(exit),
      onAsked: (query) => this.#onAsked(query),
      hasTerminal: () => this.#hasTerminal(),
    };
    this.#terminal = new ProgramTerminal(spec, size, open, context, handlers, state);
    this.#flow = new FlowControl(this.#terminal.pty, this.#clients);
    const { screen } = this.#terminal;
    this.#redraw = new Redraw(screen, () => this.#terminal.title);
    this.#scaled = new ScaledView(this.#clients, screen, this.#redraw);
    this.#restoreUpdates = new RestoreUpdates(
      this.#clients,
      screen,
      this.#redraw,
      () => this.#terminal.spoke,
    );
  }

  get fullName(): string {
    return this.spec.fullName;
  }

  get pid(): number {
    return this.#terminal.pty.pid;
  }

  get clients(): ReadonlySet<Client> {
    return this.#clients;
  }

  /** Somebody sits there: to look on is not enough, nor is a connection that takes nothing. */
  get attended(): boolean {
    return [...this.#clients].some(
      ({ readOnly, isSkipping, queuedBytes }) =>
        !readOnly && !isSkipping && queuedBytes < CLIENT_LOW_BYTES,
    );
  }

  /** What the program says of itself. */
  get program(): ProgramObserver {
    return this.#terminal.program;
  }

  /** The model of its terminal, and the way to type into it. */
  get terminal(): ProgramTerminal {
    return this.#terminal;
  }

  get conversation(): string | undefined {
    return this.program.conversation;
  }

  /** Milliseconds since the epoch. */
  get lastActivityAt(): number {
    return this.#terminal.lastOutputAt;
  }

  /** Adds a client and paints the screen for it. */
  attach(client: Client): void {
    const first = this.#clients.size === 0;
    this.#clients.add(client);
    this.#listen(client);
    if (!this.#clients.has(client)) return;
    this.#agent.offer(client.sshAuthSock);
    this.program.watch(true);
    if (!client.readOnly) this.#lead(client);
    if (!this.#scaled.admit(client) && this.#terminal.spoke) this.#redraw.paint(client);
    this.#restoreUpdates.tell(client);
    if (first) this.#terminal.tellFocus(true);
    this.#flow.clientsChanged();
    this.#context.onChanged(this, 'attached');
  }

  /** A client that our predecessor had: it has its picture. */
  adopt(client: Client, leads: boolean): void {
    this.#clients.add(client);
    this.#listen(client);
    client.pauseInput();
    if (this.#scaled.differs(client)) client.scale();
    if (leads) this.#leader = client;
  }

  /**
   * Stops reading from the program and from the clients as soon as neither is in the middle of
   * something. To be called again and again until it is true; then nothing moves until `thaw`.
   */
  settle(): boolean {
    if (this.#terminal.ended) return false;
    this.#flow.frozen = this.#terminal.atRest;
    for (const client of this.#clients) client.stopDirectOutput();
    for (const client of this.#clients)
      if (this.#arbiter.atRest) client.pauseInput();
      else client.resumeInput();
    const shown = [...this.#clients].every((client) => client.queuedBytes === 0);
    return (
      this.#terminal.atRest && this.#arbiter.atRest && shown && this.#inputWaiters.length === 0
    );
  }

  thaw(): void {
    this.#flow.frozen = false;
    for (const client of this.#clients) client.resumeInput();
  }

  /** For a successor, which is told where it finds each descriptor; once settled. */
  dump(clients: readonly ClientState[], descriptor: (fd: number) => number): SessionState {
    return {
      ...this.#terminal.dump(),
      spec: this.spec,
      master: descriptor(this.#terminal.pty.fd),
      pid: this.pid,
      startTime: startTimeOf(this.pid) ?? '',
      createdAt: this.createdAt,
      killed: this.killed,
      clients: [...clients],
    };
  }

  leads(client: Client): boolean {
    return this.#leader === client;
  }

  /** The client is gone, or has been sent home. */
  remove(client: Client): void {
    if (!this.#clients.delete(client)) return;
    this.#arbiter.forget(client);
    if (this.#leader === client) this.#leadNext();
    if (!this.#hasTerminal()) this.#terminal.queries.answerAll();
    this.#flow.clientsChanged();
    if (this.exit) return;
    this.#agent.checkSoon();
    if (this.#clients.size === 0) {
      this.program.watch(false);
      this.#terminal.tellFocus(false);
    }
    this.#context.onChanged(this, 'detached');
  }

  /** The client's window has another size. */
  resize(client: Client, size: Size): void {
    client.cols = size.cols;
    client.rows = size.rows;
    if (client === this.#leader) this.#terminal.setSize(size);
    this.#scaled.sync();
  }

  /** The client leaves by itself, or is told to. */
  detach(client: Client, by: 'self' | 'other'): void {
    const restore = this.#redraw.restoreFor(client, this.#terminal.spoke);
    this.remove(client);
    client.detached(by, restore);
  }

  /** The program has ended: the clients are told, and removed. */
  dismiss(exit: Exit): void {
    for (const client of [...this.#clients]) {
      client.ended(exit, this.#redraw.restoreFor(client, this.#terminal.spoke));
      this.remove(client);
    }
  }

  detachAll(): void {
    for (const client of [...this.#clients]) this.detach(client, 'other');
  }

  repaint(client: Client): void {
    if (client.isScaled) this.#scaled.repaint(client);
    else this.#redraw.repaint(client);
  }

  /**
   * Types for nobody who is attached: in one piece, never inside somebody's paste. Resolves once the
   * program has taken it all; false: it ended before that.
   */
  type(bytes: Uint8Array): Promise<boolean> {
    if (this.exit) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.#arbiter.insert(bytes, (written) => {
        if (written && this.#terminal.pty.queuedBytes > 0) this.#inputWaiters.push(resolve);
        else resolve(written);
      });
    });
  }

  /**
   * To be waited for before the picture is asked for: what takes long to parse is parsed in slices,
   * and the program is not read until then. Undefined where it can be asked for at once.
   */
  settled(): Promise<void> | undefined {
    const { screen } = this.#terminal;
    if (!screen.unsettled || this.exit) return this.#settling;
    this.#flow.settling = true;
    // One for all who wait: each would have a slice of every turn.
    this.#settling ??= screen.settle().finally(() => {
      this.#settling = undefined;
      this.#flow.settling = false;
    });
    return this.#settling;
  }

  signal(signal: NodeJS.Signals): void {
    this.#terminal.pty.signal(signal);
  }

  lastLines(): string[] {
    const lines = this.#terminal.screen.text();
    return lines.filter((line) => line.trim() !== '').slice(-LAST_LINES);
  }

  info(): SessionInfo {
    return infoOf(this, this.exit ? undefined : this.program.status);
  }

  #listen(client: Client): void {
    client.listen({
      onInput: (bytes) => this.input(client, bytes),
      onDrain: () => this.#onDrained(client),
      onGone: () => this.remove(client),
    });
  }

  #show(bytes: Uint8Array): void {
    for (const client of this.#clients) if (client.isLive) client.send(bytes);
  }

  #onAsked({ type }: TerminalQuery): void {
    if (type !== 'da1') return;
    for (const client of this.#clients)
      if (!client.readOnly && client.isLive) client.openAttributes++;
  }

  #onExit(exit: Exit): void {
    this.exit = exit;
    this.#flow.dispose();
    this.#restoreUpdates.dispose();
    this.#scaled.dispose();
    this.#arbiter.dispose();
    this.#answerTyping(false);
    this.#context.onEnded(this, exit);
    this.#terminal.dispose();
    this.#agent.remove();
  }

  /** What a client sent. */
  input(client: Client, bytes: Uint8Array): void {
    if (client.readOnly || this.exit) return;
    this.#arbiter.input(client, bytes);
    if (this.#terminal.pty.queuedBytes > INPUT_HIGH_BYTES)
      for (const other of this.#clients) other.pauseInput();
  }

  #onInputTaken(): void {
    for (const client of this.#clients) client.resumeInput();
    this.#answerTyping(true);
  }

  #answerTyping(taken: boolean): void {
    const waiters = this.#inputWaiters;
    this.#inputWaiters = [];
    for (const resolve of waiters) resolve(taken);
  }

  #onTyped(client: Client): void {
    client.typedAt = Date.now();
    noteTyped();
    if (client !== this.#leader) this.#lead(client);
  }

  /** The size and the terminal's answers follow this client from now on. */
  #lead(client: Client): void {
    this.#leader = client;
    this.#terminal.setSize(client);
    this.#scaled.sync();
  }

  /** The leader is gone: whoever typed before takes over. */
  #leadNext(): void {
    this.#leader = undefined;
    const [next] = [...this.#clients]
      .filter((other) => !other.readOnly)
      .sort((a, b) => b.typedAt - a.typedAt);
    if (next) this.#lead(next);
  }

  #onDrained(client: Client): void {
    if (client.catchUp()) this.repaint(client);
    this.#flow.drained();
  }

  #hasTerminal(): boolean {
    return this.#leader !== undefined && !this.#leader.isSkipping;
  }

  #acceptsReply(client: Client, reply: Uint8Array): boolean {
    if (client.openAttributes > 0 && tellsAttributes(reply)) client.openAttributes--;
    if (client !== this.#leader || !isCleanReply(reply)) return false;
    return this.#terminal.queries.replied(reply) !== 'late';
  }
}

/** Read from only once everything has been taken over. */
function adopt({ master, pid, startTime }: SessionState, handlers: PtyHandlers): Pty {
  const pty = adoptPty({ fd: master, pid, startTime }, handlers);
  pty.pause();
  return pty;
}
