/**
 * A program on its terminal: the PTY, the screen model, its reports, and its queries. All it knows of
 * clients is whether a terminal is attached.
 */
import { base64 } from '../../platform/base64.ts';
import type { Exit, SessionSpec } from '../../protocol/messages.ts';
import type { Log } from '../../store/log.ts';
import type { Pty, PtyHandlers } from '../pty/pty.ts';
import { Screen } from '../screen/screen.ts';
import { FocusReports } from './focus-reports.ts';
import type { ProgramChange, ProgramKind, ProgramObserver } from './program.ts';
import { ProgramQueries } from './program-queries.ts';
import { StreamScanner } from './stream-scanner.ts';
import type { TerminalColors } from './terminal-colors.ts';
import type { TerminalQuery } from './terminal-query.ts';
import type { TerminalFacts, TerminalState } from './terminal-state.ts';
import { Titles } from './titles.ts';
import { WholeRedraw } from './whole-redraw.ts';

/** The longest that the last output is parsed, one slice per turn; the rest is dropped. */
const LAST_OUTPUT_MS = 2_000;

export interface Size {
  readonly cols: number;
  readonly rows: number;
}

export interface TerminalContext {
  readonly log: Log;
  readonly program: ProgramKind;
  readonly colors: TerminalColors;
}

export interface TerminalHandlers {
  /** Called before much output is read. */
  onReading(): void;
  /** Called before each chunk of output is scanned. */
  onOutput(chunk: Uint8Array): void;
  /** Output for the clients, in order; titles that are not for users are replaced. */
  onShow(bytes: Uint8Array): void;
  /** After each chunk of output has been shown. */
  onShown(): void;
  /** Called when the terminal has another size. */
  onResized(): void;
  /** The screen model has fallen behind the program, or has caught up. */
  onBehind(behind: boolean): void;
  /** All queued input has been accepted. */
  onInputTaken(): void;
  /** Each single change that the program reports, in order. */
  onChanged(change: ProgramChange): void;
  /** After the last byte. */
  onExit(exit: Exit): void;
  /** The program has sent this query, which the clients' terminals receive too. */
  onAsked(query: TerminalQuery): void;
  /** Whether a terminal is attached that will reply to queries. */
  hasTerminal(): boolean;
}

export class ProgramTerminal {
  readonly program: ProgramObserver;
  readonly screen: Screen;
  readonly pty: Pty;
  /**
   * When the program last showed text, in milliseconds since the epoch. Titles do not count, as
   * Codex's blinks for as long as it waits for the user.
   */
  activeAt = Date.now();
  /** Whether the last output was more than titles: Codex's blinks while it waits for the user. */
  drew = false;
  /** Whether the program has written anything. */
  spoke = false;
  readonly #name: string;
  readonly #context: TerminalContext;
  readonly #handlers: TerminalHandlers;
  readonly #scanner: StreamScanner;
  readonly #titles: Titles;
  readonly #queries: ProgramQueries;
  readonly #focus: FocusReports;
  readonly #redraw: WholeRedraw;
  #size: Size;
  #firstTextAt: number | undefined;
  #ended = false;
  #scanning = false;
  #titleBytes = 0;
  /** The clients' title may have to be updated. */
  #changed = false;
  /** The last character may be incomplete. */
  #endsInCharacter = false;

  /** `open` starts the program, or takes it over. @throws what `open` throws. */
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
    this.#scanner = new StreamScanner({
      onTitle: (title, begin, end) => {
        this.#titleBytes += end - Math.max(0, begin);
        this.#titles.onTitle(title, begin, end);
      },
      onStatus: (body) => this.program.onReport(body),
      onQuery: (query, end) => {
        handlers.onAsked(query);
        this.#queries.found(query, end);
      },
    });
    this.pty = open({
      onReading: () => handlers.onReading(),
      onData: (chunk) => this.#onOutput(chunk),
      onExit: (exit) => this.#onExit(exit),
    });
    this.#queries = new ProgramQueries(this.pty, {
      screen: this.screen,
      colors: context.colors,
      hasTerminal: () => handlers.hasTerminal(),
      replyToStatusQuery: () => this.program.replyToStatusQuery(),
    });
    this.#redraw = new WholeRedraw(this.pty, () => this.#size);
    this.#focus = new FocusReports(this.screen, (bytes) => this.pty.write(bytes));
    if (state) this.#restore(state);
    this.pty.onDrain = () => handlers.onInputTaken();
    this.program = context.program.observe({
      pid: this.pty.pid,
      env: spec.env,
      version: spec.codexVersion,
      args: spec.args,
      conversation: spec.conversation,
      dump: state?.program,
      stale: state?.stale,
      now: Date.now,
      shown: () =>
        this.#firstTextAt === undefined
          ? undefined
          : { firstAt: this.#firstTextAt, lastAt: this.activeAt },
      log: (text) => context.log.info(`${spec.fullName}: ${text}`),
    });
    this.program.onChange = (change) => this.#onChange(change);
  }

  get queries(): Pick<ProgramQueries, 'replied' | 'answerAll' | 'inherit' | 'scheme'> {
    return this.#queries;
  }

  get size(): Size {
    return this.#size;
  }

  /** The sequence that sets the title of a client's terminal; undefined if there is no title. */
  get title(): Uint8Array | undefined {
    return this.#titles.whole();
  }

  /** Private modes that the program has set or reset. */
  get changedModes(): Iterable<number> {
    return this.spoke ? this.screen.modes.other.keys() : [];
  }

  /** The program has ended; `onExit` follows once its last output is parsed. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The last output may end with the beginning of a report. */
  get inSequence(): boolean {
    return !this.#scanner.atRest;
  }

  /** The last output may have changed modes. */
  get changesModes(): boolean {
    return this.#scanner.changesModes;
  }

  /** The output is between two sequences and characters: a successor can parse what follows. */
  get atRest(): boolean {
    return this.#scanner.atRest && !this.#endsInCharacter;
  }

  /** For the successor; nothing may be read or written afterwards. */
  dump(): TerminalState {
    this.#queries.flush();
    return {
      ...this.facts(),
      screen: base64(this.screen.serialize()),
      pending: base64(this.pty.takePending()),
    };
  }

  facts(): TerminalFacts {
    return {
      lastOutputAt: this.activeAt,
      ...this.#size,
      spoke: this.spoke,
      toldFocus: this.#focus.told,
      ...(this.#queries.scheme.told && { toldScheme: this.#queries.scheme.told }),
      ...(this.#titles.theirs === undefined ? {} : { title: this.#titles.theirs }),
      program: this.program.dump(),
    };
  }

  #restore(state: TerminalState): void {
    this.activeAt = state.lastOutputAt;
    if (state.spoke) this.#firstTextAt = state.lastOutputAt;
    this.spoke = state.spoke;
    this.#focus.told = state.toldFocus;
    this.#queries.scheme.told = state.toldScheme;
    this.#titles.restore(state.title);
    this.screen.write(Buffer.from(state.screen, 'base64'));
    this.pty.write(Buffer.from(state.pending, 'base64'));
  }

  setSize({ cols, rows }: Size): void {
    if (this.#size.cols === cols && this.#size.rows === rows) return;
    this.#size = { cols, rows };
    this.screen.resize(cols, rows);
    this.pty.resize(cols, rows);
    if (this.spoke) this.#queries.resized();
    this.#handlers.onResized();
  }

  /** After a death, the program's terminal may have a size that is stored nowhere. */
  putSize(size: Size): void {
    this.setSize(size);
    this.pty.resize(size.cols, size.rows);
  }

  /** The program is drawing for a size that is not its own, for a moment. */
  get drawsAnew(): boolean {
    return this.#redraw.begun;
  }

  /**
   * The screen model, or a client's terminal, lacks something: makes the program draw all of its
   * screen.
   */
  drawAnew(): void {
    if (!this.#ended) this.#redraw.begin();
  }

  /** The session's name, which is in the title, has changed. */
  renamed(): void {
    this.#changed = true;
    this.#afterChange();
  }

  /** Sends a focus report if the program has requested them. */
  tellFocus(focused: boolean): void {
    if (this.spoke && !this.#ended) this.#focus.tell(focused);
  }

  dispose(): void {
    this.#queries.dispose();
    this.program.dispose();
    this.screen.dispose();
  }

  #onOutput(chunk: Uint8Array): void {
    this.#handlers.onOutput(chunk);
    this.spoke = true;
    this.#scanning = true;
    this.#titleBytes = 0;
    this.#scanner.push(chunk);
    this.drew = this.#titleBytes !== chunk.length;
    this.#scanning = false;
    if (this.#scanner.showsText) {
      this.activeAt = Date.now();
      this.#firstTextAt ??= this.activeAt;
    }
    if (this.#titles.hasCuts)
      for (const part of this.#titles.forClients(chunk)) this.#handlers.onShow(part);
    else this.#handlers.onShow(chunk);
    this.#endsInCharacter = (chunk.at(-1) ?? 0) >= 0x80;
    this.#queries.draw(chunk);
    this.#redraw.drawn();
    this.#handlers.onShown();
    if (this.screen.behind) this.#handlers.onBehind(true);
    if (this.#changed) this.#afterChange();
  }

  #onChange(change: ProgramChange): void {
    // The end itself is reported, so changes caused by it are not.
    if (this.#ended) return;
    this.#changed = true;
    if (!this.#scanning) this.#afterChange();
    this.#handlers.onChanged(change);
  }

  /** To be called after the clients were sent the output that caused a change. */
  #afterChange(): void {
    if (this.spoke) this.#focus.tellOfAbsence(() => this.#handlers.hasTerminal());
    // Only between sequences and characters; otherwise the title waits for the next chunk.
    if (!this.#scanner.atRest || this.#endsInCharacter) return;
    this.#changed = false;
    const title = this.#titles.change();
    if (title) this.#handlers.onShow(title);
  }

  #onExit(exit: Exit): void {
    this.#ended = true;
    this.#queries.end();
    this.#focus.end();
    this.#redraw.end();
    this.activeAt = Date.now();
    if (this.screen.unsettled) void this.screen.settle(LAST_OUTPUT_MS).then(() => this.#end(exit));
    else this.#end(exit);
  }

  #end(exit: Exit): void {
    if (this.screen.unsettled) this.screen.forgetQueued();
    this.screen.flush();
    this.program.exited();
    this.#handlers.onExit(exit);
  }

  #onBrokenScreen(error: unknown): void {
    this.#context.log.error(`${this.#name}: the screen model failed`, error);
    this.drawAnew();
  }
}
