const script = (first: string, cases: string) => `stty -echo
n=0
say() { n=$((n+1)); printf '#%s;%s\\n' "$n" "$1"; }
${first}
say ready
while IFS= read -r line; do
  case $line in
    flood*) k=\${line#flood}; while [ "$k" -gt 0 ]; do say; k=$((k-1)); done ;;
    ${cases}
  esac
done`;

/**
 * In Codex's place: numbers every line that it writes, so that a lost byte leaves a gap, and gives
 * back every line that it reads. `floodN` writes N numbers.
 */
export const PROGRAM = script('', '*) say "$line" ;;');

/** … and reports `working` and `idle`; what it gives back says which of them it has reported last. */
export const REPORTING = script(
  `is() { status=$1; printf '\\033]7501;state=%s\\033\\\\' "$1"; }
is idle`,
  `working|idle) is "$line" ;;
    *) say "$line is $status" ;;`,
);

/** Numbers, and what begins and ends a redraw or a series of frames. */
const TOKENS = /#(\d+);(?:typed(\d+) )?|\x1b\[\?1049([hl])|\x1b\[2J/g;
/** The end of a redraw: where the cursor is. A number may be half in the redraw and half behind it. */
const PICTURE_END = /\x1b\[\d+;(\d+)H(?:\x1b\[[\d;]*m)*\x1b\[\?2026l|\x1b\[\?2026l/g;
/** In its place where the last character comes once more, for programs that repeat it. */
const AGAIN = '\0';
const ESCAPES = /\x1b\[[\d;?]*[A-Za-z]/g;

function withoutPictureEnds(all: string): string {
  const marked = all.replace(PICTURE_END, (_, column: string | undefined, at: number) => {
    const line = all.slice(all.lastIndexOf('\n', at) + 1, at).replace(ESCAPES, '');
    return column !== undefined && line.length === Number(column) ? AGAIN : '';
  });
  return marked.replace(/\0./gs, '');
}

/**
 * Finds gaps in what one client saw: nothing may jump ahead. A terminal of another size than the
 * session's is shown a scaled view, on its alternate screen, and a fresh one afterwards: they are counted.
 */
export class SequenceCheck {
  /** The highest number so far. */
  highest = 0;
  gap: string | undefined;
  /** What was typed once, and read twice. */
  doubled: string | undefined;
  redraws = 0;
  /** What a supervisor had read when it died, nobody sees again. */
  allows: (from: number, to: number) => boolean = () => false;
  /** The number of the line that gives it back. */
  readonly #typed = new Map<string, number>();
  #scaled = false;
  #rest = '';
  /** As they came, for the story of a gap. */
  #last = '';
  #before = '';

  push(bytes: Uint8Array): void {
    this.#before = this.#last;
    this.#last = Buffer.from(bytes).toString('latin1');
    const all = this.#rest + this.#last;
    const text = withoutPictureEnds(all);
    let end = 0;
    for (const match of text.matchAll(TOKENS)) {
      end = match.index + match[0].length;
      const [, number, typed, alternate] = match;
      if (number === undefined) this.#onPicture(alternate);
      else if (!this.#scaled)
        this.#onNumber(Number(number), text.slice(Math.max(0, end - 300), end + 40));
      if (typed !== undefined) this.#onTyped(typed, Number(number));
    }
    this.#rest = text.slice(Math.max(end, text.length - 64));
  }

  /** The supervisor has died: what comes next need not follow. */
  jump(): void {
    this.highest = 0;
    this.#rest = '';
  }

  #onTyped(typed: string, number: number): void {
    const before = this.#typed.get(typed) ?? number;
    if (before !== number)
      this.doubled ??= `typed${typed} was read as #${before} and as #${number}`;
    this.#typed.set(typed, number);
  }

  #onPicture(alternate: string | undefined): void {
    if (alternate !== undefined) this.#scaled = alternate === 'h';
    if (alternate === undefined && this.highest > 0) this.redraws++;
    this.highest = 0;
  }

  #onNumber(number: number, around: string): void {
    if (this.highest > 0 && number > this.highest + 1 && !this.allows(this.highest, number))
      this.gap ??= `${number} came after ${this.highest}: ${JSON.stringify(around)}, as ${JSON.stringify([this.#before.slice(-200), this.#last.slice(0, 200)])}`;
    this.highest = Math.max(this.highest, number);
  }
}
