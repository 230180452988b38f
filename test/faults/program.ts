/**
 * In Codex's place: numbers every line that it writes, so that a lost byte leaves a gap, and gives
 * back every line that it reads. `flood N` writes N numbers.
 */
export const PROGRAM = `stty -echo
n=0
say() { n=$((n+1)); printf '#%s;%s\\n' "$n" "$1"; }
say ready
while IFS= read -r line; do
  case $line in
    flood*) k=\${line#flood}; while [ "$k" -gt 0 ]; do say; k=$((k-1)); done ;;
    *) say "$line" ;;
  esac
done`;

/** Numbers, and what begins and ends a redraw or a series of frames. */
const TOKENS = /#(\d+);|\x1b\[\?1049([hl])|\x1b\[2J/g;
/**
 * The end of a redraw: where the cursor is, and the last character once more, for programs that
 * repeat it. A number may be half in the redraw and half behind it.
 */
const PICTURE_END = /\x1b\[\d+;\d+H(?=\x1b\[\?2026l)|\x1b\[\?2026l(?:\x1b\[\d+;\d+H[^\x1b])?/g;

/**
 * Finds gaps in what one client saw: nothing may jump ahead. A terminal of another size than the
 * session's is shown a scaled view, on its alternate screen, and a fresh one afterwards: they are counted.
 */
export class SequenceCheck {
  /** The highest number so far. */
  highest = 0;
  gap: string | undefined;
  redraws = 0;
  #scaled = false;
  #rest = '';

  push(bytes: Uint8Array): void {
    const all = this.#rest + Buffer.from(bytes).toString('latin1');
    const text = all.replace(PICTURE_END, '');
    let end = 0;
    for (const match of text.matchAll(TOKENS)) {
      end = match.index + match[0].length;
      if (match[1] === undefined) this.#onPicture(match[2]);
      else if (!this.#scaled) this.#onNumber(Number(match[1]), text.slice(end - 300, end + 40));
    }
    this.#rest = text.slice(Math.max(end, text.length - 64));
  }

  #onPicture(alternate: string | undefined): void {
    if (alternate !== undefined) this.#scaled = alternate === 'h';
    if (alternate === undefined && this.highest > 0) this.redraws++;
    this.highest = 0;
  }

  #onNumber(number: number, around: string): void {
    if (this.highest > 0 && number > this.highest + 1)
      this.gap ??= `${number} came after ${this.highest}: ${JSON.stringify(around)}`;
    this.highest = Math.max(this.highest, number);
  }
}
