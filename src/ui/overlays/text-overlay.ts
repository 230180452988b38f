/** Asks for a text: a prompt for a session, or its new name. */
import { UserError } from '../../platform/errors.ts';
import { safeText } from '../../terminal/safe-text.ts';
import { foldedAtWords } from '../fold.ts';
import type { Hint } from '../footer.ts';
import type { KeyEvent } from '../keys.ts';
import { LineEditor } from '../line-editor.ts';
import { DIM, MARK, paint, TONES } from '../style.ts';
import { type Drawn, type Overlay, type OverlayHost, type Region, told } from './overlay.ts';

export interface TextOptions {
  readonly heading: string;
  /** What happens to the text; shown below it. */
  readonly about: string;
  readonly initial?: string;
  /** Line ends in a paste are kept. */
  readonly severalLines: boolean;
  /** What Enter does, in a word. */
  readonly does: string;
  /**
   * Resolves with a line that says what was done.
   * @throws UserError
   */
  submit(text: string): Promise<string>;
}

const PROMPT = '❯ ';

export class TextOverlay implements Overlay {
  readonly heading: string;
  readonly #host: OverlayHost;
  readonly #options: TextOptions;
  readonly #editor: LineEditor;
  #isBusy = false;
  #isOpen = true;
  #refusal = '';

  constructor(host: OverlayHost, options: TextOptions) {
    this.#host = host;
    this.#options = options;
    this.heading = options.heading;
    this.#editor = new LineEditor(options.initial);
  }

  end(): void {
    this.#isOpen = false;
  }

  get hints(): readonly Hint[] {
    if (this.#isBusy) return [['esc', 'close']];
    return [
      ['enter', this.#options.does],
      ['esc', 'close'],
    ];
  }

  wantedRows(cols: number): number {
    const rows = this.#editor.render(textColumnsOf(cols), Number.MAX_SAFE_INTEGER).lines.length;
    return rows + 1 + this.#below(cols).length;
  }

  render({ cols, rows }: Region, color: boolean): Drawn {
    const below = this.#below(cols);
    const room = Math.max(1, rows - below.length - 1);
    const { lines, cursor } = this.#editor.render(textColumnsOf(cols), room);
    const text = lines.map((line, index) =>
      index === 0 ? ` ${paint(PROMPT, MARK, color)}${line}` : `   ${line}`,
    );
    const style = this.#refusal === '' ? DIM : TONES.bad;
    const all = [...text, '', ...below.map((line) => ` ${paint(line, style, color)}`)];
    const placed = { row: cursor.row, column: Math.min(cols, cursor.column + 3) };
    return { lines: all.slice(0, rows), ...(!this.#isBusy && { cursor: placed }) };
  }

  #below(cols: number): readonly string[] {
    const text = this.#isBusy ? '…' : this.#refusal || this.#options.about;
    return foldedAtWords(text, Math.max(1, cols - 2));
  }

  take(event: KeyEvent): void {
    if (event.type === 'action' && event.action === 'cancel') this.#host.close(this);
    else if (this.#isBusy) return;
    else if (event.type === 'action' && event.action === 'accept') void this.#submit();
    else if (this.#editor.take(event, this.#options.severalLines)) this.#refusal = '';
  }

  async #submit(): Promise<void> {
    const { text } = this.#editor;
    if (text.trim() === '') return;
    this.#isBusy = true;
    try {
      this.#host.say(await this.#options.submit(text));
      this.#host.close(this);
    } catch (error) {
      if (!(error instanceof UserError)) this.#host.fail(error);
      else if (this.#isOpen) this.#refuse(error);
      else this.#host.say(told(error));
    }
  }

  /** The text is kept, to be changed or sent again. */
  #refuse(error: UserError): void {
    this.#isBusy = false;
    this.#refusal = safeText(told(error));
    this.#host.changed();
  }
}

/** Beside the prompt, and with a column for the cursor. */
function textColumnsOf(cols: number): number {
  return Math.max(1, cols - 4);
}
