/**
 * An X display of its own for one window, without a window manager: keys go to the window below the
 * pointer. They are pressed as by a keyboard (XTEST), so the layout decides what they are.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { execa } from 'execa';
import { waitUntil } from '../process/wait-until.ts';

const WIDTH = 1000;
const HEIGHT = 600;
/** None of the tools waits for anything. */
const TOOL_MS = 20_000;
const BYTES_PER_PIXEL = 3;
const MODIFIER_PLACES: Readonly<Record<string, string>> = { ctrl: '37', shift: '50', altgr: '108' };

/** By colour (`#rrggbb`): which part of the window has it, from 0 to 1. */
export type Colours = ReadonlyMap<string, number>;

export class Display {
  readonly #server: ChildProcess;
  readonly env: Readonly<Record<string, string>>;
  #window = 'root';

  static async open(env: Readonly<Record<string, string>>): Promise<Display> {
    const screen = `${WIDTH}x${HEIGHT}x24`;
    const server = spawn(
      'Xvfb',
      ['-displayfd', '3', '-screen', '0', screen, '-nolisten', 'tcp', '-noreset'],
      { env: { ...env }, stdio: ['ignore', 'ignore', 'ignore', 'pipe'] },
    );
    let number = '';
    server.stdio[3]?.on('data', (data) => {
      number += data;
    });
    await waitUntil(() => number.endsWith('\n'), { what: 'the X server to be up' });
    return new Display(server, { ...env, DISPLAY: `:${number.trim()}` });
  }

  private constructor(server: ChildProcess, env: Readonly<Record<string, string>>) {
    this.#server = server;
    this.env = env;
  }

  async #tool(file: string, ...args: string[]): Promise<Buffer> {
    const { stdout } = await execa(file, args, {
      env: this.env,
      extendEnv: false,
      encoding: 'buffer',
      timeout: TOOL_MS,
    });
    return Buffer.from(stdout);
  }

  /** The window, at the upper left corner, has the keyboard from now on. */
  async focus(): Promise<void> {
    await this.#tool('xdotool', 'mousemove', '20', '20');
    const found = await this.#tool('xdotool', 'search', '--sync', '--onlyvisible', '--class', '.');
    this.#window = found.toString().trim().split('\n').at(-1) ?? 'root';
  }

  /** By X's names: `ctrl+backslash`, `F12`. */
  async press(...keys: string[]): Promise<void> {
    await this.#tool('xdotool', 'key', ...keys);
  }

  /**
   * A key by its place, whatever the layout has there: `ctrl+shift+20`. The places are X's keycodes,
   * which are those of Linux and 8.
   */
  async pressPlace(spec: string): Promise<void> {
    const place = (key: string) => MODIFIER_PLACES[key] ?? key;
    const [key = '', ...modifiers] = spec.split('+').reverse();
    const [down, up] = ['keydown', 'keyup'].map((action) =>
      modifiers.flatMap((modifier) => [action, place(modifier)]),
    );
    await this.#tool('xdotool', ...(down ?? []), 'key', key, ...(up ?? []));
  }

  /**
   * As a person types: key after key. None of them needs Shift: kitty on a busy machine was seen to
   * apply the Shift of a key to the one before it (`IX` for `iX`, kitty 0.26).
   */
  async type(text: string): Promise<void> {
    await this.#tool('xdotool', 'type', '--delay', '2', text);
  }

  /** `us`, `de`, `us dvorak` …: what is printed on the keys. */
  async layout(name: string): Promise<void> {
    await this.#tool('setxkbmap', ...name.split(' '));
  }

  /** Every pixel of the window, as three bytes; equal if a person sees the same. */
  pixels(): Promise<Buffer> {
    return this.#tool('import', '-window', this.#window, '-depth', '8', 'rgb:-');
  }

  /** For a person to look at. */
  async picture(file: string): Promise<void> {
    await this.#tool('import', '-window', this.#window, `png:${file}`);
  }

  async colours(): Promise<Colours> {
    const pixels = await this.pixels();
    const counts = new Map<number, number>();
    for (let at = 0; at < pixels.length; at += BYTES_PER_PIXEL) {
      const colour = pixels.readUIntBE(at, BYTES_PER_PIXEL);
      counts.set(colour, (counts.get(colour) ?? 0) + 1);
    }
    const all = pixels.length / BYTES_PER_PIXEL;
    return new Map(
      [...counts].map(([colour, n]) => [`#${colour.toString(16).padStart(6, '0')}`, n / all]),
    );
  }

  async close(): Promise<void> {
    if (this.#server.exitCode !== null || this.#server.signalCode !== null) return;
    this.#server.kill();
    await once(this.#server, 'exit');
  }
}
