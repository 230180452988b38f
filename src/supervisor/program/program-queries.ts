/**
 * The queries in a program's output and the replies in its input. A query is handled when the screen
 * model has been given all output before it and nothing after it.
 */
import { colorIn } from '../../terminal/colors.ts';
import { IN_BAND_SIZE } from '../../terminal/private-modes.ts';
import type { Screen } from '../screen/screen.ts';
import { OpenQueries } from './open-queries.ts';
import { dependsOnScreen, replyTo } from './query-replies.ts';
import { type Input, ReplyWriter } from './reply-writer.ts';
import { SchemeReports } from './scheme-reports.ts';
import type { TerminalColors } from './terminal-colors.ts';
import type { TerminalQuery } from './terminal-query.ts';

/** Queries handled per chunk: each splits the output given to the screen model. */
const QUERIES_MAX = 512;

export interface QueryContext {
  readonly screen: Screen;
  readonly colors: TerminalColors;
  /** Whether a terminal is attached that will reply. */
  hasTerminal(): boolean;
  /** The body of the reply to the OSC 7501 query; undefined: no reply. */
  replyToStatusQuery(): string | undefined;
}

export class ProgramQueries {
  readonly scheme: SchemeReports;
  readonly #open: OpenQueries;
  readonly #context: QueryContext;
  readonly #replies: ReplyWriter;
  /** Queries in the chunk being scanned, and where each ends. */
  #found: { query: TerminalQuery; end: number }[] = [];
  #ended = false;

  /** Replies are written to `input`. */
  constructor(input: Input, context: QueryContext) {
    this.#context = context;
    this.#replies = new ReplyWriter(input);
    this.#open = new OpenQueries((query) => this.#reply(query));
    this.scheme = new SchemeReports(context.screen, (report) => this.#write(report));
  }

  /** Ignores queries of a program that sends too many, or reads no replies. */
  found(query: TerminalQuery, end: number): void {
    if (this.#found.length < QUERIES_MAX && this.#replies.hasRoom) this.#found.push({ query, end });
  }

  /** Writes the chunk to the screen model, and handles the queries found in it. */
  draw(chunk: Uint8Array): void {
    const { screen, colors } = this.#context;
    const found = this.#found;
    if (found.length > 0) this.#found = [];
    let from = 0;
    for (const { query, end } of found) {
      screen.write(chunk.subarray(from, end));
      from = end;
      const awaited = this.#context.hasTerminal() || colors.awaited;
      this.#open.asked(query, !isOurs(query) && awaited);
    }
    screen.write(from === 0 ? chunk : chunk.subarray(from));
  }

  /** Reports the size to a program that has asked for each change of it (mode 2048). */
  resized(): void {
    this.#open.asked({ type: 'in-band-size' }, false);
  }

  /** A client's terminal has replied; for the result see {@link OpenQueries.replied}. */
  replied(reply: Uint8Array): ReturnType<OpenQueries['replied']> {
    const text = Buffer.from(reply).toString('latin1');
    const kind = this.#open.replied(text);
    if (kind !== 'late') this.scheme.repliedByTerminal(text);
    const color = colorIn(text);
    if (color) this.#context.screen.whenParsed(() => this.#learn(color));
    return kind;
  }

  #learn({ which, color }: NonNullable<ReturnType<typeof colorIn>>): void {
    const { screen, colors } = this.#context;
    // A value that the program has set is not the terminal's own.
    if (screen.hasOwnColor(which)) return;
    colors.learn({ [which]: color });
    if (which === 11) this.scheme.tell(color);
  }

  /** See {@link OpenQueries.inherit}. */
  inherit(): void {
    this.#open.inherit();
  }

  /** To be called when no terminal is left that could reply. */
  answerAll(): void {
    this.#open.answerAll();
  }

  /** Writes the replies that are not due yet, before a hand-over. */
  flush(): void {
    this.#replies.flush();
  }

  /** The program has ended: no more replies. */
  end(): void {
    this.#ended = true;
  }

  dispose(): void {
    this.#open.dispose();
    this.#replies.dispose();
  }

  /** Keeps the order of the queries. */
  #reply(query: TerminalQuery): void {
    const { screen } = this.#context;
    if (dependsOnScreen(query) || screen.isAwaited) screen.whenParsed(() => this.#replyNow(query));
    else this.#replyNow(query);
  }

  #replyNow(query: TerminalQuery): void {
    const { screen, colors } = this.#context;
    const reply =
      query.type === 'status-query'
        ? this.#statusReply()
        : replyTo(query, screen.parsedState, colors.known);
    if (reply !== undefined) this.#write(reply);
  }

  #write(reply: string): void {
    if (this.#ended) return;
    this.scheme.replied(reply);
    this.#replies.write(reply);
  }

  #statusReply(): string | undefined {
    const body = this.#context.replyToStatusQuery();
    return body === undefined ? undefined : `\x1b]7501;${body}\x1b\\`;
  }
}

/**
 * Sizes in the input are always the supervisor's: another client's terminal may not know the mode,
 * and one that does would report its own size.
 */
function isOurs(query: TerminalQuery): boolean {
  return query.type === 'in-band-size' || (query.type === 'decrqm' && query.mode === IN_BAND_SIZE);
}
