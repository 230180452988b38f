/**
 * A reference that shares no code with us: a terminal inside a tmux server of its own, which reports what
 * it shows and which modes are set.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import xterm from '@xterm/headless';
import { execa, execaSync } from 'execa';
import { onTestFinished } from 'vitest';
import { waitUntil } from '../process/wait-until.ts';
import { cellsOf } from './cells.ts';
import { Terminal } from './terminal.ts';

/** After this many equal looks in a row it counts as at rest. */
const SETTLED_LOOKS = 6;

const FLAGS = [
  'cursor_x',
  'cursor_y',
  'cursor_flag',
  'alternate_on',
  'insert_flag',
  'keypad_cursor_flag',
  'keypad_flag',
  'origin_flag',
  'wrap_flag',
  'mouse_standard_flag',
  'mouse_button_flag',
  'mouse_all_flag',
  'mouse_sgr_flag',
  'scroll_region_upper',
  'scroll_region_lower',
] as const;

export interface TmuxOptions {
  env: Readonly<Record<string, string>>;
  cwd: string;
  cols?: number;
  rows?: number;
}

export interface Look {
  /** `capture-pane -e`, line by line, without trailing blanks, of which it prints only some. */
  screen: string[];
  /** The same as shown by a terminal attached to that tmux, with every cell. */
  seen: string[];
  modes: Record<string, string>;
}

export class Tmux {
  readonly #env: Record<string, string>;
  readonly #directory: string;
  /** What a person sees. */
  readonly terminal: Terminal;

  /** A shell in a window of its own; by default it ends with the test. */
  static open(
    options: TmuxOptions,
    atEnd: (end: () => Promise<void>) => void = onTestFinished,
  ): Tmux {
    const tmux = new Tmux(options);
    atEnd(() => tmux.close());
    return tmux;
  }

  private constructor({ env, cwd, cols = 100, rows = 30 }: TmuxOptions) {
    this.#directory = mkdtempSync(join(tmpdir(), 'cs-tmux-'));
    this.#env = { ...env, PS1: 'judge$ ', TMUX_TMPDIR: this.#directory };
    const size = ['-x', String(cols), '-y', String(rows)];
    execaSync(
      'tmux',
      [
        ...['-L', 'judge', '-f', '/dev/null', 'start-server', ';'],
        ...['set', '-g', 'history-limit', '20000', ';', 'set', '-g', 'status', 'off', ';'],
        ...['set', '-g', 'focus-events', 'on', ';'],
        ...['new-session', '-d', ...size, '-c', cwd, '/bin/sh'],
      ],
      { env: this.#env, extendEnv: false },
    );
    const args = ['-L', 'judge', 'attach'];
    this.terminal = Terminal.open({ file: 'tmux', args, env: this.#env, cwd, cols, rows });
  }

  async run(...args: string[]): Promise<string> {
    const { stdout } = await execa('tmux', ['-L', 'judge', ...args], {
      env: this.#env,
      extendEnv: false,
      stripFinalNewline: false,
    });
    return stdout;
  }

  /** Text as it is, then keys by tmux's names. */
  async type(text: string, ...keys: string[]): Promise<void> {
    if (text !== '') await this.run('send-keys', '-l', text);
    if (keys.length > 0) await this.run('send-keys', ...keys);
  }

  async command(line: string): Promise<void> {
    await this.type(line, 'Enter');
  }

  resize(cols: number, rows: number): void {
    this.terminal.resize(cols, rows);
  }

  /** Everything above the screen, and the screen; as `look` has it. */
  history(): Promise<string[]> {
    return this.#capture('-S', '-');
  }

  async #capture(...range: string[]): Promise<string[]> {
    const text = await this.run('capture-pane', '-e', '-p', ...range);
    return parsed(text.split('\n').slice(0, -1), this.terminal.emulator.xterm.cols);
  }

  async text(): Promise<string> {
    return this.run('capture-pane', '-p');
  }

  async look(): Promise<Look> {
    const format = FLAGS.map((flag) => `#{${flag}}`).join(',');
    const values = (await this.run('display-message', '-p', format)).trim().split(',');
    const modes = Object.fromEntries(FLAGS.map((flag, i) => [flag, values[i] ?? '']));
    const { xterm: shown } = this.terminal.emulator;
    return { screen: await this.#capture(), seen: cellsOf(shown, shown.rows), modes };
  }

  /** Waits until it shows this. */
  async waitFor(expected: RegExp | string): Promise<void> {
    let seen = '';
    await waitUntil(
      async () => {
        seen = await this.text();
        return typeof expected === 'string' ? seen.includes(expected) : expected.test(seen);
      },
      { what: `tmux to show ${expected}`, describe: () => seen },
    );
  }

  async waitUntilGone(expected: RegExp | string): Promise<void> {
    let seen = '';
    await waitUntil(
      async () => {
        seen = await this.text();
        return typeof expected === 'string' ? !seen.includes(expected) : !expected.test(seen);
      },
      { what: `tmux to show ${expected} no more`, describe: () => seen },
    );
  }

  /**
   * Waits until it shows exactly this. Does not fail after the time limit: the test then sees what it shows
   * instead.
   */
  async waitForLook(expected: Look): Promise<void> {
    const wanted = JSON.stringify(expected);
    await waitUntil(async () => JSON.stringify(await this.look()) === wanted, {
      what: 'tmux to show what it did before',
    }).catch(() => {});
  }

  /** What it shows once that no longer changes. */
  async settled(): Promise<Look> {
    let last = '';
    let same = 0;
    return waitUntil(
      async () => {
        const look = await this.look();
        const now = JSON.stringify(look);
        same = now === last ? same + 1 : 0;
        last = now;
        return same >= SETTLED_LOOKS ? look : undefined;
      },
      { what: 'the screen to come to rest', describe: () => last },
    );
  }

  async close(): Promise<void> {
    await execa('tmux', ['-L', 'judge', 'kill-server'], {
      env: this.#env,
      extendEnv: false,
      reject: false,
    });
    await this.terminal.waitForExit();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** The same cells give the same text, in whatever order tmux has written their attributes. */
async function parsed(lines: readonly string[], cols: number): Promise<string[]> {
  const rows = Math.max(1, lines.length);
  const screen = new xterm.Terminal({ cols, rows, allowProposedApi: true });
  await new Promise<void>((resolve) => screen.write(lines.join('\r\n'), resolve));
  const cells = cellsOf(screen, lines.length).map((line) =>
    line.replace(/(\{(bg[^ ]*)?\}| )+$/, ''),
  );
  screen.dispose();
  return cells;
}
