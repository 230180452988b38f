/**
 * Who answers the program's questions to its terminal: the terminal of the person who typed last;
 * where none is attached, or it stays silent, the supervisor. A program waits for such answers
 * before it shows its prompt, so they must come, and once.
 */
import { ATTRIBUTES_ANSWER } from '../../terminal/input-tokens.ts';
import type { TerminalColors } from './query-replies.ts';
import type { TerminalQuery } from './stream-scanner.ts';

/** A local terminal answers within a few ms, one over a slow link in tens. */
const TERMINAL_ANSWERS_WITHIN_MS = 100;
/** More open questions than this are no program's doing. */
const OPEN_MAX = 64;

interface Open {
  readonly query: TerminalQuery;
  readonly timer: NodeJS.Timeout;
}

export class Queries {
  readonly #answer: (query: TerminalQuery) => void;
  readonly #colors: TerminalColors;
  #open: Open[] = [];

  /**
   * `answer` makes the supervisor's own answer and writes it to the program. What terminals say of
   * their colours is put into `colors`, for answers where no terminal is.
   */
  constructor(answer: (query: TerminalQuery) => void, colors: TerminalColors) {
    this.#answer = answer;
    this.#colors = colors;
  }

  asked(query: TerminalQuery, byTerminal: boolean): void {
    if (!byTerminal || this.#open.length >= OPEN_MAX) {
      this.#answer(query);
      return;
    }
    const open: Open = {
      query,
      timer: setTimeout(() => {
        this.#open = this.#open.filter((other) => other !== open);
        this.#answer(query);
      }, TERMINAL_ANSWERS_WITHIN_MS),
    };
    this.#open.push(open);
  }

  /**
   * A terminal's answer is here. `awaited`: the program still waits for it. `late`: it has been
   * answered already. `other`: to a question that the supervisor does not follow.
   */
  replied(reply: Uint8Array): 'awaited' | 'late' | 'other' {
    const text = Buffer.from(reply).toString('latin1');
    this.#learnColor(text);
    const at = this.#open.findIndex(({ query }) => answers(text, query));
    if (at < 0) return FOLLOWED.some((pattern) => pattern.test(text)) ? 'late' : 'other';
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

  /** Nobody is left who could answer. */
  answerAll(): void {
    const open = this.#open;
    this.#open = [];
    for (const { query, timer } of open) {
      clearTimeout(timer);
      this.#answer(query);
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
const FOLLOWED = [ATTRIBUTES_ANSWER, DA2, CPR, DSR, DECRPM, KITTY, COLOR, VERSION];

function answers(reply: string, query: TerminalQuery): boolean {
  switch (query.type) {
    case 'da1':
      return ATTRIBUTES_ANSWER.test(reply);
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
