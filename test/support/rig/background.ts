/** A command that goes on while the test does other things; its output line by line. */
import { type ChildProcess, spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { waitUntil } from '../process/wait-until.ts';
import { COMMAND } from './command.ts';
import type { Rig } from './rig.ts';

export class Background {
  readonly #child: ChildProcess;
  #stdout = '';
  #stderr = '';
  readonly exited: Promise<number>;

  constructor(rig: Rig, args: readonly string[]) {
    const child = spawn(COMMAND, args, {
      cwd: rig.projectDir,
      env: { ...rig.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    this.exited = new Promise((resolve) => {
      child.once('close', (code) => resolve(code ?? 128));
    });
    onTestFinished(() => this.end());
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Stops taking its output, as a reader that hangs. */
  stopReading(): void {
    this.#child.stdout?.pause();
  }

  /** Whole lines so far. */
  lines(): string[] {
    return this.#stdout.split('\n').slice(0, -1);
  }

  json<T>(): T[] {
    return this.lines().map((line) => JSON.parse(line) as T);
  }

  until<T>(probe: () => T, what: string, timeout?: number) {
    return waitUntil(probe, {
      what,
      describe: () => `--- stdout\n${this.#stdout.slice(-4_000)}\n--- stderr\n${this.#stderr}`,
      ...(timeout === undefined ? {} : { timeout }),
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async end(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.signal('SIGKILL');
    this.#child.stdout?.resume();
    await this.exited;
  }
}
