/**
 * A person at a terminal: a real PTY, an emulator that answers, keys to press and a screen to
 * look at. Waits are for what is seen, never for time; one that fails shows all there is to see.
 */

import { WAIT_MS } from '../process/wait-until.ts';
import { type Colours, Emulator, type Modes } from './emulator.ts';
import { encodeKey } from './keys.ts';
import { Pty, type PtyExit } from './pty.ts';
import { describeSessions } from './sessions-told.ts';
import { asciicast, describeBytes, describeScreen, logTail, type Recorded } from './show.ts';

export interface TerminalOptions {
  file: string;
  args?: readonly string[] | undefined;
  env: Readonly<Record<string, string>>;
  cwd: string;
  cols?: number | undefined;
  rows?: number | undefined;
  /** Where the supervisor's log lies; it is printed when a wait fails. */
  stateDir?: string | undefined;
  /** For a terminal that stays silent, as a plain pipe would. Default: it answers. */
  answers?: boolean | undefined;
  /** What it answers when it is asked for its colours. Default: a dark one's. */
  colours?: Colours | undefined;
}

export interface WaitOptions {
  /** Default `WAIT_MS`. Only a failing test waits as long. */
  timeout?: number | undefined;
  /** What was expected, in words, for the failure. */
  what?: string | undefined;
}

export type Expectation = RegExp | string | ((screen: string, terminal: Terminal) => boolean);

interface Waiter {
  check: () => void;
  fail: (reason: string) => void;
}

export class Terminal {
  readonly exit: Promise<PtyExit>;
  /** Set as soon as the program has ended and all its output was taken in. */
  ended: PtyExit | undefined;
  readonly options: TerminalOptions;
  #pty: Pty;
  #emulator: Emulator;
  #recording: Recorded[] = [];
  #parsed: Promise<void> = Promise.resolve();
  #waiters = new Set<Waiter>();
  #startMs = performance.now();

  static open(options: TerminalOptions): Terminal {
    return new Terminal(options);
  }

  private constructor(options: TerminalOptions) {
    this.options = options;
    const cols = options.cols ?? 100;
    const rows = options.rows ?? 30;
    const answers = options.answers ?? true;
    const answer = (bytes: string) => {
      if (this.#held) this.#held.push(bytes);
      else if (answers) this.#pty.write(bytes);
    };
    this.#emulator = new Emulator(cols, rows, answer, options.colours);
    this.#pty = new Pty({ ...options, cols, rows }, (data) => this.#take(data));
    this.exit = this.#pty.exit.then(async (result) => {
      await this.#parsed;
      this.ended = result;
      for (const waiter of [...this.#waiters]) {
        waiter.check();
        waiter.fail('the program ended');
      }
      return result;
    });
  }

  #take(data: Buffer): void {
    this.#recording.push({ atMs: performance.now() - this.#startMs, data });
    this.#parsed = this.#emulator.write(data).then(() => {
      for (const waiter of [...this.#waiters]) waiter.check();
    });
  }

  get pid(): number {
    return this.#pty.pid;
  }

  #held: string[] | undefined;

  /** From now on its answers are under way, as over a slow connection. */
  holdAnswers(): void {
    this.#held ??= [];
  }

  releaseAnswers(): void {
    const held = this.#held?.splice(0) ?? [];
    this.#held = undefined;
    for (const bytes of held) this.#pty.write(bytes);
  }

  /** From now on it reads nothing, like an ssh connection that is stuck. */
  stall(): void {
    this.#pty.pause();
  }

  goOn(): void {
    this.#pty.resume();
  }

  /** Bytes as they are, in one write. */
  send(bytes: Uint8Array | string): void {
    this.#pty.write(bytes);
  }

  /** Text as a person types it: one key a write, so that no program takes it for a paste. */
  type(text: string): void {
    for (const character of text) this.#pty.write(character);
  }

  /** `enter`, `ctrl+\\`, `ctrl+^`, `escape`, `up`, `a` … encoded as the program asked for. */
  press(...keys: string[]): void {
    for (const key of keys) this.#pty.write(encodeKey(key, this.modes()));
  }

  /** As a terminal pastes: in brackets if the program asked for them; `then` is pressed after. */
  paste(text: string, then = ''): void {
    const body = this.modes().bracketedPaste ? `\x1b[200~${text}\x1b[201~` : text;
    this.#pty.write(body + (then === '' ? '' : encodeKey(then, this.modes())));
  }

  resize(cols: number, rows: number): void {
    this.#emulator.resize(cols, rows);
    this.#pty.resize(cols, rows);
  }

  signal(name: NodeJS.Signals): void {
    process.kill(this.pid, name);
  }

  /** The window's close button: a hang-up for the program. */
  close(): void {
    this.#pty.close();
  }

  screen(): string[] {
    return this.#emulator.screen();
  }

  /** The visible lines as one text. */
  text(): string {
    return this.screen().join('\n');
  }

  /** With the lines that have scrolled out of sight. */
  history(): string {
    return this.#emulator.history().join('\n');
  }

  cursor(): { x: number; y: number } {
    return this.#emulator.cursor();
  }

  modes(): Modes {
    return this.#emulator.modes();
  }

  get title(): string {
    return this.#emulator.title;
  }

  get bells(): number {
    return this.#emulator.bells;
  }

  get emulator(): Emulator {
    return this.#emulator;
  }

  /** Every byte the program has written so far. */
  raw(): Buffer {
    return Buffer.concat(this.#recording.map(({ data }) => data));
  }

  /** Resolves as soon as the visible screen meets the expectation. */
  waitFor(expected: Expectation, options: WaitOptions = {}): Promise<void> {
    const met = () => {
      if (typeof expected === 'function') return expected(this.text(), this);
      if (typeof expected === 'string') return this.text().includes(expected);
      return expected.test(this.text());
    };
    return this.#wait(met, options.what ?? String(expected), options.timeout);
  }

  /** Resolves as soon as the bytes (read as Latin-1) match. */
  waitForRaw(expected: RegExp, options: WaitOptions = {}): Promise<void> {
    const met = () => expected.test(this.raw().toString('latin1'));
    return this.#wait(met, options.what ?? `bytes ${expected}`, options.timeout);
  }

  /** The exit code, or 128 + signal. Fails when the program does not end. */
  async waitForExit(options: WaitOptions = {}): Promise<number> {
    const limit = options.timeout ?? WAIT_MS;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(this.#failure('the program to end', limit)), limit);
    });
    try {
      const { code, signal } = await Promise.race([this.exit, late]);
      return signal > 0 ? 128 + signal : code;
    } finally {
      clearTimeout(timer);
    }
  }

  #wait(met: () => boolean, what: string, timeout = WAIT_MS): Promise<void> {
    const here: { stack?: string } = {};
    Error.captureStackTrace(here, this.waitFor);
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        check: () => {
          if (!met()) return;
          settle();
          resolve();
        },
        fail: (reason) => {
          if (!this.#waiters.has(waiter)) return;
          settle();
          reject(this.#failure(what, timeout, reason, here.stack));
        },
      };
      const timer = setTimeout(() => waiter.fail('the time was up'), timeout);
      const settle = () => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
      };
      this.#waiters.add(waiter);
      waiter.check();
      if (this.ended !== undefined) waiter.fail('the program had ended');
    });
  }

  #failure(what: string, timeoutMs: number, reason = 'the time was up', stack?: string): Error {
    const { env, stateDir } = this.options;
    const sessions =
      timeoutMs >= WAIT_MS && stateDir !== undefined ? describeSessions(env, stateDir) : '';
    const error = new Error(
      `waited up to ${timeoutMs} ms for ${what}, but ${reason}\n${this.describe()}${sessions}`,
    );
    if (stack !== undefined)
      error.stack = `${error.message}\n${stack.split('\n').slice(1).join('\n')}`;
    return error;
  }

  /** Everything there is to see, for a failure. */
  describe(): string {
    const { file, args = [], stateDir } = this.options;
    const end = this.ended === undefined ? 'still running' : `ended ${JSON.stringify(this.ended)}`;
    return [
      `--- ${[file, ...args].join(' ')} (pid ${this.pid}, ${end})`,
      describeScreen(this.#emulator),
      `${describeBytes(this.raw())}${logTail(stateDir)}`,
    ].join('\n');
  }

  /** asciicast v2, for `asciinema play` or a picture. */
  asciicast(): string {
    const { cols, rows } = this.#emulator.xterm;
    return asciicast(cols, rows, this.#recording);
  }

  /** Hangs up and waits for the program's end; a program that ignores that is killed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#pty.close();
    const killer = setTimeout(() => this.#kill(), 5_000);
    await this.exit;
    clearTimeout(killer);
  }

  #kill(): void {
    try {
      this.signal('SIGKILL');
    } catch {
      // It ended in this very moment.
    }
  }
}
