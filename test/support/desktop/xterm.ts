/** xterm. Two of its keys print what it shows into a file: the screen, or everything. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntil } from '../process/wait-until.ts';
import type { Kind } from './window.ts';

const KEYS = { screen: 'F11', all: 'F12' } as const;

/** It stands for a column that belongs to the character before it. */
const HIDDEN = /\uffff/g;

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
      `VT100.translations: #override <Key>${KEYS.screen}: print(noNewLine)\\n<Key>${KEYS.all}: print-everything(noNewLine)`,
    ];
    const colours = light ? ['-bg', 'white', '-fg', 'black'] : ['-bg', 'black', '-fg', 'white'];
    return [
      ...['xterm', '-geometry', `${cols}x${rows}+0+0`, '-fa', 'monospace', '-fs', '9'],
      ...['-sl', '20000', '+sb', '-bw', '0', ...colours],
      ...resources.flatMap((resource) => ['-xrm', `XTerm*${resource}`]),
      ...['-e', ...inside],
    ];
  },

  async read(part, directory, display) {
    const printed = join(directory, 'printed');
    rmSync(printed, { force: true });
    await display.press(KEYS[part]);
    const text = await waitUntil(
      () => {
        try {
          return { text: readFileSync(printed, 'utf8') };
        } catch {
          return undefined;
        }
      },
      { what: 'xterm to print' },
    );
    return text.text.replaceAll(HIDDEN, '').replaceAll('\f', '');
  },
};
