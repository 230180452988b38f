/**
 * A program on its terminal: the PTY, the screen model, its reports, and its queries. All it knows of
 * clients is whether a terminal is attached.
 */
import { base64 } from '../../platform/base64.ts';
import type { Exit, SessionSpec } from '../../protocol/messages.ts';
import type { Pty, PtyHandlers } from '../pty/pty.ts';
import { Screen } from '../screen/screen.ts';
import type { Size } from '../screen/size.ts';
import { FocusReports } from './focus-reports.ts';
import type { ProgramChange, ProgramObserver } from './program.ts';
import { ProgramOutput } from './program-output.ts';
import { ProgramQueries } from './program-queries.ts';
import type { TerminalContext, TerminalHandlers } from './terminal-handlers.ts';
import type { TerminalFacts, TerminalState } from './terminal-state.ts';
import { Titles } from './titles.ts';
import { WholeRedraw } from './whole-redraw.ts';

/** The longest that the last output is parsed, one slice per turn; the rest is dropped. */
const LAST_OUTPUT_MS = 2_000;

export class ProgramTerminal {
  readonly program: ProgramObserver;
  readonly screen: Screen;
  readonly pty: Pty;
  readonly output: ProgramOutput;
  readonly #name: string;
  readonly #context: TerminalContext;
  readonly #handlers: TerminalHandlers;
  readonly #titles: Titles;
  readonly #queries: ProgramQueries;
  readonly #focus: FocusReports;
  readonly #redraw: WholeRedraw;
  #size: Size;
  #ended = false;
  /** The clients' title may have to be updated. */
  #changed = false;

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
    this.screen = this.#newScreen(spec.scrollback);
    this.#titles = new Titles(spec, () => this.program);
    this.output = new ProgramOutput({
      onTitle: (title, begin, end) => this.#titles.onTitle(title, begin, end),
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
    this.#queries = this.#newQueries();
    this.#redraw = new WholeRedraw(this.pty, () => this.#size);
    this.#focus = new FocusReports(this.screen, (bytes) => this.pty.write(bytes));
    if (state) this.#restore(state);
    this.pty.onDrain = () => handlers.onInputTaken();
    this.program = this.#observe(spec, state);
    this.program.onChange = (change) => this.#onChange(change);
  }

  #newScreen(scrollback: number): Screen {
    const onBroken = (error: unknown) => this.#onBrokenScreen(error);
    const screen = new Screen({ ...this.#size, scrollback, onBroken });
    screen.onUnparsedLow = () => this.#handlers.onBehind(false);
    return screen;
  }

  #newQueries(): ProgramQueries {
    return new ProgramQueries(this.pty, {
      screen: this.screen,
      colors: this.#context.colors,
      hasTerminal: () => this.#handlers.hasTerminal(),
      replyToStatusQuery: () => this.program.replyToStatusQuery(),
    });
  }

  #observe(spec: SessionSpec, state: TerminalState | undefined): ProgramObserver {
    return this.#context.program.observe({
      pid: this.pty.pid,
      env: spec.env,
      version: spec.codexVersion,
      args: spec.args,
      conversation: spec.conversation,
      dump: state?.program,
      stale: state?.stale,
      now: Date.now,
      shown: () => this.output.shown,
      log: (text) => this.#context.log.info(`${spec.fullName}: ${text}`),
    });
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
    return this.output.spoke ? this.screen.modes.other.keys() : [];
  }

  /** The program has ended; `onExit` follows once its last output is parsed. */
  get ended(): boolean {
    return this.#ended;
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
      lastOutputAt: this.output.activeAt,
      ...this.#size,
      spoke: this.output.spoke,
      toldFocus: this.#focus.told,
      ...(this.#queries.scheme.told && { toldScheme: this.#queries.scheme.told }),
      ...(this.#titles.theirs === undefined ? {} : { title: this.#titles.theirs }),
      program: this.program.dump(),
    };
  }

  #restore(state: TerminalState): void {
    this.output.restore(state.spoke, state.lastOutputAt);
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
    if (this.output.spoke) this.#queries.resized();
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
    if (this.output.spoke && !this.#ended) this.#focus.tell(focused);
  }

  dispose(): void {
    this.#queries.dispose();
    this.program.dispose();
    this.screen.dispose();
  }

  #onOutput(chunk: Uint8Array): void {
    this.#handlers.onOutput(chunk);
    this.output.scan(chunk);
    if (this.#titles.hasCuts)
      for (const part of this.#titles.forClients(chunk)) this.#handlers.onShow(part);
    else this.#handlers.onShow(chunk);
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
    if (!this.output.scanning) this.#afterChange();
    this.#handlers.onChanged(change);
  }

  /** To be called after the clients were sent the output that caused a change. */
  #afterChange(): void {
    if (this.output.spoke) this.#focus.tellOfAbsence(() => this.#handlers.hasTerminal());
    // Only between sequences and characters; otherwise the title waits for the next chunk.
    if (!this.output.atRest) return;
    this.#changed = false;
    const title = this.#titles.change();
    if (title) this.#handlers.onShow(title);
  }

  #onExit(exit: Exit): void {
    this.#ended = true;
    this.#queries.end();
    this.#focus.end();
    this.#redraw.end();
    this.output.activeAt = Date.now();
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
