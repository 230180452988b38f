/**
 * A real terminal in a window: what runs in it, what is typed, and what it shows, according to the
 * terminal itself. A wait that fails prints its lines.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { waitUntil } from '../process/wait-until.ts';
import { COMMAND } from '../rig/command.ts';
import type { Rig } from '../rig/rig.ts';
import { logTail } from '../terminal/show.ts';
import { Display } from './display.ts';
import { kitty } from './kitty.ts';
import { xterm } from './xterm.ts';

/** A window that is told to close is gone much sooner. */
const CLOSE_MS = 5_000;

export interface Look {
  cols: number;
  rows: number;
  /** Black on white; else white on black. */
  light: boolean;
}

/** What differs from one terminal to another. */
export interface Kind {
  /** @param directory for its own files @param inside the program that it runs, with arguments */
  command(look: Look, directory: string, inside: readonly string[]): readonly string[];
  env: Readonly<Record<string, string>>;
  /** The rows of the screen, or with those in the scrollback above it. */
  read(part: 'screen' | 'all', look: Look, directory: string, display: Display): Promise<string>;
}

export const KINDS = { xterm, kitty } as const;
export type KindName = keyof typeof KINDS;

let count = 0;

export class Window {
  readonly display: Display;
  readonly #rig: Rig;
  readonly #kind: Kind;
  readonly #look: Look;
  readonly #directory: string;
  readonly #process: ChildProcess;
  readonly #server: Server;
  readonly #inside: Socket;
  readonly #codes: AsyncIterator<string>;

  /** In the rig's project, with its environment. It ends with the test. */
  static async open(rig: Rig, name: KindName, look: Partial<Look> = {}): Promise<Window> {
    const kind = KINDS[name];
    rig.knowKeys();
    const directory = join(rig.root, `${name}-${++count}`);
    const display = await Display.open({ ...rig.env, XDG_RUNTIME_DIR: directory });
    onTestFinished(() => display.close());
    rig.file(join(`${name}-${count}`, 'log'), '');
    const socket = join(directory, 'inside.sock');
    const server = createServer().listen(socket);
    const inside = [process.execPath, join(import.meta.dirname, 'inside.mjs'), socket];
    const whole = { cols: 100, rows: 30, light: false, ...look };
    const [file = '', ...args] = kind.command(whole, directory, inside);
    const env = { ...display.env, ...kind.env };
    const started = spawn(file, args, { env, cwd: rig.projectDir, stdio: 'ignore' });
    const signal = AbortSignal.timeout(30_000);
    const [connected] = (await once(server, 'connection', { signal })) as [Socket];
    const window = new Window({ rig, kind, whole, directory, display, started, server, connected });
    onTestFinished(() => window.close());
    await display.focus();
    return window;
  }

  private constructor(parts: {
    rig: Rig;
    kind: Kind;
    whole: Look;
    directory: string;
    display: Display;
    started: ChildProcess;
    server: Server;
    connected: Socket;
  }) {
    this.#rig = parts.rig;
    this.#kind = parts.kind;
    this.#look = parts.whole;
    this.#directory = parts.directory;
    this.display = parts.display;
    this.#process = parts.started;
    this.#server = parts.server;
    this.#inside = parts.connected;
    this.#codes = createInterface({ input: parts.connected })[Symbol.asyncIterator]();
  }

  /** Runs a program in the terminal: the exit code. */
  async run(file: string, ...args: string[]): Promise<number> {
    this.#inside.write(`${JSON.stringify({ file, args })}\n`);
    const { value } = await this.#codes.next();
    return Number(value);
  }

  /** Our command. */
  command(...args: string[]): Promise<number> {
    return this.run(COMMAND, ...args);
  }

  /** A line for the shell. */
  shell(line: string): Promise<number> {
    return this.run('/bin/sh', '-c', line);
  }

  /** What the terminal answers, with nothing else running in it. */
  async ask(questions: string): Promise<string> {
    const file = join(this.#directory, 'answers');
    await this.run(process.execPath, join(import.meta.dirname, 'ask.mjs'), questions, file);
    return readFileSync(file, 'latin1');
  }

  /** The screen is empty, and nothing is on its way to it. */
  async cleared(): Promise<void> {
    await this.ask('\x1b[H\x1b[2J');
  }

  screen(): Promise<string> {
    return this.#read('screen');
  }

  /** With the lines that have scrolled out of view. */
  history(): Promise<string> {
    return this.#read('all');
  }

  async #read(part: 'screen' | 'all'): Promise<string> {
    const text = await this.#kind.read(part, this.#look, this.#directory, this.display);
    return text.replaceAll(/[ \t]+$/gm, '').trimEnd();
  }

  /** Until the screen shows it, and what it shows then. */
  async waitFor(expected: RegExp | string): Promise<string> {
    let seen = '';
    return waitUntil(
      async () => {
        seen = await this.screen();
        const met = typeof expected === 'string' ? seen.includes(expected) : expected.test(seen);
        return met && seen;
      },
      {
        what: `the terminal to show ${expected}`,
        describe: () => `--- screen\n${seen}${logTail(this.#rig.stateDir)}`,
      },
    );
  }

  /** The exit code of what {@link run} or {@link command} has begun. */
  async ended(run: Promise<number>): Promise<number> {
    let seen = '';
    let code: number | undefined;
    void run.then((exit) => {
      code = exit;
    });
    await waitUntil(
      async () => {
        if (code === undefined) seen = await this.screen();
        return code !== undefined;
      },
      {
        what: 'the program to end',
        describe: () => `--- screen\n${seen}${logTail(this.#rig.stateDir)}`,
      },
    );
    return code ?? -1;
  }

  /** What it shows once that no longer changes: text, and pixels. */
  async settled(): Promise<{ text: string; pixels: Buffer }> {
    let last: Buffer | undefined;
    let same = 0;
    const pixels = await waitUntil(
      async () => {
        const now = await this.display.pixels();
        same = last?.equals(now) ? same + 1 : 0;
        last = now;
        return same >= 3 && now;
      },
      { what: 'the window to come to rest' },
    );
    return { text: await this.screen(), pixels };
  }

  async close(): Promise<void> {
    this.#inside.destroy();
    this.#server.close();
    // kitty may stay for seconds after its program.
    this.#process.kill();
    const gone = () => this.#process.exitCode !== null || this.#process.signalCode !== null;
    await waitUntil(gone, { what: 'the window to close', timeout: CLOSE_MS }).catch(() => {
      this.#process.kill('SIGKILL');
    });
    await waitUntil(gone, { what: 'the killed terminal to be gone' });
  }
}
