/**
 * One session: a terminal, a process, and the clients that look at it. Output goes to the clients
 * first, then to the screen model; nothing here knows what the program is.
 */
import type { Exit, SessionInfo, SessionSpec } from '../protocol/messages.ts';
import type { Attachment } from './attachment.ts';
import { Flow } from './flow.ts';
import { InputGate } from './input-gate.ts';
import type { Log } from './log.ts';
import type { ProgramKind, ProgramObserver } from './program.ts';
import { type Pty, spawnPty } from './pty.ts';
import { Queries } from './queries.ts';
import { replyTo } from './query-replies.ts';
import { BACKLOG_HIGH_BYTES, Screen } from './screen.ts';
import { StreamScanner, type TerminalQuery } from './stream-scanner.ts';

/** Input that the program has not taken; above it the clients' connections wait. */
const INPUT_HIGH_BYTES = 256 * 1024;
/** For a screen that is ours to clear. */
const CLEAR = Buffer.from('\x1b[H\x1b[2J');
/** Shown of a session that failed. */
const LAST_LINES = 10;

export interface Size {
  readonly cols: number;
  readonly rows: number;
}

export interface SessionHandlers {
  readonly log: Log;
  readonly program: ProgramKind;
  /** After the last byte has gone to the clients. `restore` undoes the program's terminal modes. */
  onEnded(session: Session, exit: Exit, restore: Uint8Array): void;
  /** Something that a list would show has changed. */
  onChanged(session: Session): void;
}

export class Session {
  readonly spec: SessionSpec;
  readonly createdAt: number;
  /** Set once the process is gone. */
  exit: Exit | undefined;
  /** Somebody asked for the end. */
  killed = false;
  readonly #handlers: SessionHandlers;
  readonly #pty: Pty;
  readonly #screen: Screen;
  readonly #scanner: StreamScanner;
  readonly #program: ProgramObserver;
  readonly #queries: Queries;
  readonly #gate: InputGate;
  readonly #flow: Flow;
  readonly #clients = new Set<Attachment>();
  #size: Size;
  #leader: Attachment | undefined;
  #title: string | undefined;
  #lastActivityAt: number;
  /** The program has written something. */
  #spoke = false;

  /** @throws Error when the program cannot be started. */
  constructor(spec: SessionSpec, size: Size, handlers: SessionHandlers) {
    this.spec = spec;
    this.createdAt = Date.now();
    this.#lastActivityAt = this.createdAt;
    this.#handlers = handlers;
    this.#size = size;
    this.#screen = new Screen({
      ...size,
      scrollback: spec.scrollback,
      onBroken: (error) => this.#onBrokenScreen(error),
    });
    this.#queries = new Queries((query) => this.#answer(query));
    this.#scanner = new StreamScanner({
      onTitle: (title) => this.#onTitle(title),
      onStatus: (body) => this.#program.onReport(body),
      onQuery: (query) => this.#onQuery(query),
      onBell: () => {},
    });
    this.#gate = new InputGate({
      write: (bytes) => this.#type(bytes),
      typed: (client) => this.#onTyped(client),
      acceptsReply: (client, reply) => this.#acceptsReply(client, reply),
    });
    this.#pty = spawnPty(
      {
        file: spec.file,
        args: spec.args,
        env: spec.env,
        cwd: spec.cwd,
        umask: spec.umask,
        ...size,
      },
      { onData: (chunk) => this.#onOutput(chunk), onExit: (exit) => this.#onExit(exit) },
    );
    this.#pty.onDrain = () => this.#onInputTaken();
    this.#flow = new Flow(this.#pty, this.#clients);
    this.#screen.onBacklogLow = () => {
      this.#flow.screenBehind = false;
    };
    this.#program = handlers.program.observe({
      pid: this.#pty.pid,
      env: spec.env,
      now: Date.now,
      log: (text) => handlers.log.info(`${spec.fullName}: ${text}`),
    });
    this.#program.onChange = () => handlers.onChanged(this);
  }

  get fullName(): string {
    return this.spec.fullName;
  }

  get pid(): number {
    return this.#pty.pid;
  }

  get clients(): ReadonlySet<Attachment> {
    return this.#clients;
  }

  get title(): string | undefined {
    return this.#title;
  }

  get conversation(): string | undefined {
    return this.#program.conversation ?? this.spec.conversation;
  }

  get lastActivityAt(): number {
    return this.#lastActivityAt;
  }

  /** Adds a client and paints the screen for it. */
  attach(client: Attachment): void {
    this.#clients.add(client);
    client.listen({
      onInput: (bytes) => this.#onInput(client, bytes),
      onDrain: () => this.#onDrained(client),
      onGone: () => this.remove(client),
    });
    if (!this.#clients.has(client)) return;
    this.#program.seen();
    if (!client.readOnly) this.#lead(client);
    this.#paint(client);
    this.#flow.clientsChanged();
    this.#handlers.onChanged(this);
  }

  /** The client is gone, or has been sent home. */
  remove(client: Attachment): void {
    if (!this.#clients.delete(client)) return;
    this.#gate.forget(client);
    if (this.#leader === client) {
      this.#leader = undefined;
      const next = [...this.#clients]
        .filter((other) => !other.readOnly)
        .sort((a, b) => b.typedAt - a.typedAt)[0];
      if (next) this.#lead(next);
    }
    if (!this.#hasTerminal()) this.#queries.answerAll();
    this.#flow.clientsChanged();
    if (!this.exit) this.#handlers.onChanged(this);
  }

  /** The client's window has another size. */
  resize(client: Attachment, size: Size): void {
    client.cols = size.cols;
    client.rows = size.rows;
    if (client === this.#leader) this.#setSize(size);
  }

  /**
   * What undoes the program's terminal modes for a client that leaves now. A program that draws
   * on the main screen leaves its lines there, and the cursor on the line after them.
   */
  farewell(): Uint8Array {
    const restore = this.#screen.restoreSequence();
    if (this.#screen.modes.altScreen || !this.#spoke) return restore;
    const lines = this.#screen.text();
    const last = lines.findLastIndex((line) => line !== '');
    const { x, y } = this.#screen.cursor;
    const down = Math.max(0, last - y);
    if (down === 0 && x === 0) return restore;
    return Buffer.concat([restore, Buffer.from(`${down > 0 ? `\x1b[${down}B` : ''}\r\n`)]);
  }

  /** From whatever the client's terminal shows to the state of now. */
  repaint(client: Attachment): void {
    client.send(this.#screen.restoreSequence());
    const whole = this.#paintsMain;
    if (whole) client.send(CLEAR);
    client.send(this.#screen.snapshot({ scrollback: 0, main: whole }));
  }

  signal(signal: NodeJS.Signals): void {
    this.#pty.signal(signal);
  }

  lastLines(): string[] {
    return this.#screen
      .text()
      .filter((line) => line.trim() !== '')
      .slice(-LAST_LINES);
  }

  info(): SessionInfo {
    const { spec } = this;
    const status = this.exit ? undefined : this.#program.status;
    return {
      fullName: spec.fullName,
      name: spec.name,
      project: spec.project,
      hash: spec.hash,
      root: spec.root,
      cwd: spec.cwd,
      state: this.exit ? 'exited' : 'running',
      status: status?.status ?? null,
      statusReason: status?.reason ?? null,
      statusSince: status ? iso(status.since) : null,
      statusSource: status?.source ?? null,
      seen: status?.seen ?? true,
      pid: this.exit ? null : this.#pty.pid,
      clients: this.#clients.size,
      title: this.#program.displayTitle ?? this.#title ?? null,
      conversation: this.conversation ?? null,
      createdAt: iso(this.createdAt),
      lastActivityAt: iso(this.#lastActivityAt),
      endedAt: null,
      exit: this.exit ?? null,
      lastLines: [],
    };
  }

  /**
   * Paints the screen for a client that comes. What stands on the user's own screen is scrolled
   * up, line by line as far as it goes, never overwritten.
   */
  #paint(client: Attachment): void {
    if (!this.#spoke) return;
    const whole = this.#paintsMain;
    if (whole) client.send(Buffer.from(`${'\r\n'.repeat(client.rows)}\x1b[H`));
    client.send(this.#screen.snapshot({ main: whole }));
  }

  /** The program has drawn on the main screen: the client's has to show it too. */
  get #paintsMain(): boolean {
    return !this.#screen.modes.altScreen || !this.#screen.mainIsBlank;
  }

  #onOutput(chunk: Uint8Array): void {
    this.#spoke = true;
    this.#lastActivityAt = Date.now();
    for (const client of this.#clients) if (!client.skipping) client.send(chunk);
    this.#scanner.push(chunk);
    this.#screen.write(chunk);
    this.#flow.afterOutput();
    if (this.#screen.backlogBytes > BACKLOG_HIGH_BYTES) this.#flow.screenBehind = true;
  }

  #onExit(exit: Exit): void {
    this.exit = exit;
    this.#lastActivityAt = Date.now();
    this.#screen.flush();
    this.#program.exited();
    this.#flow.dispose();
    this.#gate.dispose();
    this.#queries.dispose();
    this.#handlers.onEnded(this, exit, this.farewell());
    this.#program.dispose();
    this.#screen.dispose();
  }

  #onInput(client: Attachment, bytes: Uint8Array): void {
    if (client.readOnly || this.exit) return;
    this.#gate.input(client, bytes);
    if (this.#pty.queuedBytes > INPUT_HIGH_BYTES)
      for (const other of this.#clients) other.pauseInput();
  }

  #onInputTaken(): void {
    for (const client of this.#clients) client.resumeInput();
  }

  #type(bytes: Uint8Array): void {
    this.#pty.write(bytes);
  }

  #onTyped(client: Attachment): void {
    client.typedAt = Date.now();
    if (client !== this.#leader) this.#lead(client);
  }

  /** The size and the terminal's answers follow this client from now on. */
  #lead(client: Attachment): void {
    this.#leader = client;
    this.#setSize(client);
  }

  #setSize({ cols, rows }: Size): void {
    if (this.#size.cols === cols && this.#size.rows === rows) return;
    this.#size = { cols, rows };
    this.#screen.resize(cols, rows);
    this.#pty.resize(cols, rows);
  }

  #onDrained(client: Attachment): void {
    if (client.skipping) {
      client.skipping = false;
      this.repaint(client);
    }
    this.#flow.drained();
  }

  #onTitle(title: string): void {
    this.#title = title;
    this.#program.onTitle(title);
  }

  #onQuery(query: TerminalQuery): void {
    this.#queries.asked(query, this.#hasTerminal());
  }

  #hasTerminal(): boolean {
    return this.#leader !== undefined && !this.#leader.skipping;
  }

  #acceptsReply(client: Attachment, reply: Uint8Array): boolean {
    if (client !== this.#leader) return false;
    return this.#queries.replied(reply) !== 'late';
  }

  #answer(query: TerminalQuery): void {
    if (this.exit) return;
    if (query.type === 'cpr') this.#screen.flush();
    const reply =
      query.type === 'status-query'
        ? Buffer.from(`\x1b]7501;${this.#program.answerStatusQuery()}\x1b\\`)
        : replyTo(query, this.#screen, undefined);
    if (reply) this.#pty.write(reply);
  }

  /** One row less and back makes a program that draws itself draw everything again. */
  #onBrokenScreen(error: unknown): void {
    this.#handlers.log.error(`${this.fullName}: the screen model failed`, error);
    const { cols, rows } = this.#size;
    this.#pty.resize(cols, Math.max(1, rows - 1));
    setImmediate(() => this.#pty.resize(this.#size.cols, this.#size.rows));
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
