/** One session: a program, of any kind, on its terminal, and the attached clients. */

import { startTimeOf } from '../../platform/process-identity.ts';
import { fitsAddress } from '../../platform/socket-address.ts';
import type { Exit, SessionInfo, SessionSpec, TypeLimits } from '../../protocol/messages.ts';
import { explainingLines } from '../../terminal/explaining-lines.ts';
import type { ProgramChange, ProgramObserver } from '../program/program.ts';
import { ProgramTerminal } from '../program/program-terminal.ts';
import type { TerminalContext, TerminalHandlers } from '../program/terminal-handlers.ts';
import { adoptPty, type Pty, type PtyHandlers, spawnPty } from '../pty/pty.ts';
import type { Size } from '../screen/size.ts';
import { AgentLink } from './agent-link.ts';
import { AskedLine } from './asked-line.ts';
import { PendingQuestion } from './pending-question.ts';
import { Previews } from './preview.ts';
import type { ReturningClients } from './returning-clients.ts';
import { SessionClients } from './session-clients.ts';
import { infoOf } from './session-info.ts';
import type { ScriptInput } from './session-input.ts';
import type { SessionMemory } from './session-memory.ts';
import type { SessionState } from './session-state.ts';
import { StartUp } from './start-up.ts';

export type { Size } from '../screen/size.ts';

/** Lines of the screen kept when a session ends. */
const LAST_LINES = 10;

export type SessionChange = ProgramChange | 'attached' | 'detached';

export interface SessionContext extends TerminalContext {
  /** The directory of the links to the sessions' SSH agents. */
  readonly agentsDir: string;
  /** After the last byte was sent to the clients; must call {@link SessionClients.dismiss}. */
  onEnded(session: Session, exit: Exit): void;
  /** The program has come up; see {@link StartUp}. */
  onUp(session: Session): void;
  /** Called for each single change, in order. */
  onChanged(session: Session, change: SessionChange): void;
}

export class Session {
  readonly spec: SessionSpec;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly terminal: ProgramTerminal;
  readonly clients: SessionClients;
  readonly startUp: StartUp;
  readonly previews = new Previews();
  readonly question: PendingQuestion;
  /** Set once the process is gone. */
  exit: Exit | undefined;
  /** Waits for the clients of a dead predecessor. */
  returning: ReturningClients | undefined;
  #killed: boolean;
  readonly #context: SessionContext;
  readonly #agent: AgentLink;
  readonly #asked: AskedLine;
  /** {@link lastLines} at its end. */
  #finalLines: string[] = [];
  /** Shared by all requests that wait for the screen to be parsed. */
  #parsing: Promise<void> | undefined;

  /**
   * Starts the program, or takes over a predecessor's session in this `state`.
   * @throws Error if the program cannot be started or taken over.
   */
  constructor(spec: SessionSpec, size: Size, context: SessionContext, state?: SessionState) {
    this.spec = spec;
    this.createdAt = state?.createdAt ?? Date.now();
    this.#killed = state?.killed ?? false;
    this.#context = context;
    // By the name at its start, as the path is in the program's environment.
    const first = spec.env.CODEX_SESSIONS_SESSION ?? spec.fullName;
    this.#agent = new AgentLink(context.agentsDir, first);
    this.#agent.offer(spec.env.SSH_AUTH_SOCK);
    const env = environmentOf(spec, this.#agent);
    const open = (handlers: PtyHandlers) =>
      state ? adopt(state, handlers) : spawnPty({ ...spec, env, ...size }, handlers);
    const handlers = this.#terminalHandlers();
    this.terminal = new ProgramTerminal(spec, size, open, context, handlers, state);
    this.clients = new SessionClients(spec, this.terminal, this.#agent, (change) =>
      context.onChanged(this, change),
    );
    const known = state?.known;
    // The screen is still to be parsed.
    if (known) this.terminal.screen.whenParsed(() => this.clients.known.restore(known));
    this.question = new PendingQuestion(this);
    this.#asked = new AskedLine(this.terminal, () => this.question.isDue);
    this.#asked.onChange = () => context.onChanged(this, 'status');
    this.#asked.onStatus();
    this.startUp = new StartUp(this.terminal, state?.up ?? state !== undefined);
    this.startUp.onUp = () => context.onUp(this);
  }

  #terminalHandlers(): TerminalHandlers {
    return {
      onReading: () => this.memory?.reading(),
      onOutput: (chunk) => this.memory?.output(chunk),
      onShow: (bytes) => this.clients.show(bytes),
      onShown: () => {
        this.memory?.scanned(this.terminal.output);
        this.clients.afterOutput();
        this.startUp.onOutput();
        // Codex's title blinks.
        if (this.terminal.output.drew) this.previews.changed();
        this.question.onOutput();
        this.#asked.onOutput();
      },
      onResized: () => this.previews.changed(),
      onBehind: (behind) => {
        this.clients.flow.screenBehind = behind;
      },
      onInputTaken: () => this.clients.input.onTaken(),
      onChanged: (change) => {
        // A successor must not know less than what is told here.
        this.memory?.saveState();
        if (change === 'status') this.#asked.onStatus();
        this.#context.onChanged(this, change);
        if (change !== 'status') return;
        this.startUp.onStatus();
        this.question.wake();
      },
      onExit: (exit) => this.#onExit(exit),
      onAsked: (query) => this.clients.onAsked(query),
      hasTerminal: () => this.clients.canAnswer,
    };
  }

  get fullName(): string {
    return this.spec.fullName;
  }

  get pid(): number {
    return this.terminal.pty.pid;
  }

  get startTime(): string | undefined {
    return startTimeOf(this.pid);
  }

  /** Undefined if the session would end with the supervisor. */
  get memory(): SessionMemory | undefined {
    return this.clients.memory;
  }

  set memory(memory: SessionMemory | undefined) {
    this.clients.memory = memory;
  }

  /** A user has requested the end. */
  get killed(): boolean {
    return this.#killed;
  }

  set killed(killed: boolean) {
    this.#killed = killed;
    this.memory?.saveState();
  }

  get program(): ProgramObserver {
    return this.terminal.program;
  }

  get conversation(): string | undefined {
    return this.program.conversation;
  }

  /** Where its conversation is; until that is known, where the session was started. */
  get directory(): string {
    return this.program.directory ?? this.spec.cwd;
  }

  /** Milliseconds since the epoch. */
  get lastActivityAt(): number {
    return this.terminal.output.activeAt;
  }

  /**
   * Nothing is read or shown: the session is being handed over, or waits for a dead predecessor's
   * clients.
   */
  get frozen(): boolean {
    return this.clients.flow.frozen;
  }

  /**
   * Types for a script: in one piece, never inside a client's paste.
   * @returns see {@link SessionInput.fromScript}
   */
  type(bytes: Uint8Array, limits?: TypeLimits): Promise<ScriptInput> {
    return this.exit ? Promise.resolve('ended') : this.clients.input.fromScript(bytes, limits);
  }

  /**
   * To be awaited before the screen is read: what takes long to parse is parsed in slices, and the
   * program is not read until then.
   * @returns undefined if the screen can be read at once.
   */
  whenParsed(): Promise<void> | undefined {
    const { screen } = this.terminal;
    if (!screen.unsettled || this.exit) return this.#parsing;
    this.clients.flow.settling = true;
    // One for all requests: each would take a slice of every turn.
    this.#parsing ??= screen.settle().finally(() => {
      this.#parsing = undefined;
      this.clients.flow.settling = false;
    });
    return this.#parsing;
  }

  signal(signal: NodeJS.Signals): void {
    this.terminal.pty.signal(signal);
  }

  /** The lines of the screen that best explain why it ended. */
  lastLines(): string[] {
    return explainingLines(this.terminal.screen.text(), LAST_LINES);
  }

  info(): SessionInfo {
    const { exit } = this;
    const info = infoOf(this, exit ? undefined : this.program.status, this.#asked.line);
    return exit ? { ...info, lastLines: this.#finalLines } : info;
  }

  #onExit(exit: Exit): void {
    this.exit = exit;
    this.#finalLines = this.lastLines();
    this.startUp.end();
    this.#asked.dispose();
    this.question.wake();
    this.clients.dispose();
    this.#context.onEnded(this, exit);
    // After the record is written, as it contains the session's last lines.
    this.previews.end();
    this.memory?.dispose();
    this.memory = undefined;
    this.terminal.dispose();
    this.#agent.remove();
  }
}

/** With the agent's link, unless its path is too long for a socket address. */
function environmentOf({ env }: SessionSpec, { path }: AgentLink): SessionSpec['env'] {
  return fitsAddress(path) ? { ...env, SSH_AUTH_SOCK: path } : env;
}

/** Paused until everything has been taken over. */
function adopt({ master, pid, startTime }: SessionState, handlers: PtyHandlers): Pty {
  const pty = adoptPty({ fd: master, pid, startTime }, handlers);
  pty.pause();
  return pty;
}
