/** The clients of one session: which are attached, which leads, what each is shown and may type. */
import { CLIENT_LOW_BYTES } from '../../protocol/limits.ts';
import type { Exit, SessionSpec } from '../../protocol/messages.ts';
import { isCleanReply, tellsAttributes } from '../../terminal/input-tokens.ts';
import type { ProgramTerminal } from '../program/program-terminal.ts';
import type { TerminalQuery } from '../program/terminal-query.ts';
import { noteTyped } from '../pty/typing-activity.ts';
import type { Size } from '../screen/size.ts';
import type { AgentLink } from './agent-link.ts';
import type { Client } from './client.ts';
import { FlowControl } from './flow-control.ts';
import { KnownTerminals } from './known-terminals.ts';
import { Leadership } from './leadership.ts';
import { LeftTypists } from './left-typists.ts';
import { Redraw } from './redraw.ts';
import { RestoreUpdates } from './restore-updates.ts';
import { ScaledView } from './scaled-view.ts';
import { SessionInput } from './session-input.ts';
import type { SessionMemory } from './session-memory.ts';
import type { ClientState } from './session-state.ts';
import { shownFrom } from './shown-state.ts';

export class SessionClients {
  readonly flow: FlowControl;
  readonly input: SessionInput;
  readonly known: KnownTerminals;
  readonly left = new LeftTypists();
  readonly #spec: Pick<SessionSpec, 'name'>;
  readonly #terminal: ProgramTerminal;
  readonly #agent: AgentLink;
  readonly #onChanged: (change: 'attached' | 'detached') => void;
  readonly #all = new Set<Client>();
  readonly #leadership: Leadership;
  readonly #redraw: Redraw;
  readonly #scaled: ScaledView;
  readonly #restoreUpdates: RestoreUpdates;
  /** The screen model may lack the last output that clients were shown. */
  stale = false;
  #keptUpdate: NodeJS.Immediate | undefined;
  /** Where the bytes that clients type are counted. */
  memory: SessionMemory | undefined;
  /** The program has ended. */
  #ended = false;

  constructor(
    spec: Pick<SessionSpec, 'name'>,
    terminal: ProgramTerminal,
    agent: AgentLink,
    onChanged: (change: 'attached' | 'detached') => void,
  ) {
    this.#spec = spec;
    this.#terminal = terminal;
    this.#agent = agent;
    this.#onChanged = onChanged;
    this.flow = new FlowControl(terminal.pty, this.#all, (client) => this.#skip(client));
    this.known = new KnownTerminals(terminal.screen);
    this.input = new SessionInput(terminal.pty, this.#all, {
      typed: (client) => this.#onTyped(client),
      given: (client) => this.memory?.count((ledger) => ledger.given(client.typist)),
      acceptsReply: (client, reply) => this.#acceptsReply(client, reply),
    });
    this.#redraw = new Redraw(terminal);
    this.#scaled = new ScaledView(this.#all, terminal.screen, this.#redraw);
    this.#restoreUpdates = new RestoreUpdates(this.#all, terminal.screen, this.#redraw);
    this.#leadership = new Leadership(this.#all, (leader) => {
      terminal.queries.scheme.onTerminal(leader);
      this.#setSize(leader);
      this.#tellKept();
    });
  }

  get size(): number {
    return this.#all.size;
  }

  [Symbol.iterator](): IterableIterator<Client> {
    return this.#all.values();
  }

  /** Whether a user is present: a client counts unless it is read-only or does not read its output. */
  get attended(): boolean {
    return [...this.#all].some(
      ({ readOnly, isSkipping, queuedBytes }) =>
        !readOnly && !isSkipping && queuedBytes < CLIENT_LOW_BYTES,
    );
  }

  /** Whether there is a leader whose terminal can answer the program's queries. */
  get canAnswer(): boolean {
    return this.#leadership.canAnswer;
  }

  leads(client: Client): boolean {
    return this.#leadership.isLeader(client);
  }

  /**
   * Adds a client and sends it the screen. `before`: its supervisor has died, and its terminal
   * already shows the session.
   */
  attach(client: Client, before?: { readonly led: boolean }): void {
    const first = this.#all.size === 0;
    this.#all.add(client);
    this.#listen(client);
    if (!this.#all.has(client)) return;
    this.memory?.count((ledger) => ledger.add(client.typist));
    if (!before) client.send(client.modes.ask(this.#terminal.changedModes));
    this.#agent.offer(client.sshAuthSock);
    this.#terminal.program.watch(true);
    // Before the first output nothing is drawn, and the client is live from the first byte on.
    if (this.#terminal.output.spoke && !before) this.known.recall(client);
    if (!client.readOnly && before?.led !== false) this.#leadership.take(client);
    if (!this.#scaled.admit(client)) this.#show(client, before !== undefined);
    this.#restoreUpdates.tell(client);
    this.#tellKept();
    if (first) this.#terminal.tellFocus(true);
    this.flow.clientsChanged();
    this.#onChanged('attached');
  }

  #show(client: Client, goesOn: boolean): void {
    if (!this.#terminal.output.spoke) client.shows = true;
    else if (!goesOn || !client.shows) this.#redraw.paint(client);
    // Its terminal may show more than the screen model.
    else if (!this.stale) this.#redraw.repaint(client);
    client.shows = true;
  }

  /** Adds a client of our predecessor, which shows the screen already; its input is paused. */
  adopt(client: Client, { leads, shows = true, placed = false, held }: ClientState): void {
    this.#all.add(client);
    this.#listen(client);
    client.pauseInput();
    client.shows = shows;
    client.placed = placed;
    if (this.#scaled.differs(client)) client.scale();
    const { screen } = this.#terminal;
    // The screen is still to be parsed.
    if (held)
      screen.whenParsed(() => {
        client.held = { shown: shownFrom(held, screen), undo: '', moved: held.moved };
      });
    else if (client.isScaled) screen.whenParsed(() => this.#redraw.holdAsParsed(client));
    if (leads) this.#leadership.adopt(client);
    this.#tellKept();
  }

  /** The clients of a dead predecessor, if it `had` any, are back or are no longer waited for. */
  areBack(had: boolean): void {
    this.stale = false;
    this.#leadership.elect();
    if (had && this.#all.size === 0) this.#terminal.tellFocus(false);
  }

  /** The client has left, or was detached. */
  remove(client: Client): void {
    if (!this.#all.delete(client)) return;
    this.memory?.count((ledger) => ledger.remove(client.typist));
    if (!this.#ended) this.known.remember(client);
    this.left.add(client, this.input.atRest);
    this.input.forget(client);
    this.#leadership.removed(client);
    if (!this.canAnswer) this.#terminal.queries.answerAll();
    this.flow.clientsChanged();
    if (this.#ended) return;
    this.#agent.checkSoon();
    if (this.#all.size === 0) {
      this.#terminal.program.watch(false);
      this.#terminal.tellFocus(false);
    }
    this.#onChanged('detached');
  }

  /** The client leaves (`self`), or is detached. */
  detach(client: Client, by: 'self' | 'other'): void {
    const restore = this.#redraw.restoreFor(client);
    const drawnFor = this.leads(client) ? this.#terminal.queries.scheme.mismatch : undefined;
    this.remove(client);
    client.detached(by, restore, { name: this.#spec.name, drawnFor });
  }

  detachAll(): void {
    for (const client of [...this.#all]) this.detach(client, 'other');
  }

  /** The program has ended: nothing is shown or typed any more; {@link dismiss} still works. */
  dispose(): void {
    this.#ended = true;
    this.flow.dispose();
    this.#restoreUpdates.dispose();
    this.#scaled.dispose();
    this.input.dispose();
  }

  /** Notifies all clients of the program's end, and removes them. */
  dismiss(exit: Exit): void {
    for (const client of [...this.#all]) {
      client.ended(exit, this.#redraw.restoreFor(client), this.#spec);
      this.remove(client);
    }
  }

  /** The client's terminal has another size. */
  resize(client: Client, size: Size): void {
    client.cols = size.cols;
    client.rows = size.rows;
    if (client.isLive && !this.leads(client)) this.#redraw.hold(client);
    if (client.held) this.#redraw.heldIsResized(client.held);
    if (this.leads(client)) this.#setSize(size);
    else this.#scaled.sync();
  }

  repaint(client: Client): void {
    // It gets a redraw when it reads again.
    if (client.isSkipping) return;
    if (client.isScaled) this.#scaled.repaint(client);
    else this.#redraw.repaint(client);
  }

  /** What a client sent. */
  typed(client: Client, bytes: Uint8Array): void {
    if (this.#ended) return;
    client.typist.taken += bytes.length;
    this.memory?.count((ledger) => ledger.taken(client.typist));
    this.input.fromClient(client, bytes);
  }

  show(bytes: Uint8Array): void {
    for (const client of this.#all) if (client.isLive) client.send(bytes);
  }

  /** To be called after each chunk of output. */
  afterOutput(): void {
    this.flow.afterOutput();
    this.#restoreUpdates.changed();
    this.#scaled.changed();
  }

  /** The program has sent a query, which the clients' terminals will answer. */
  onAsked({ type }: TerminalQuery): void {
    if (type !== 'da1') return;
    for (const client of this.#all) if (client.isLive) client.openAttributes++;
  }

  #setSize(size: Size): void {
    // Must come before the lines are wrapped anew.
    for (const client of this.#all)
      if (client.isLive && this.#scaled.differs(client, size)) this.#redraw.hold(client);
    this.#terminal.setSize(size);
    this.memory?.saveState();
    this.#scaled.sync();
  }

  #skip(client: Client): void {
    client.skip();
    // It gets what is already queued for it; it lacks the lines from here on.
    this.#terminal.screen.whenParsed(() => {
      if (client.isSkipping) this.#redraw.holdAsParsed(client);
    });
  }

  #tellKept(): void {
    this.#keptUpdate ??= setImmediate(() => {
      this.#keptUpdate = undefined;
      for (const client of this.#all) client.updateKept(this.leads(client));
    });
  }

  #listen(client: Client): void {
    client.listen({
      onInput: (bytes) => this.typed(client, bytes),
      onDrain: () => this.#onDrained(client),
      onGone: () => this.remove(client),
    });
  }

  #onTyped(client: Client): void {
    client.typedAt = Date.now();
    noteTyped();
    if (!this.leads(client)) this.#leadership.take(client);
  }

  #onDrained(client: Client): void {
    // The output that it was skipped from may not be parsed yet.
    if (client.isSkipping) this.#terminal.screen.flush();
    if (client.catchUp()) this.repaint(client);
    this.flow.drained();
  }

  #acceptsReply(client: Client, reply: Uint8Array): boolean {
    if (client.modes.takes(reply)) {
      this.#tellKept();
      this.#restoreUpdates.changed();
      return false;
    }
    if (client.openAttributes > 0 && tellsAttributes(reply)) client.openAttributes--;
    if (!this.leads(client) || !isCleanReply(reply)) return false;
    return this.#terminal.queries.replied(reply) !== 'late';
  }
}
