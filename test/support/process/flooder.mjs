/**
 * A program for the tests of bad lines: `flooder.mjs DIRECTORY`. It floods its terminal with numbered lines, and
 * writes down each line that is typed, with the time, in `typed`; what it notices of its terminal's size and of
 * signals, in `noticed`. While there is a number in `hold` it rests, and shows that one, each time in another way.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const at = (name) => join(process.argv[2], name);
const write = (text) => process.stdout.write(text);
const colour = (n) => `\x1b[3${n % 8}m`;
const BURST_LINES = 200;
const PAUSE_MS = 20;

let number = 0;
let shown = 0;
let typed = '';

process.stdin.setRawMode(true);
process.stdin.on('data', (bytes) => {
  typed += bytes;
  const lines = typed.split('\r');
  typed = lines.pop();
  for (const line of lines) appendFileSync(at('typed'), `${Date.now()} ${line}\n`);
});
process.stdin.on('end', () => appendFileSync(at('noticed'), 'end of input\n'));
for (const signal of ['SIGWINCH', 'SIGHUP', 'SIGCONT', 'SIGTERM'])
  process.on(signal, () => appendFileSync(at('noticed'), `${signal}\n`));

function held() {
  try {
    return Number(readFileSync(at('hold'), 'utf8'));
  } catch {
    return 0;
  }
}

function show(hold) {
  shown = hold;
  const places = Array.from(
    { length: 12 },
    (_, n) => `\x1b[${2 + 2 * n};${1 + ((hold * 7 + n * 13) % 60)}H${colour(hold + n)}at ${n}`,
  );
  if (hold % 3 === 1) write(`\x1b[?1049h\x1b[2J${places.join('')}\x1b[m`);
  if (hold % 3 === 2) write(`\x1b[2J\x1b[H${colour(hold)}cleared\x1b[m\r\n`);
  write(`\r\nheld ${hold}.`);
}

function burst() {
  const hold = held();
  if (hold && hold !== shown) show(hold);
  if (!hold) {
    if (shown) write('\x1b[?1049l\r\n');
    shown = 0;
    let text = '';
    for (let line = 0; line < BURST_LINES; line++)
      text += `flood ${++number} ${colour(number)}${'x'.repeat(number % 70)}\x1b[m\r\n`;
    write(text);
  }
  setTimeout(burst, PAUSE_MS);
}
burst();
