/**
 * Renders one line of another terminal's screen for ours. It may come from another machine and is a
 * stranger's text: of its control sequences only SGR with plain numbers is kept.
 */
import { signs } from '../terminal/ascii.ts';
import { charactersOf, safeLines, textColumns } from '../terminal/safe-text.ts';

export interface LineOptions {
  /** Columns available for it. */
  readonly cols: number;
  /** False: without SGR. */
  readonly color: boolean;
  /** The terminal is not in UTF-8: other characters become `?`. */
  readonly ascii: boolean;
  /** Column, from 0, at which the cursor is drawn; undefined if it is not in this line. */
  readonly cursor?: number | undefined;
}

/**
 * First SGR, whose parameters are the group; then any other sequence, with its text if it has one.
 */
const SEQUENCE = [
  String.raw`\x1b\[([\d;:]{0,100})m`,
  String.raw`\x1b\[[0-?]*[ -/]*[@-~]`,
  String.raw`\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?`,
  String.raw`\x1b[ -/]*[0-~]?`,
].join('|');
/** UTF-16 units. No line of a screen is this long; it limits the time taken. */
const MAX_UNITS = 32 * 1024;
const RESET = '\x1b[0m';

/** `line` cut to its columns; it ends without attributes. */
export function previewLine(line: string, options: LineOptions): string {
  const out = new CutLine(options);
  const text = line.slice(0, MAX_UNITS).replaceAll('\n', ' ');
  let from = 0;
  for (const match of text.matchAll(new RegExp(SEQUENCE, 'g'))) {
    out.text(text.slice(from, match.index));
    if (match[1] !== undefined) out.sgr(match[1]);
    from = match.index + match[0].length;
  }
  out.text(text.slice(from));
  return out.end();
}

class CutLine {
  readonly #options: LineOptions;
  #out = '';
  #column = 0;
  #full = false;
  /**
   * The attributes in force: the sequences since the last reset, and how many of them are written.
   */
  #look: string[] = [];
  #written = 0;

  constructor(options: LineOptions) {
    this.#options = options;
  }

  sgr(parameters: string): void {
    if (!this.#options.color) return;
    if (/^0*$/.test(parameters)) {
      this.#plain();
      this.#look = [];
    } else this.#look.push(`\x1b[${parameters}m`);
  }

  text(text: string): void {
    if (text === '' || this.#full) return;
    for (const char of charactersOf(safeLines(text))) {
      const shown = this.#options.ascii ? inAscii(char) : char;
      const columns = textColumns(shown);
      this.#full = this.#column + columns > this.#options.cols;
      if (this.#full) return;
      this.#put(shown, columns);
    }
  }

  end(): string {
    const { cols, cursor = -1 } = this.#options;
    this.#plain();
    this.#look = [];
    if (cursor >= this.#column && cursor < cols && !this.#full) {
      this.#out += ' '.repeat(cursor - this.#column);
      this.#column = cursor;
      this.#put(' ', 1);
    }
    return this.#out;
  }

  #put(char: string, columns: number): void {
    const { color, cursor = -1 } = this.#options;
    this.#out += this.#look.slice(this.#written).join('');
    this.#written = this.#look.length;
    const isAtCursor = color && cursor >= this.#column && cursor < this.#column + columns;
    this.#column += columns;
    this.#out += isAtCursor ? `\x1b[7m${char}` : char;
    if (!isAtCursor) return;
    this.#out += RESET;
    this.#written = 0;
  }

  #plain(): void {
    if (this.#written > 0) this.#out += RESET;
    this.#written = 0;
  }
}

function inAscii(char: string): string {
  const sign = signs(char, { LC_ALL: 'C' });
  return /^[ -~]*$/.test(sign) ? sign : '?'.repeat(textColumns(char));
}
