/**
 * In Codex's place: asks questions that look like Codex's, and writes down each key with the question that
 * was on its screen when it read it. ASKER LOG SOCKET; the socket takes an object a line:
 * `ask` (a command; `report: false`: without a report), `work`, `queue` (the questions that follow keys),
 * `deaf` (until when it reads no keys), `deny` (a key changes nothing), `write` (anything).
 */
import { appendFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';

const [log, socket] = process.argv.slice(2);
/** The command that is asked for, as drawn. */
let shown = null;
let queue = [];
let denies = false;

const note = (line) => appendFileSync(log, `${JSON.stringify(line)}\n`);
const out = (text) => {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
  }
};
const report = (state) => `\x1b]7501;state=${state}:app=codex\x1b\\`;

function picture() {
  const lines =
    shown === null
      ? ['', '  Working', '']
      : [
          '',
          '  Would you like to run the following command?',
          '',
          '  Reason: it is wanted',
          '',
          `  $ ${shown}`,
          '',
          '',
          '› 1. Yes, proceed (y)',
          "  2. Yes, and don't ask again for commands that start with `it` (p)",
          '  3. No, and tell Codex what to do differently (esc)',
          '',
          '  Press enter to confirm or esc to cancel',
        ];
  return `\x1b[?2026h\x1b[H\x1b[2J${lines.join('\r\n')}\x1b[?2026l`;
}

function show(command, withReport = true) {
  shown = command;
  const state = command === null ? 'working' : 'blocked:kind=permission';
  out((withReport ? report(state) : '') + picture());
}

function onKey(key) {
  if (/^\x1b\[[IO]$/.test(key)) return;
  note({ key, shown });
  if (denies || shown === null) return;
  const next = queue.shift();
  if (next === undefined) show(null);
  else {
    show(null);
    show(next);
  }
}

const orders = {
  ask: ({ ask, report: reports }) => show(ask, reports),
  work: () => show(null),
  queue: (order) => {
    queue = order.queue;
  },
  deaf: ({ deaf }) => {
    const until = Date.now() + deaf;
    while (Date.now() < until);
  },
  deny: ({ deny }) => {
    denies = deny;
  },
  write: ({ write }) => out(write),
};

process.stdin.setRawMode(true);
process.stdin.on('data', (bytes) => {
  // One escape sequence, or one character each.
  for (const [key] of bytes.toString('latin1').matchAll(/\x1b\[[\d;:]*[A-Za-z~]|[\s\S]/g))
    onKey(key);
});
process.on('SIGWINCH', () => out(picture()));

createServer((connection) => {
  let rest = '';
  connection.on('data', (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      const order = JSON.parse(line);
      orders[Object.keys(order)[0]](order);
      connection.write('done\n');
    }
  });
  connection.on('error', () => {});
}).listen(socket);
out(`\x1b[>7u\x1b[?2004h\x1b[?1004h${picture()}${report('idle')}`);
note({ ready: true });
