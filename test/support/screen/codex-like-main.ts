/** A program that writes the Codex-like stream: COLS ROWS BYTES, then waits for a line. */
import { writeSync } from 'node:fs';
import { codexLikeStream } from './codex-like.ts';

const [cols = 0, rows = 0, bytes = 0] = process.argv.slice(2).map(Number);
const BATCH_BYTES = 60_000;
let batch: Buffer[] = [];
let size = 0;

function flush(): void {
  const all = Buffer.concat(batch);
  for (let at = 0; at < all.length; ) at += writeSync(1, all, at);
  batch = [];
  size = 0;
}

for (const frame of codexLikeStream(cols, rows, bytes)) {
  batch.push(frame);
  size += frame.length;
  if (size > BATCH_BYTES) flush();
}
flush();
process.stdin.resume();
