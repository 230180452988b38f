/**
 * Formats a conversation for a terminal: wrapped at words, with colours, and the time of each turn.
 */
import { itemToText } from '../../codex/transcript-format.ts';
import type { TranscriptItem } from '../../codex/transcript-types.ts';
import { wrappedText } from '../../terminal/wrap.ts';
import { BOLD, DIM, MARK, paint, TONES } from '../../ui/style.ts';

export interface ViewOptions {
  /** Columns of the terminal. */
  readonly width: number;
  readonly color: boolean;
  /** Milliseconds since the epoch: turns of today are shown without the date. */
  readonly now: number;
}

/** Formats items in the order in which they were recorded, a few at a time. */
export class TerminalView {
  readonly #options: ViewOptions;
  /** The day of the last time shown. */
  #day: string;

  constructor(options: ViewOptions) {
    this.#options = options;
    this.#day = dayOf(new Date(options.now));
  }

  /** Text that is safe for a terminal; each item is followed by an empty line. */
  text(items: readonly TranscriptItem[]): string {
    return items.map((item) => this.#heading(item) + this.#body(item)).join('');
  }

  #heading({ type, time }: TranscriptItem): string {
    const at = new Date(time);
    if (type !== 'prompt' || Number.isNaN(at.getTime())) return '';
    const day = dayOf(at);
    const isSame = day === this.#day;
    this.#day = day;
    return `${this.#paint(isSame ? timeOf(at) : `${day} ${timeOf(at)}`, DIM)}\n`;
  }

  #body(item: TranscriptItem): string {
    const lines = itemToText(item).trimEnd().split('\n');
    const mark = lines[0]?.[0] ?? '';
    const { head, others, sign } = stylesOf(item);
    const isHead = item.type === 'command' ? linesOf(item.command ?? '') : 1;
    const wrap = (line: string) => wrappedText(line.trimEnd(), this.#options.width).split('\n');
    const body = lines.flatMap((line, index) =>
      wrap(line).map((part, at) => {
        const style = index < isHead ? head : others;
        return index + at > 0
          ? this.#paint(part, style)
          : this.#paint(mark, sign) + this.#paint(part.slice(mark.length), style);
      }),
    );
    return `${body.join('\n')}\n\n`;
  }

  #paint(text: string, style: string): string {
    return paint(text, style, this.#options.color);
  }
}

/**
 * Colours: of the first line (for a command, of all lines), of further lines, of the mark before
 * them.
 */
function stylesOf({ type, exitCode, outcome }: TranscriptItem) {
  switch (type) {
    case 'prompt':
      return { head: BOLD, others: BOLD, sign: MARK };
    case 'command': {
      const failed = (exitCode ?? 0) !== 0 || outcome === 'failed';
      const head = failed ? TONES.bad : TONES.busy;
      return { head, others: DIM, sign: head };
    }
    case 'answer':
      return { head: '', others: '', sign: TONES.good };
    default:
      return { head: DIM, others: DIM, sign: DIM };
  }
}

function linesOf(text: string): number {
  return text.trimEnd().split(/\r\n?|\n/).length;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function dayOf(at: Date): string {
  return [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
}

function timeOf(at: Date): string {
  return `${two(at.getHours())}:${two(at.getMinutes())}`;
}
