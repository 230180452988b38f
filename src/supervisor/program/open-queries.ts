/**
 * Decides who replies to a program's queries: the leader's terminal, or the supervisor if no
 * terminal is attached or it stays silent. A program waits for the replies before it shows its
 * prompt, and would take a second reply for keys.
 */
import { isReplyTo, isReplyToType, isTracked } from './expected-replies.ts';
import { hasReply } from './query-replies.ts';
import type { TerminalQuery } from './terminal-query.ts';

/** A local terminal replies within a few ms, one over a slow link within tens. */
const TERMINAL_REPLIES_WITHIN_MS = 100;
/** No sensible program has more open queries. */
const OPEN_MAX = 64;
/** A terminal that has not replied after this time will not. */
const LATE_WITHIN_MS = 10_000;
/**
 * The reply to a query that a predecessor saw before it died comes as soon as the terminal is
 * attached again.
 */
const INHERITED_WITHIN_MS = 2_000;
/**
 * Queries for which programs wait at their start, or when they draw; clients send none of them
 * while attached.
 */
const INHERITED = ['cpr', 'da1', 'kitty'] as const;

interface Open {
  readonly query: TerminalQuery;
  readonly timer: NodeJS.Timeout;
}
/** Answered by the supervisor; the terminal's reply may still come. */
interface Lapsed {
  readonly query: TerminalQuery;
  /** On the clock of `performance.now()`. */
  readonly at: number;
}

export class OpenQueries {
  readonly #reply: (query: TerminalQuery) => void;
  #open: Open[] = [];
  #lapsed: Lapsed[] = [];
  #inherited = new Set<(typeof INHERITED)[number]>();
  /** On the clock of `performance.now()`. */
  #inheritedUntil = 0;

  /** `reply` writes the supervisor's own reply to the program. */
  constructor(reply: (query: TerminalQuery) => void) {
    this.#reply = reply;
  }

  /**
   * A predecessor has died, perhaps between a query and its reply: one reply of each kind goes to
   * the program.
   */
  inherit(): void {
    this.#inherited = new Set(INHERITED);
    this.#inheritedUntil = performance.now() + INHERITED_WITHIN_MS;
  }

  asked(query: TerminalQuery, byTerminal: boolean): void {
    if (!hasReply(query)) return;
    if (!byTerminal) {
      this.#reply(query);
      return;
    }
    if (this.#open.length >= OPEN_MAX) {
      this.#replyFirst(query);
      return;
    }
    const open: Open = {
      query,
      timer: setTimeout(() => {
        this.#open = this.#open.filter((other) => other !== open);
        this.#replyFirst(query);
      }, TERMINAL_REPLIES_WITHIN_MS),
    };
    this.#open.push(open);
  }

  /** Replies in place of a terminal that may still do so. */
  #replyFirst(query: TerminalQuery): void {
    this.#lapsed.push({ query, at: performance.now() });
    if (this.#lapsed.length > OPEN_MAX) this.#lapsed.shift();
    this.#reply(query);
  }

  /**
   * A terminal has replied. `awaited`: the program waits for this reply. `late`: the supervisor has
   * replied already, or no query of this kind is open. `other`: it may come unasked. `text`: the
   * reply as latin1.
   */
  replied(text: string): 'awaited' | 'late' | 'other' {
    const at = this.#open.findIndex(({ query }) => isReplyTo(text, query));
    if (at < 0 && this.#isInherited(text)) return 'awaited';
    if (at < 0) return this.#hasLapsed(text) || isTracked(text) ? 'late' : 'other';
    const [open] = this.#open.splice(at, 1);
    clearTimeout(open?.timer);
    return 'awaited';
  }

  #isInherited(reply: string): boolean {
    if (performance.now() > this.#inheritedUntil) return false;
    const type = INHERITED.find((type) => isReplyToType(reply, type));
    return type !== undefined && this.#inherited.delete(type);
  }

  #hasLapsed(reply: string): boolean {
    const since = performance.now() - LATE_WITHIN_MS;
    this.#lapsed = this.#lapsed.filter(({ at }) => at > since);
    const at = this.#lapsed.findIndex(({ query }) => isReplyTo(reply, query));
    // kitty sends a reply for each name of an XTGETTCAP.
    if (at >= 0 && this.#lapsed[at]?.query.type !== 'xtgettcap') this.#lapsed.splice(at, 1);
    return at >= 0;
  }

  /** To be called when no terminal is left that could reply. */
  answerAll(): void {
    const open = this.#open;
    this.#open = [];
    for (const { query, timer } of open) {
      clearTimeout(timer);
      this.#replyFirst(query);
    }
  }

  dispose(): void {
    for (const { timer } of this.#open) clearTimeout(timer);
    this.#open = [];
  }
}
