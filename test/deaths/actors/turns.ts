/** One Codex that is asked again and again, and whose model answers slowly. */
import type { CodexRig } from '../../support/rig/codex-rig.ts';
import type { RunResult } from '../../support/rig/rig.ts';
import type { Random } from '../../support/screen/screen-streams.ts';
import { finishedAnswers } from './record.ts';

/** Codex's report of a turn's beginning and of its end may come so much later than the model knows. */
const REPORT_MS = 2_000;
/** An answer takes 1 to 4 s. */
const DELTA_MS = 100;
const DELTAS_MIN = 10;
const DELTAS_MORE = 30;
const PAUSE_MAX_MS = 2_500;
/** A turn takes a few seconds; a machine that others use takes more. */
const TURN_MAX_MS = 120_000;

/** Of `send` and `run`. */
const EXIT_NOT_READY = 6;

/** How the prompt gets there: `send`, or `run`, which waits for the answer and prints it. */
export type Asks = 'send' | 'run';

export interface AskedSession {
  readonly name: string;
  readonly cwd: string;
}

export class Turns {
  readonly session: AskedSession;
  finished = 0;
  /** Prompts of which the command said that they may be lost, or typed in part. */
  doubtful = 0;
  /**
   * Prompts that were refused at first: a death had left the status unknown, or the supervisor hung
   * before it died. One that fills its heap collects garbage for seconds on a loaded machine.
   */
  refused = 0;
  failure: Error | undefined;
  readonly #codex: CodexRig;
  readonly #random: Random;
  readonly #asks: Asks;
  readonly #mark: string;
  /** When the model began to answer, and when it will have answered at the earliest. */
  #answering: readonly [number, number] = [0, 0];
  #restsSince: number | undefined;
  #stopped = false;
  readonly #done: Promise<void>;

  constructor(codex: CodexRig, random: Random, session: AskedSession, asks: Asks) {
    this.#codex = codex;
    this.#random = random;
    this.session = session;
    this.#asks = asks;
    this.#mark = `of ${session.name} in ${session.cwd.split('/').at(-1)}`;
    codex.model.on(new RegExp(`^turn \\d+ ${this.#mark}$`), ({ prompt }) => this.#answer(prompt));
    this.#done = this.#loop().catch((error: Error) => {
      this.failure = error;
    });
  }

  /**
   * What its status may be, as told by somebody who has read all that was written by `readAt` (of
   * `performance.now()`); undefined: anything.
   */
  allowed(readAt: number): RegExp | undefined {
    const [from, to] = this.#answering;
    if (readAt > from + REPORT_MS && performance.now() < to) return /^working$/;
    if (this.#restsSince !== undefined && readAt > this.#restsSince + REPORT_MS)
      return /^(done|idle)$/;
    return undefined;
  }

  /** When something else went wrong: asks no more. */
  abandon(): void {
    this.#stopped = true;
  }

  /** After the turn in progress. @throws Error for the first turn that went wrong. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
    if (this.failure) throw this.failure;
  }

  async #loop(): Promise<void> {
    for (let n = 1; !this.#stopped; n++) {
      const expected = this.#textOf(n);
      this.#restsSince = undefined;
      if (!(await this.#ask(`turn ${n} ${this.#mark}`, expected))) continue;
      await this.#recorded(n, expected);
      this.finished++;
      this.#restsSince = performance.now();
      await new Promise((resolve) => setTimeout(resolve, this.#random.int(PAUSE_MAX_MS)));
    }
  }

  /** @returns whether Codex was asked */
  async #ask(prompt: string, expected: string): Promise<boolean> {
    const { name } = this.session;
    let { exitCode, stdout, stderr } = await this.#command([name, prompt]);
    if (exitCode === EXIT_NOT_READY && /status .* is not known/.test(stderr)) {
      this.refused++;
      ({ exitCode, stdout, stderr } = await this.#command(['--force', name, prompt]));
    }
    if (exitCode === 0) {
      if (this.#asks === 'run' && stdout !== `${expected}\n`)
        throw new Error(`run ${name}: not the answer, but ${JSON.stringify(stdout)}\n${stderr}`);
      await this.#codex.model.request(new RegExp(`^${prompt}$`));
      return true;
    }
    const asked = this.#codex.model.requests.some((request) => request.prompt === prompt);
    if (!asked && /the supervisor does not answer/.test(stderr)) {
      this.refused++;
      return false;
    }
    if (!/may (have been|be)/.test(stderr)) {
      const found = `${prompt}: ${asked ? '' : 'not '}asked\n${await this.#found()}`;
      throw new Error(`${this.#asks} exited with ${exitCode}: ${stdout}\n${stderr}\n${found}`);
    }
    this.doubtful++;
    return asked;
  }

  /** For a report: what has led to its status, and its screen. */
  async #found(): Promise<string> {
    const { name, cwd } = this.session;
    const { rig } = this.#codex;
    const [why, screen] = [
      await rig.run(['explain', name], { cwd }),
      await rig.run(['peek', name], { cwd }),
    ];
    return `${why.stdout}${why.stderr}\n${screen.stdout}${screen.stderr}`;
  }

  #command(words: readonly string[]): Promise<RunResult> {
    const { cwd } = this.session;
    return this.#codex.rig.run([this.#asks, ...words], { cwd, timeout: TURN_MAX_MS });
  }

  async #recorded(n: number, expected: string): Promise<void> {
    const { model, home, rig } = this.#codex;
    const { threadId } = await model.request(new RegExp(`^turn ${n} ${this.#mark}$`));
    const answers = await rig.waitUntil<string[] | false>(
      () => {
        const all = finishedAnswers(home.path, threadId);
        return all.includes(expected) && all;
      },
      `the end of turn ${n} ${this.#mark} in Codex's record`,
      TURN_MAX_MS,
    );
    const times = answers.filter((answer) => answer === expected).length;
    if (times !== 1) throw new Error(`turn ${n} ${this.#mark} was asked ${times} times`);
  }

  #answer(prompt: string) {
    const text = this.#textOf(Number(/^turn (\d+)/.exec(prompt)?.[1]));
    const deltas = DELTAS_MIN + this.#random.int(DELTAS_MORE);
    // All pieces but the last have the same length, so that there may be fewer.
    const pieces = Math.ceil(text.length / Math.ceil(text.length / deltas));
    const now = performance.now();
    this.#answering = [now, now + pieces * DELTA_MS];
    return { type: 'message' as const, text, deltas, delayMs: DELTA_MS };
  }

  #textOf(n: number): string {
    const words = Array.from({ length: 40 }, (_, index) => `w${index}`);
    return `answer ${n} ${this.#mark}: ${words.join(' ')}.`;
  }
}
