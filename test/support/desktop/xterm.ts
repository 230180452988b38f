/** xterm. One of its keys prints all of its lines into a file. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntil } from '../process/wait-until.ts';
import type { Kind } from './window.ts';

const KEY = 'F12';

/** It stands for a column that belongs to the character before it. */
const HIDDEN = /\uffff/g;

/** Undefined while there is no such file. */
function readIfThere(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

export const xterm: Kind = {
  env: {},

  command({ cols, rows, light }, directory, inside) {
    const printer = join(directory, 'printer');
    const printed = join(directory, 'printed');
    writeFileSync(printer, `#!/bin/sh\ncat > ${printed}.new && mv ${printed}.new ${printed}\n`, {
      mode: 0o755,
    });
    const resources = [
      `printerCommand: ${printer}`,
      'printerAutoClose: true',
      'printAttributes: 0',
      `VT100.translations: #override <Key>${KEY}: print-everything()`,
    ];
    const colours = light ? ['-bg', 'white', '-fg', 'black'] : ['-bg', 'black', '-fg', 'white'];
    return [
      ...['xterm', '-geometry', `${cols}x${rows}+0+0`, '-fa', 'monospace', '-fs', '9'],
      ...['-sl', '20000', '+sb', '-bw', '0', ...colours],
      ...resources.flatMap((resource) => ['-xrm', `XTerm*${resource}`]),
      ...['-e', ...inside],
    ];
  },

  async read(part, { rows }, directory, display) {
    const printed = join(directory, 'printed');
    rmSync(printed, { force: true });
    await display.press(KEY);
    const text = await waitUntil(() => readIfThere(printed), { what: 'xterm to print' });
    const lines = text.replaceAll(HIDDEN, '').split('\n').slice(0, -1);
    return (part === 'all' ? lines : lines.slice(-rows)).join('\n');
  },
};
