/**
 * Asks the terminal in which a command is typed for its colours while the command works: what it
 * starts in the background will ask its own terminal, which then knows them. The terminal is raw
 * meanwhile, for some milliseconds. Input typed before would be read too, so if there is any, the
 * terminal is not asked. What is typed during these milliseconds cannot be given back.
 */
import { spawn } from 'node:child_process';
import { writeSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import { isForeground } from '../../platform/process-identity.ts';
import { type Colors, colorIn, colorQueries } from '../../terminal/colors.ts';
import { farTerminal } from '../../terminal/far-terminal.ts';
import { InputTokenizer, tellsAttributes } from '../../terminal/input-tokens.ts';
import { isInteractive } from '../../terminal/output.ts';

/** After this long, what needs the colours goes on without them. */
const COLORS_WITHIN_MS = 150;
/**
 * How long to wait for the last reply, as on leaving a session: an intercontinental connection
 * takes 300 ms.
 */
const ANSWERS_WITHIN_MS = 500;
/** DA1: every terminal answers it, and only after the queries before it. */
const FENCE = '\x1b[c';
const INTERRUPT = 0x03;
/** Tests whether there is input without reading it; bash before version 4 cannot. */
const IS_ANYTHING_TYPED = '((BASH_VERSINFO[0] >= 4)) && read -t 0';

export class ColorQuestion {
  /**
   * Resolves when the terminal is the user's again; undefined if it was not asked. Never rejects.
   */
  over: Promise<void> | undefined;
  readonly #queries: string;
  readonly #onLost: (typed: string) => void;
  readonly #colors: Promise<Colors>;
  #tell: (colors: Colors) => void = () => {};
  readonly #tokenizer = new InputTokenizer();
  readonly #known: Colors = {};
  readonly #typed: Uint8Array[] = [];

  /**
   * Undefined if there is no terminal, if it is known not to answer, or if another job has it.
   * `onLost` gets what was typed meanwhile, if anything was.
   */
  static of(onLost: (typed: string) => void): ColorQuestion | undefined {
    const queries = colorQueries();
    if (queries === '' || !isInteractive() || !isForeground()) return undefined;
    return new ColorQuestion(queries, onLost);
  }

  private constructor(queries: string, onLost: (typed: string) => void) {
    this.#queries = queries;
    this.#onLost = onLost;
    this.#colors = new Promise((resolve) => {
      this.#tell = resolve;
    });
  }

  /** What the terminal replies within {@link COLORS_WITHIN_MS}. It is asked once. */
  ask(): Promise<Colors> {
    this.over ??= this.#ask();
    return this.#colors;
  }

  async #ask(): Promise<void> {
    const input = new ReadStream(0).on('error', () => {});
    const restore = () => input.setRawMode(false);
    process.once('exit', restore);
    input.setRawMode(true);
    if (!(await isAnythingTyped())) await this.#answers(input);
    process.off('exit', restore);
    restore();
    input.destroy();
    this.#tell(this.#known);
    const typed = Buffer.concat(this.#typed);
    if (typed.includes(INTERRUPT)) process.kill(process.pid, 'SIGINT');
    else if (typed.length > 0) this.#onLost(typed.toString());
  }

  /** Resolves with the last reply, or at the time limit. */
  #answers(input: ReadStream): Promise<void> {
    return new Promise((resolve) => {
      const enough = setTimeout(() => this.#tell(this.#known), COLORS_WITHIN_MS);
      const limit = setTimeout(done, ANSWERS_WITHIN_MS);
      function done() {
        clearTimeout(enough);
        clearTimeout(limit);
        resolve();
      }
      input.once('close', done);
      input.on('data', (bytes: Uint8Array) => {
        if (this.#take(bytes)) done();
      });
      try {
        writeSync(1, this.#queries + FENCE);
      } catch {
        // The terminal does not accept output, or is gone.
        done();
      }
    });
  }

  /** @returns whether that was the last reply */
  #take(bytes: Uint8Array): boolean {
    let last = false;
    for (const token of this.#tokenizer.push(bytes, Date.now())) {
      if (token.kind === 'reply') {
        const told = colorIn(Buffer.from(token.bytes).toString('latin1'));
        if (told) this.#known[told.which] = told.color;
        last ||= tellsAttributes(token.bytes);
      } else if (token.kind === 'text' || token.kind === 'key' || token.kind === 'paste')
        this.#typed.push(token.bytes);
    }
    return last;
  }
}

/** What can say the colours of the user's terminal. */
export type ColorSource = Pick<ColorQuestion, 'ask'>;

/**
 * Calls `start`, which asks the terminal, if there is one; resolves when the terminal is the user's
 * again. For `onLost` see {@link ColorQuestion.of}. The terminal of a user on another machine has
 * been asked there.
 */
export async function withColors<T>(
  onLost: (typed: string) => void,
  start: (question: ColorSource | undefined) => Promise<T>,
): Promise<T> {
  const told = farTerminal()?.colors;
  if (told) return await start({ ask: async () => told });
  const question = ColorQuestion.of(onLost);
  try {
    return await start(question);
  } finally {
    await question?.over;
  }
}

/** Takes 3 ms, during which other work goes on. */
function isAnythingTyped(): Promise<boolean> {
  const child = spawn('bash', ['--norc', '-c', IS_ANYTHING_TYPED], {
    stdio: ['inherit', 'ignore', 'ignore'],
    env: { PATH: process.env.PATH },
  });
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}
