// @ts-check
/** Reads a program's screen without a terminal: from a PTY, through an emulator. */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

const COLS = 100;
const ROWS = 24;
const EDGE_BLANKS = /^(?:\s*\n)+|(?:\n\s*)+$/g;

/**
 * Runs the program until `expected` is on its screen, then hangs up.
 * @param {{ file: string, args: string[], env: Record<string, string>, cwd: string }} program
 * @param {string} expected
 * @param {number} timeoutMs
 * @returns {Promise<string[]>} the lines, without blank ones at either end
 * @throws when the time is up or the program has ended; the message has the screen
 */
export function screenOf({ file, args, env, cwd }, expected, timeoutMs) {
  const { Terminal } = require('@xterm/headless');
  const pty = require('node-pty').spawn(file, args, { env, cwd, cols: COLS, rows: ROWS });
  const terminal = new Terminal({ cols: COLS, rows: ROWS, allowProposedApi: true });
  terminal.onData((/** @type {string} */ answer) => pty.write(answer));
  const text = () => {
    const { active } = terminal.buffer;
    const lines = Array.from({ length: ROWS }, (_, row) =>
      (active.getLine(active.baseY + row)?.translateToString(true) ?? '').trimEnd(),
    );
    return lines.join('\n').replace(EDGE_BLANKS, '');
  };
  return new Promise((resolve, reject) => {
    let seen = '';
    /** @param {string} why */
    const fail = (why) => reject(new Error(`${why}; waited for "${expected}" in\n${text()}`));
    const timer = setTimeout(() => {
      fail(`nothing after ${timeoutMs} ms`);
      pty.kill();
    }, timeoutMs);
    pty.onData((/** @type {string} */ data) => {
      terminal.write(data, () => {
        if (seen !== '' || !text().includes(expected)) return;
        seen = text();
        pty.kill();
      });
    });
    pty.onExit(() => {
      clearTimeout(timer);
      if (seen === '') fail('the program ended');
      else resolve(seen.split('\n'));
    });
  });
}
