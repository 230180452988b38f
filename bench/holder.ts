/** Holds raw PTYs in the background and throws away what comes: the floor's "other sessions". */
import { createInterface } from 'node:readline';
import { type Command, Terminal } from './terminal.ts';

const env = process.env as Record<string, string>;
createInterface({ input: process.stdin }).on('line', (line) => {
  new Terminal(JSON.parse(line) as Command, { env, cwd: process.cwd() });
  process.stdout.write('started\n');
});
