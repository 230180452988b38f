/**
 * A terminal gets the output, then none for a while, in which the session goes through other sizes and
 * whatever moves lines; then a redraw with the lines that it lacks. Each line must be there once.
 */
import { expect, test } from 'vitest';
import { Screen } from '../../../../src/supervisor/screen/screen.ts';
import { Random } from '../../../support/screen/screen-streams.ts';
import { Emulator } from '../../../support/terminal/emulator.ts';

const STREAMS = Number(process.env.SCREEN_FUZZ_STREAMS ?? 150);
const ERASE = '\x1b[r\x1b[2H\x1b[J\x1b[H\x1b[K';

class Session {
  readonly screen: Screen;
  printed = 0;
  readonly #random: Random;
  readonly #size: { cols: number; rows: number };

  constructor(random: Random, size: { cols: number; rows: number }) {
    this.#random = random;
    this.#size = size;
    this.screen = new Screen({ ...size, scrollback: 4_000 });
  }

  /** Numbered lines, most of them longer than a narrow terminal is wide. */
  print(): string {
    let text = '';
    for (let count = this.#random.int(60); count > 0; count--)
      text += `<${++this.printed}>${'x'.repeat(this.#random.int(90))}\r\n`;
    return this.#write(text);
  }

  /** Scrolls the upper rows alone, as Codex does, after a blank line at the bottom. */
  insert(): string {
    const { rows } = this.screen;
    const bottom = rows - 2;
    let text = `\x1b[${rows};1H\r\n\x1b[1;${bottom}r\x1b[${bottom};1H`;
    for (let count = this.#random.int(10); count > 0; count--) text += `\r\n<${++this.printed}>`;
    return this.#write(`${text}\x1b[r\x1b[${rows};1H`);
  }

  showElsewhere(): void {
    this.#write('\x1b[?1049h\x1b[Hfull screen\r\n\n\n\x1b[?1049l');
  }

  resize(): void {
    this.screen.resize(30 + this.#random.int(90), 5 + this.#random.int(30));
  }

  /** Long enough for the lines above the screen to be packed. */
  rest(): void {
    this.screen.flush();
    while (this.screen.tidy());
  }

  resizeBack(): void {
    this.screen.resize(this.#size.cols, this.#size.rows);
  }

  #write(text: string): string {
    this.screen.write(Buffer.from(text));
    return text;
  }
}

function numbersIn({ xterm }: Emulator): number[] {
  const { active } = xterm.buffer;
  let text = '';
  for (let row = 0; row < active.length; row++) text += active.getLine(row)?.translateToString();
  return [...text.matchAll(/<(\d+)>/g)].map((match) => Number(match[1])).sort((a, b) => a - b);
}

test.each(Array.from({ length: STREAMS }, (_, n) => n + 1))('seed %i', async (seed) => {
  const random = new Random(seed);
  const size = { cols: 40 + random.int(60), rows: 10 + random.int(20) };
  const session = new Session(random, size);
  const { screen } = session;
  const terminal = new Emulator(size.cols, size.rows, () => {});
  for (let times = 0; times < 3; times++) {
    await terminal.write(Buffer.from(session.print() + session.insert()));
    screen.flush();
    const shown = screen.shown.asParsed();
    if (!shown) throw new Error('the emulator failed');
    for (let steps = random.int(8); steps > 0; steps--)
      random.pick([
        () => session.resize(),
        () => session.showElsewhere(),
        () => session.insert(),
        () => session.print(),
        () => session.rest(),
      ])();
    session.resizeBack();
    const scrollback = screen.shown.linesSince(shown, false);
    await terminal.write(Buffer.from(shown.undo + ERASE));
    await terminal.write(Buffer.from(screen.serialize({ scrollback })));
    screen.shown.release(shown);
  }
  expect(numbersIn(terminal)).toEqual(Array.from({ length: session.printed }, (_, i) => i + 1));
  screen.dispose();
});
