/**
 * A program on its terminal: the PTY, the model of its screen, what it says of itself, and the
 * questions it asks. It knows nothing of clients but whether somebody is there to be asked.
 */

import { base64 } from '../../platform/base64.ts';
import type { Exit, SessionSpec } from '../../protocol/messages.ts';
import type { Log } from '../../store/log.ts';
import type { Pty, PtyHandlers } from '../pty/pty.ts';
import { Screen } from '../screen/screen.ts';
import { Answers } from './answers.ts';
import type { ProgramChange, ProgramKind, ProgramObserver } from './program.ts';
import { Queries } from './queries.ts';
import { replyTo, type TerminalColors, tellsOfScreen } from './query-replies.ts';
import { StreamScanner } from './stream-scanner.ts';
import type { TerminalQuery } from './terminal-query.ts';
import type { TerminalState } from './terminal-state.ts';
import { Titles } from './titles.ts';

/** What a program left that takes longer to parse, a slice a turn, is in nobody's picture. */
const LAST_OUTPUT_MS = 2_000;

/** Questions in one chunk: each has the screen parsed as far as it stands. */
const ASKED_MAX = 512;

const FOCUS_IN = Buffer.from('\x1b[I');
const FOCUS_OUT = Buffer.from('\x1b[O');

export interface Size {
  readonly cols: number;
  readonly rows: number;
}

export interface TerminalContext {
  readonly log: Log;
  readonly program: ProgramKind;
  /** What the last terminal said of its colours; shared by all sessions. */
  readonly colors: TerminalColors;
}

export interface TerminalHandlers {
  /** For the clients, in order; titles that are not for people are replaced. */
  onShow(bytes: Uint8Array): void;
  /** After each chunk of output has been shown. */
  onShown(): void;
  /** The screen model is behind the program, or has caught up. */
  onBehind(behind: boolean): void;
  /** The program has taken all input that was queued. */
  onInputTaken(): void;
  /** One change of what the program says of itself; in order, none left out. */
  onChanged(change: ProgramChange): void;
  /** After the last byte. */
  onExit(exit: Exit): void;
  /** The clients' terminals are shown this question. */
  onAsked(query: TerminalQuery): void;
  /** A person's terminal is there that will answer questions. */
  hasTerminal(): boolean;
}

export class ProgramTerminal {
  readonly program: ProgramObserver;
  readonly queries: Queries;
  readonly screen: Screen;
  readonly pty: Pty;
  /** Milliseconds since the epoch. */
  lastOutputAt = Date.now();
  /** The program has written something. */
  spoke = false;
  readonly #name: string;
  readonly #context: TerminalContext;
  readonly #handlers: TerminalHandlers;
  readonly #scanner: StreamScanner;
  readonly #titles: Titles;
  readonly #answers: Answers;
  #size: Size;
  #ended = false;
  /** The program knows whether anybody is there; at its start it takes that for granted. */
  #toldFocus = false;
  #scanning = false;
  /** Questions in the chunk that is being looked at, and where each ends. */
  #asked: { query: TerminalQuery; end: number }[] = [];
  /** The program's status, title or conversation has changed, and clients may have to see it. */
  #changed = false;
  /** The last byte may be the first part of a character. */
  #endsInCharacter = false;

  /** `open` starts the program, or takes it over. @throws what it throws. */
  constructor(
    spec: SessionSpec,
    size: Size,
    open: (handlers: PtyHandlers) => Pty,
    context: TerminalContext,
    handlers: TerminalHandlers,
    state?: TerminalState,
  ) {
    this.#name = spec.fullName;
    this.#context = context;
    this.#handlers = handlers;
    this.#size = size;
    this.screen = new Screen({
      ...size,
      scrollback: spec.scrollback,
      onBroken: (error) => this.#onBrokenScreen(error),
    });
    this.screen.onUnparsedLow = () => handlers.onBehind(false);
    this.#titles = new Titles(spec, () => this.program);
    this.queries = new Queries((query) => this.#answer(query), context.colors);
    this.#scanner = new StreamScanner({
      onTitle: (title, begin, end) => this.#titles.onTitle(title, begin, end),
      onStatus: (body) => this.program.onReport(body),
      onQuery: (query, end) => this.#noteAsked(query, end),
      onBell: () => {},
    });
    this.pty = open({
      onData: (chunk) => this.#onOutput(chunk),
      onExit: (exit) => this.#onExit(exit),
    });
    this.#answers = new Answers(this.pty);
    if (state) this.#restore(state);
    this.pty.onDrain = () => handlers.onInputTaken();
    this.program = context.program.observe({
      pid: this.pty.pid,
      env: spec.env,
      conversation: spec.conversation,
      dump: state?.program,
      now: Date.now,
      log: (text) => context.log.info(`${spec.fullName}: ${text}`),
    });
    this.program.onChange = (change) => this.#onChange(change);
  }

  get size(): Size {
    return this.#size;
  }

  /** Sets the title of a terminal that shows this one; undefined while there is none. */
  get title(): Uint8Array | undefined {
    return this.#titles.whole();
  }

  /** The program is gone; its end may not be told yet, while its last output is being parsed. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Between two sequences: what follows can be read by somebody who has not seen the rest. */
  get atRest(): boolean {
    return this.#scanner.atRest && !this.#endsInCharacter;
  }

  /** For the successor; nothing is read or written here any more. */
  dump(): TerminalState {
    this.#answers.flush();
    return {
      lastOutputAt: this.lastOutputAt,
      ...this.#size,
      spoke: this.spoke,
      toldFocus: this.#toldFocus,
      ...(this.#titles.theirs === undefined ? {} : { title: this.#titles.theirs }),
      screen: base64(this.screen.serialize()),
      pending: base64(this.pty.takePending()),
      program: this.program.dump(),
    };
  }

  #restore(state: TerminalState): void {
    this.lastOutputAt = state.lastOutputAt;
    this.spoke = state.spoke;
    this.#toldFocus = state.toldFocus;
    this.#titles.restore(state.title);
    this.screen.write(Buffer.from(state.screen, 'base64'));
    this.pty.write(Buffer.from(state.pending, 'base64'));
  }

  setSize({ cols, rows }: Size): void {
    if (this.#size.cols === cols && this.#size.rows === rows) return;
    this.#size = { cols, rows };
    this.screen.resize(cols, rows);
    this.pty.resize(cols, rows);
  }

  /** The session's name has changed, and terminals show it. */
  renamed(): void {
    this.#changed = true;
    this.#afterChange();
  }

  /** As a terminal does for its window, where the program asked for it. */
  tellFocus(focused: boolean): void {
    if (!this.spoke || this.#ended) return;
    this.screen.whenParsed(() => this.#sayFocus(focused));
  }

  dispose(): void {
    this.queries.dispose();
    this.#answers.dispose();
    this.program.dispose();
    this.screen.dispose();
  }

  #onOutput(chunk: Uint8Array): void {
    this.spoke = true;
    this.lastOutputAt = Date.now();
    this.#scanning = true;
    this.#scanner.push(chunk);
    this.#scanning = false;
    if (this.#titles.hasCuts)
      for (const part of this.#titles.forClients(chunk)) this.#handlers.onShow(part);
    else this.#handlers.onShow(chunk);
    this.#endsInCharacter = (chunk.at(-1) ?? 0) >= 0x80;
    this.#draw(chunk);
    this.#handlers.onShown();
    if (this.screen.behind) this.#handlers.onBehind(true);
    if (this.#changed) this.#afterChange();
  }

  /** A program that asks without end, or reads no answers, is not listened to any further. */
  #noteAsked(query: TerminalQuery, end: number): void {
    this.#handlers.onAsked(query);
    if (this.#asked.length < ASKED_MAX && this.#answers.hasRoom) this.#asked.push({ query, end });
  }

  /** Into the model; a question is put when all before it is in there, and nothing after it. */
  #draw(chunk: Uint8Array): void {
    const asked = this.#asked;
    if (asked.length > 0) this.#asked = [];
    let from = 0;
    for (const { query, end } of asked) {
      this.screen.write(chunk.subarray(from, end));
      from = end;
      this.queries.asked(query, this.#handlers.hasTerminal());
    }
    this.screen.write(from === 0 ? chunk : chunk.subarray(from));
  }

  #onChange(change: ProgramChange): void {
    // What an end takes back is not news beside the end itself.
    if (this.#ended) return;
    this.#changed = true;
    if (!this.#scanning) this.#afterChange();
    this.#handlers.onChanged(change);
  }

  /** Once, to a program that was started with nobody there. */
  #tellOfAbsence(): void {
    const isDue = () => !this.#toldFocus && !this.#handlers.hasTerminal();
    if (!isDue() || !this.spoke) return;
    this.screen.whenParsed(() => {
      if (isDue()) this.#sayFocus(false);
    });
  }

  #sayFocus(focused: boolean): void {
    if (this.#ended || !this.screen.parsedState.modes.focus) return;
    this.#toldFocus = true;
    this.pty.write(focused ? FOCUS_IN : FOCUS_OUT);
  }

  /** Once the output that brought a change is with the clients. */
  #afterChange(): void {
    this.#tellOfAbsence();
    // Between sequences and characters only; within one, the title waits for the next chunk.
    if (!this.#scanner.atRest || this.#endsInCharacter) return;
    this.#changed = false;
    const title = this.#titles.change();
    if (title) this.#handlers.onShow(title);
  }

  #onExit(exit: Exit): void {
    this.#ended = true;
    this.lastOutputAt = Date.now();
    if (this.screen.unsettled) void this.screen.settle(LAST_OUTPUT_MS).then(() => this.#end(exit));
    else this.#end(exit);
  }

  #end(exit: Exit): void {
    if (this.screen.unsettled) this.screen.forgetQueued();
    this.screen.flush();
    this.program.exited();
    this.#handlers.onExit(exit);
  }

  /** In the order in which they were asked. */
  #answer(query: TerminalQuery): void {
    if (tellsOfScreen(query) || this.screen.isAwaited)
      this.screen.whenParsed(() => this.#reply(query));
    else this.#reply(query);
  }

  #reply(query: TerminalQuery): void {
    if (this.#ended) return;
    const reply =
      query.type === 'status-query'
        ? this.#statusAnswer()
        : replyTo(query, this.screen.parsedState, this.#context.colors);
    if (reply !== undefined) this.#answers.give(reply);
  }

  #statusAnswer(): string | undefined {
    const body = this.program.answerStatusQuery();
    return body === undefined ? undefined : `\x1b]7501;${body}\x1b\\`;
  }

  /** One row less and back makes a program that draws itself draw everything again. */
  #onBrokenScreen(error: unknown): void {
    this.#context.log.error(`${this.#name}: the screen model failed`, error);
    const { cols, rows } = this.#size;
    this.pty.resize(cols, Math.max(1, rows - 1));
    setImmediate(() => this.pty.resize(this.#size.cols, this.#size.rows));
  }
}
