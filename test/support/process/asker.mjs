/**
 * In Codex's place: asks questions that look like Codex's, and writes down each key with the question that
 * was on its screen when it read it: the command, its number, when that was drawn (ms of hrtime), and whether a
 * key was the cause. What has been typed it reads before it draws.
 *
 * ASKER LOG SOCKET. The socket takes an object a line, and gives back the number of the last question:
 * `ask` (a command; `report: false`: without a report), `work`, `queue` (the questions that follow answers),
 * `deaf` (for how many ms it does nothing), `deny` (an answer changes nothing), `write` (anything).
 */
import { appendFileSync, readSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';

const CHOICES = [
  'Yes, proceed (y)',
  "Yes, and don't ask again for commands that start with `it` (p)",
  'No, and tell Codex what to do differently (esc)',
];
const ANSWER = /^(?:[yp123]|\x1b\[27u)$/;
const FOCUS = /^\x1b\[[IO]$/;

const [log, socket] = process.argv.slice(2);
/** The command that is asked for; null: nothing is asked. */
let shown = null;
let asked = 0;
let drawn = { at: 0, byKey: false };
let selected = 0;
let queue = [];
let denies = false;
/** It is a key that makes it draw. */
let handling = false;

const note = (line) => appendFileSync(log, `${JSON.stringify(line)}\n`);

function out(text) {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
  }
}

/** One escape sequence, or one character each. */
function keysIn(bytes) {
  const all = bytes.toString('latin1').matchAll(/\x1b\[[\d;:]*[A-Za-z~]|[\s\S]/g);
  return [...all].map(([key]) => key).filter((key) => !FOCUS.test(key));
}

/** What has been typed and was not read. */
function typed() {
  const bytes = Buffer.alloc(1024);
  try {
    return keysIn(bytes.subarray(0, readSync(0, bytes)));
  } catch (error) {
    if (error.code !== 'EAGAIN') throw error;
    return [];
  }
}

function picture() {
  const choices = CHOICES.map(
    (choice, at) => `${at === selected ? '›' : ' '} ${at + 1}. ${choice}`,
  );
  const lines =
    shown === null
      ? ['', '  Working', '']
      : [
          ...['', '  Would you like to run the following command?', ''],
          ...['  Reason: it is wanted', '', `  $ ${shown}`, '', ''],
          ...[...choices, '', '  Press enter to confirm or esc to cancel'],
        ];
  return `\x1b[?2026h\x1b[H\x1b[2J${lines.join('\r\n')}\x1b[?2026l`;
}

function show(command, reports = true) {
  if (!handling) handle(typed());
  shown = command;
  selected = 0;
  drawn = { at: Number(process.hrtime.bigint()) / 1e6, byKey: handling };
  if (command !== null) asked++;
  const state = command === null ? 'working' : 'blocked:kind=permission';
  out((reports ? `\x1b]7501;state=${state}:app=codex\x1b\\` : '') + picture());
}

function handle(keys) {
  handling = true;
  for (const key of keys) onKey(key);
  handling = false;
}

function onKey(key) {
  note({ key, shown, asked, drawn });
  if (denies || shown === null) return;
  if (!ANSWER.test(key)) {
    selected = (selected + 1) % CHOICES.length;
    out(picture());
    return;
  }
  const next = queue.shift();
  show(null);
  if (next !== undefined) show(next);
}

const orders = {
  ask: ({ ask, report }) => show(ask, report),
  work: () => show(null),
  queue: (order) => {
    queue = order.queue;
  },
  deaf: ({ deaf }) => {
    const until = performance.now() + deaf;
    while (performance.now() < until);
  },
  deny: ({ deny }) => {
    denies = deny;
  },
  write: ({ write }) => out(write),
};

process.stdin.setRawMode(true);
process.stdin.on('data', (bytes) => handle(keysIn(bytes)));
process.on('SIGWINCH', () => out(picture()));

createServer((connection) => {
  let rest = '';
  connection.on('data', (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      const order = JSON.parse(line);
      orders[Object.keys(order)[0]](order);
      connection.write(`${asked}\n`);
    }
  });
  connection.on('error', () => {});
}).listen(socket);
out(`\x1b[>7u\x1b[?2004h\x1b[?1004h${picture()}\x1b]7501;state=idle:app=codex\x1b\\`);
note({ ready: true });
