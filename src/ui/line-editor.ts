/**
 * A text that is typed and pasted, with a cursor in it. It holds exactly what it shows: safe text.
 */
import { charactersOf, safeText, textColumns } from '../terminal/safe-text.ts';
import type { Action, KeyEvent } from './keys.ts';

const TAB = '    ';
/** Stands for a line end, which only a paste can contain. */
const LINE_END = '⏎';
/** safeText cuts longer text. */
const WORD_MAX_CHARACTERS = 4_000;
const WORDS = new RegExp(`[^ \\n]{1,${WORD_MAX_CHARACTERS}}`, 'gu');
const IN_WORD = /[\p{L}\p{N}_]/u;
/** As in a shell. */
const BY_CONTROL: Readonly<Record<string, Action>> = {
  a: 'first',
  e: 'last',
  b: 'left',
  f: 'right',
  d: 'delete',
};

export interface Position {
  /** Both from 1. */
  readonly row: number;
  readonly column: number;
}

/** A row of the text: the index of its first character, and its text. */
interface Line {
  readonly from: number;
  text: string;
}

export class LineEditor {
  #characters: readonly string[];
  /** Index of the character before which the next one is inserted. */
  #at: number;

  constructor(text = '') {
    this.#characters = charactersOf(typedText(text));
    this.#at = this.#characters.length;
  }

  get text(): string {
    return this.#characters.join('');
  }

  /** False: the key has no meaning here. */
  take(event: KeyEvent, severalLines = true): boolean {
    if (event.type === 'text') {
      this.#insert('pasted' in event && severalLines ? event.lines : event.text);
      return true;
    }
    return this.#act(event.type === 'control' ? BY_CONTROL[event.key] : event.action);
  }

  #insert(text: string): void {
    // A combining mark joins the character before it.
    const from = Math.max(0, this.#at - 1);
    const before = this.#characters.slice(from, this.#at).join('');
    const added = charactersOf(before + typedText(text));
    const behind = this.#characters.slice(this.#at);
    this.#characters = [...this.#characters.slice(0, from), ...added, ...behind];
    this.#at = from + added.length;
  }

  #act(action: Action | undefined): boolean {
    switch (action) {
      case 'left':
      case 'right':
      case 'word-left':
      case 'word-right':
      case 'first':
      case 'last':
        this.#at = this.#target(action);
        return true;
      case 'erase':
        return this.#erase(this.#at - 1, this.#at);
      case 'erase-word':
        return this.#erase(this.#target('word-left'), this.#at);
      case 'erase-all':
        return this.#erase(0, this.#characters.length);
      case 'delete':
        return this.#erase(this.#at, this.#at + 1);
      default:
        return false;
    }
  }

  #target(action: 'left' | 'right' | 'word-left' | 'word-right' | 'first' | 'last'): number {
    const last = this.#characters.length;
    switch (action) {
      case 'left':
        return Math.max(0, this.#at - 1);
      case 'right':
        return Math.min(last, this.#at + 1);
      case 'word-left':
        return this.#wordEnd(-1);
      case 'word-right':
        return this.#wordEnd(1);
      case 'first':
        return 0;
      case 'last':
        return last;
    }
  }

  /** Skips what is not a word, then the word. */
  #wordEnd(step: 1 | -1): number {
    let at = this.#at;
    const next = () => this.#characters[step === 1 ? at : at - 1];
    const isWord = (character: string | undefined) => IN_WORD.test(character ?? '');
    while (next() !== undefined && !isWord(next())) at += step;
    while (next() !== undefined && isWord(next())) at += step;
    return at;
  }

  #erase(from: number, to: number): boolean {
    const first = Math.max(0, from);
    this.#characters = [...this.#characters.slice(0, first), ...this.#characters.slice(to)];
    this.#at = Math.min(first, this.#characters.length);
    return true;
  }

  /** The rows around the cursor: at most `rows`, each at most `cols` columns wide. */
  render(
    cols: number,
    rows: number,
  ): { readonly lines: readonly string[]; readonly cursor: Position } {
    const lines = this.#lines(Math.max(1, cols));
    const at = lines.findLastIndex(({ from }) => from <= this.#at);
    const top = Math.max(0, Math.min(at - Math.floor(rows / 2), lines.length - rows));
    const line = lines[at];
    const before = this.#characters.slice(line?.from ?? 0, this.#at).join('');
    return {
      lines: lines.slice(top, top + rows).map(({ text }) => text),
      cursor: { row: at - top + 1, column: textColumns(before) + 1 },
    };
  }

  /** There is always at least one, and a cursor after the last character takes a column. */
  #lines(cols: number): readonly Line[] {
    const lines: [Line, ...Line[]] = [{ from: 0, text: '' }];
    let line: Line = lines[0];
    let room = cols;
    const begin = (from: number) => {
      line = { from, text: '' };
      lines.push(line);
      room = cols;
    };
    for (const [index, character] of this.#characters.entries()) {
      const shown = character === '\n' ? LINE_END : character;
      const width = textColumns(shown);
      if (width > room && line.text !== '') begin(index);
      line.text += shown;
      room -= width;
      if (character === '\n') begin(index + 1);
    }
    if (room < 1) begin(this.#characters.length);
    return lines;
  }
}

/** Word by word, as safeText would trim spaces at the ends. */
function typedText(text: string): string {
  return text.replaceAll('\t', TAB).replace(WORDS, (word) => safeText(word));
}
