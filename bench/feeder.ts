/** Writes output at a steady rate into pipes that sessions show: `feeder BYTES_PER_S PIPE...`. */
import { constants, openSync, writeSync } from 'node:fs';
import { outputLines } from './output-lines.ts';

const TICK_MS = 10;
const [rate, ...paths] = process.argv.slice(2);
const piece = Buffer.from(outputLines((Number(rate) * TICK_MS) / 1000));
const pipes = paths.map((path) => openSync(path, constants.O_RDWR | constants.O_NONBLOCK));
setInterval(() => {
  for (const pipe of pipes) {
    try {
      writeSync(pipe, piece);
    } catch {
      // Full: what shows it is behind, and has lost this piece's time.
    }
  }
}, TICK_MS);
