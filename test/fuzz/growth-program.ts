/** In Codex's place: writes one of the streams of growth-streams.ts for ever, and reads nothing. */
import { writeSync } from 'node:fs';
import { GROWTH_STREAMS } from './growth-streams.ts';

const stream = GROWTH_STREAMS[process.argv[2] ?? ''];
if (!stream) throw new Error(`no stream ${process.argv[2]}`);
for (const piece of stream()) {
  const bytes = Buffer.from(piece);
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
}
