/** Commands that run on through all deaths. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Rig } from '../../support/rig/rig.ts';

export class Following {
  readonly #child: ChildProcess;
  readonly #words: string;
  #rest = '';
  #stderr = '';
  readonly exited: Promise<number>;
  exitCode: number | undefined;

  /** @param onLine gets each whole line of its output */
  constructor(
    rig: Rig,
    command: string,
    args: readonly string[],
    onLine: (line: string) => void,
    cwd = rig.projectDir,
  ) {
    this.#words = args.join(' ');
    const child = spawn(command, args, {
      cwd,
      env: { ...rig.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (this.#rest + text).split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-4_000);
    });
    this.exited = new Promise((resolve) => {
      child.once('close', (code) => {
        this.exitCode = code ?? 128;
        resolve(this.exitCode);
      });
    });
  }

  /** @throws Error when it has ended. */
  mustRun(): void {
    if (this.exitCode !== undefined)
      throw new Error(`${this.#words} has ended with ${this.exitCode}: ${this.#stderr}`);
  }

  describe(): string {
    return `--- ${this.#words}: ${this.exitCode ?? 'runs'}\n${this.#stderr}`;
  }

  async end(): Promise<void> {
    if (this.exitCode === undefined) this.#child.kill('SIGKILL');
    await this.exited;
  }
}
