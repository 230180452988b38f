/**
 * One session: a terminal, a process, and the clients that look at it. Output goes to the clients
 * first, then to the screen model; nothing here knows what the program is.
 */
import type { Exit, SessionInfo, SessionSpec } from '../protocol/messages.ts';
import { AgentLink } from './agent-link.ts';
import type { Attachment } from './attachment.ts';
import { Flow } from './flow.ts';
import { InputGate } from './input-gate.ts';
import type { Log } from './log.ts';
import { Picture } from './picture.ts';
import type { ProgramKind, ProgramObserver } from './program.ts';
import { type Pty, spawnPty } from './pty.ts';
import { Queries } from './queries.ts';
import { replyTo, type TerminalColors } from './query-replies.ts';
import { BACKLOG_HIGH_BYTES, Screen } from './screen.ts';
import { infoOf } from './session-info.ts';
import { StreamScanner, type TerminalQuery } from './stream-scanner.ts';
import { Titles } from './titles.ts';

/** Input that the program has not taken; above it the clients' connections wait. */
const INPUT_HIGH_BYTES = 256 * 1024;
const FOCUS_IN = Buffer.from('\x1b[I');
const FOCUS_OUT = Buffer.from('\x1b[O');
/** Shown of a session that failed. */
const LAST_LINES = 10;

export interface Size {
  readonly cols: number;
  readonly rows: number;
}

export interface SessionHandlers {
  readonly log: Log;
  readonly program: ProgramKind;
  /** What the last terminal said of its colours; shared by all sessions. */
  readonly colors: TerminalColors;
  /** Where the links to the sessions' SSH agents are. */
  readonly agentsDir: string;
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
  readonly #titles: Titles;
  readonly #picture: Picture;
  readonly #agent: AgentLink;
  readonly #queries: Queries;
  readonly #gate: InputGate;
  readonly #flow: Flow;
  readonly #clients = new Set<Attachment>();
  #size: Size;
  #leader: Attachment | undefined;
  #lastActivityAt: number;
  /** The program has written something. */
  #spoke = false;
  /** The program knows whether anybody is there; at its start it takes that for granted. */
  #toldFocus = false;
  #scanning = false;
  /** The program's status, title or conversation has changed, and clients may have to see it. */
  #changed = false;
  /** The last byte may be the first part of a character. */
  #endsInCharacter = false;

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
    this.#agent = new AgentLink(handlers.agentsDir, spec.fullName);
    this.#titles = new Titles(spec, () => this.#program);
    this.#picture = new Picture(this.#screen, () => this.#titles.whole());
    this.#queries = new Queries((query) => this.#answer(query), handlers.colors);
    this.#scanner = new StreamScanner({
      onTitle: (title, begin, end) => this.#titles.onTitle(title, begin, end),
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
    this.#program.onChange = () => this.#onProgramChanged();
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

  /** Fit to be shown. */
  get title(): string | undefined {
    return this.#program.displayTitle;
  }

  get conversation(): string | undefined {
    return this.#program.conversation ?? this.spec.conversation;
  }

  get lastActivityAt(): number {
    return this.#lastActivityAt;
  }

  /** Adds a client and paints the screen for it. */
  attach(client: Attachment): void {
    const first = this.#clients.size === 0;
    this.#clients.add(client);
    client.listen({
      onInput: (bytes) => this.#onInput(client, bytes),
      onDrain: () => this.#onDrained(client),
      onGone: () => this.remove(client),
    });
    if (!this.#clients.has(client)) return;
    this.#agent.offer(client.sshAuthSock);
    this.#program.watch(true);
    if (!client.readOnly) this.#lead(client);
    if (this.#spoke) this.#picture.paint(client);
    if (first) this.#tellFocus(true);
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
    if (this.exit) return;
    if (this.#clients.size === 0) {
      this.#program.watch(false);
      this.#tellFocus(false);
      void this.#agent.check();
    }
    this.#handlers.onChanged(this);
  }

  /** The client's window has another size. */
  resize(client: Attachment, size: Size): void {
    client.cols = size.cols;
    client.rows = size.rows;
    if (client === this.#leader) this.#setSize(size);
  }

  /** What gives a client's terminal back to its user; see Picture. */
  farewell(): Uint8Array {
    return this.#spoke ? this.#picture.farewell() : new Uint8Array(0);
  }

  repaint(client: Attachment): void {
    this.#picture.repaint(client);
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
    return infoOf(this, this.exit ? undefined : this.#program.status);
  }

  #onOutput(chunk: Uint8Array): void {
    this.#spoke = true;
    this.#lastActivityAt = Date.now();
    this.#scanning = true;
    this.#scanner.push(chunk);
    this.#scanning = false;
    if (this.#titles.hasCuts) for (const part of this.#titles.forClients(chunk)) this.#show(part);
    else this.#show(chunk);
    this.#endsInCharacter = (chunk.at(-1) ?? 0) >= 0x80;
    this.#screen.write(chunk);
    this.#flow.afterOutput();
    if (this.#screen.backlogBytes > BACKLOG_HIGH_BYTES) this.#flow.screenBehind = true;
    if (this.#changed) this.#afterChange();
  }

  #show(bytes: Uint8Array): void {
    for (const client of this.#clients) if (!client.skipping) client.send(bytes);
  }

  #onProgramChanged(): void {
    this.#changed = true;
    if (!this.#scanning) this.#afterChange();
    this.#handlers.onChanged(this);
  }

  /** Once the output that brought a change is with the clients. */
  #afterChange(): void {
    if (this.#clients.size === 0 && !this.#toldFocus) this.#tellFocus(false);
    // Between sequences and characters only; within one, the title waits for the next chunk.
    if (!this.#scanner.atRest || this.#endsInCharacter) return;
    this.#changed = false;
    const title = this.#titles.change();
    if (title) this.#show(title);
  }

  /** As a terminal does for its window, where the program asked for it. */
  #tellFocus(focused: boolean): void {
    if (!this.#spoke || !this.#screen.modes.focus) return;
    this.#toldFocus = true;
    this.#pty.write(focused ? FOCUS_IN : FOCUS_OUT);
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
    this.#agent.remove();
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
    const reply =
      query.type === 'status-query'
        ? this.#statusAnswer()
        : replyTo(query, this.#screen, this.#handlers.colors);
    if (reply) this.#pty.write(reply);
  }

  #statusAnswer(): Uint8Array | undefined {
    const body = this.#program.answerStatusQuery();
    return body === undefined ? undefined : Buffer.from(`\x1b]7501;${body}\x1b\\`);
  }

  /** One row less and back makes a program that draws itself draw everything again. */
  #onBrokenScreen(error: unknown): void {
    this.#handlers.log.error(`${this.fullName}: the screen model failed`, error);
    const { cols, rows } = this.#size;
    this.#pty.resize(cols, Math.max(1, rows - 1));
    setImmediate(() => this.#pty.resize(this.#size.cols, this.#size.rows));
  }
}
