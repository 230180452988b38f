/**
 * Decides who replies to the program's queries: the leader's terminal, or the supervisor if no terminal
 * is attached or it stays silent. A program waits for the replies before it shows its prompt.
 */
import { ATTRIBUTES_REPLY } from '../../terminal/input-tokens.ts';
import type { TerminalColors } from './query-replies.ts';
import type { TerminalQuery } from './terminal-query.ts';

/** A local terminal replies within a few ms, one over a slow link within tens. */
const TERMINAL_REPLIES_WITHIN_MS = 100;
/** No sensible program has more open queries. */
const OPEN_MAX = 64;

interface Open {
  readonly query: TerminalQuery;
  readonly timer: NodeJS.Timeout;
}

export class OpenQueries {
  readonly #reply: (query: TerminalQuery) => void;
  readonly #colors: TerminalColors;
  #open: Open[] = [];

  /**
   * `reply` writes the supervisor's own reply to the program. Colours that terminals report are stored
   * in `colors`, for replies when no terminal is attached.
   */
  constructor(reply: (query: TerminalQuery) => void, colors: TerminalColors) {
    this.#reply = reply;
    this.#colors = colors;
  }

  asked(query: TerminalQuery, byTerminal: boolean): void {
    if (!byTerminal || this.#open.length >= OPEN_MAX) {
      this.#reply(query);
      return;
    }
    const open: Open = {
      query,
      timer: setTimeout(() => {
        this.#open = this.#open.filter((other) => other !== open);
        this.#reply(query);
      }, TERMINAL_REPLIES_WITHIN_MS),
    };
    this.#open.push(open);
  }

  /**
   * A terminal has replied. `awaited`: the program waits for this. `late`: no query of this kind is
   * open any more. `other`: replies of this kind are not tracked.
   */
  replied(reply: Uint8Array): 'awaited' | 'late' | 'other' {
    const text = Buffer.from(reply).toString('latin1');
    this.#learnColor(text);
    const at = this.#open.findIndex(({ query }) => isReplyTo(text, query));
    if (at < 0) return TRACKED.some((pattern) => pattern.test(text)) ? 'late' : 'other';
    const [open] = this.#open.splice(at, 1);
    clearTimeout(open?.timer);
    return 'awaited';
  }

  #learnColor(reply: string): void {
    const color = /^\x1b\](1[012]);(rgb:[0-9a-f/]{5,19})(?:\x07|\x1b\\)$/i.exec(reply);
    const which = Number(color?.[1]);
    if (color?.[2] && (which === 10 || which === 11 || which === 12))
      this.#colors[which] = color[2];
  }

  /** To be called when no terminal is left that could reply. */
  answerAll(): void {
    const open = this.#open;
    this.#open = [];
    for (const { query, timer } of open) {
      clearTimeout(timer);
      this.#reply(query);
    }
  }

  dispose(): void {
    for (const { timer } of this.#open) clearTimeout(timer);
    this.#open = [];
  }
}

const DA2 = /^\x1b\[>[\d;]*c$/;
const CPR = /^\x1b\[\??[\d;]*R$/;
const DSR = /^\x1b\[\d*n$/;
const DECRPM = /^\x1b\[\??\d+;\d+\$y$/;
const KITTY = /^\x1b\[\?\d*u$/;
const COLOR = /^\x1b\]1[012];/;
const VERSION = /^\x1bP>\|/;
const TRACKED = [ATTRIBUTES_REPLY, DA2, CPR, DSR, DECRPM, KITTY, COLOR, VERSION];

function isReplyTo(reply: string, query: TerminalQuery): boolean {
  switch (query.type) {
    case 'da1':
      return ATTRIBUTES_REPLY.test(reply);
    case 'da2':
      return DA2.test(reply);
    case 'cpr':
      return CPR.test(reply);
    case 'dsr':
      return DSR.test(reply);
    case 'decrqm':
      return reply.startsWith(`\x1b[${query.dec ? '?' : ''}${query.mode};`) && reply.endsWith('$y');
    case 'kitty':
      return KITTY.test(reply);
    case 'osc-color':
      return reply.startsWith(`\x1b]${query.which};`);
    case 'xtversion':
      return VERSION.test(reply);
    default:
      return false;
  }
}
