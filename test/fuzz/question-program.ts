/**
 * In Codex's place: writes `BYTES` of questions, seeded with `SEED`, and keeps all that it gets as
 * input. When all is answered, that is written to the file `GOT`.
 */
import { renameSync, writeFileSync, writeSync } from 'node:fs';
import { Random } from '../support/screen/screen-streams.ts';
import { questionStream } from './question-streams.ts';

/** No stream asks for this mode. */
const LAST_QUESTION = '\x18\x1b\\\x1b[?31337$p';
const LAST_ANSWER = '\x1b[?31337;0$y';
const ASK_AGAIN_MS = 100;

const { SEED = '1', BYTES = '1000', GOT = '' } = process.env;
const got: Buffer[] = [];
let tail = '';
let again: NodeJS.Timeout | undefined;
const stream = questionStream(new Random(Number(SEED)), Number(BYTES));

process.stdin.on('data', (bytes: Buffer) => {
  got.push(bytes);
  tail = (tail + bytes.toString('latin1')).slice(-64);
  if (!tail.includes(LAST_ANSWER)) return;
  tail = '';
  next();
});

/** Each piece once the one before is answered: so many questions are never too many at once. */
function next(): void {
  clearTimeout(again);
  const { value, done } = stream.next();
  if (done) {
    writeFileSync(`${GOT}.part`, Buffer.concat(got));
    renameSync(`${GOT}.part`, GOT);
    return;
  }
  write(value);
  ask();
}

function ask(): void {
  write(LAST_QUESTION);
  again = setTimeout(ask, ASK_AGAIN_MS);
}

function write(text: string): void {
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
}

next();
