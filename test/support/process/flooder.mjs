/**
 * A program for tests of bad connections: `flooder.mjs DIRECTORY`. It floods its terminal with numbered
 * lines. It writes each line that is typed, with the time, to `typed`, and signals, such as that of a new
 * size, to `noticed`. While `hold` contains a number it pauses and shows that number, drawn differently
 * each time.
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
