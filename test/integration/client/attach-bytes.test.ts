/** Every byte, both ways, through the real command and a real supervisor. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { COMMAND } from '../../support/rig/command.ts';
import { createRig, type Rig } from '../../support/rig/rig.ts';
import { Pty } from '../../support/terminal/pty.ts';

const MB = 1_000_000;
const RUNS = 12;

const ALL_VALUES = Buffer.from(Array.from({ length: 256 }, (_, value) => value));
const NO_KEYS = 'detach_key = "none"\nswitch_key = "none"\n';

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Answers the questions for flags and version, which are asked before a session starts. */
function codex(body: string): string {
  return `case $1 in --help|--version) exit;; esac\n${body}`;
}

/** Takes `count` bytes from its terminal into the file `typed`. */
function taking(count: number): string {
  return `stty raw -echo; printf 'ready '; head -c ${count} >typing; mv typing typed; printf 'taken '; exec cat >/dev/null`;
}

async function typed(rig: Rig): Promise<Buffer> {
  const file = join(rig.projectDir, 'typed');
  await rig.waitUntil(() => existsSync(file), 'the program to have taken it');
  return readFileSync(file);
}

test('all 256 values go in, in one piece and one by one', async () => {
  const values = Buffer.concat([ALL_VALUES, Buffer.from(ALL_VALUES).reverse(), ALL_VALUES]);
  const rig = createRig({ codex: codex(taking(values.length)) });
  rig.file('home/.config/codex-sessions/config.toml', NO_KEYS);
  const terminal = rig.open(['start']);
  await terminal.waitFor('ready');
  terminal.send(values.subarray(0, 512));
  for (const value of values.subarray(512)) terminal.send(Uint8Array.of(value));
  expect(await typed(rig)).toEqual(values);
});

test('all 256 values come out, and LF stays LF', async () => {
  const rig = createRig({
    codex: codex("stty raw -echo; printf 'BEGIN'; cat values; printf 'END'; exec cat"),
  });
  const values = Buffer.concat([ALL_VALUES, Buffer.from('one\ntwo\nthree\r\nfour\n')]);
  rig.file('p/ultra/values', values);
  const terminal = rig.open(['start']);
  await rig.waitUntil(() => terminal.raw().includes('END'), 'the end of the output');
  const raw = terminal.raw();
  expect(raw.subarray(raw.indexOf('BEGIN') + 5, raw.indexOf('END'))).toEqual(values);
});

test('UTF-8 survives being cut at every byte, both ways', async () => {
  const text = Buffer.from('aé漢🙂ﬀ한 ̈x');
  const rig = createRig({
    codex: codex(`stty raw -echo
printf 'BEGIN'
i=0; while [ $i -lt ${text.length} ]; do dd if=text bs=1 skip=$i count=1 2>/dev/null; i=$((i + 1)); done
printf 'END'
${taking(text.length)}`),
  });
  rig.file('p/ultra/text', text);
  const terminal = rig.open(['start']);
  await terminal.waitFor('ready');
  const raw = terminal.raw();
  expect(raw.subarray(raw.indexOf('BEGIN') + 5, raw.indexOf('END'))).toEqual(text);
  expect(terminal.text()).toContain(`BEGIN${text.toString()}ENDready`);
  for (const byte of text) terminal.send(Uint8Array.of(byte));
  expect(await typed(rig)).toEqual(text);
});

/** Reads little at a time and rests in between. */
const SLOW_READER = `exec '${process.execPath}' -e '
process.stdin.setRawMode(true);
const hash = require("node:crypto").createHash("sha256");
let length = 0;
process.stdin.on("data", (bytes) => {
  hash.update(bytes);
  length += bytes.length;
  if (bytes.at(-1) === 0x04) process.stdout.write("took " + length + " " + hash.digest("hex"));
  process.stdin.pause();
  setTimeout(() => process.stdin.resume(), 2);
});
process.stdout.write("ready ");
'`;

test('1 MB pasted to a program that reads slowly is whole, and our keys wait outside of it', async () => {
  const rig = createRig({ codex: codex(SLOW_READER) });
  const terminal = rig.open(['start'], { cols: 120 });
  await terminal.waitFor('ready');
  // Printable, and now and then one of our keys: none may act in a paste.
  const body = Buffer.from(randomBytes(MB).map((byte) => 0x20 + (byte % 0x5f)));
  for (let at = 1000; at < MB; at += 10_007) body[at] = at % 2 === 0 ? 0x1c : 0x1e;
  const paste = Buffer.concat([Buffer.from('\x1b[200~'), body, Buffer.from('\x1b[201~\x04')]);
  terminal.send(paste);
  await terminal.waitFor(`took ${paste.length} ${sha256(paste)}`);
  terminal.send('\x1c');
  expect(await terminal.waitForExit()).toBe(0);
});

/** Runs `start` in a terminal that shows nothing, as fast as it can or slower; all that came out. */
async function startAndWatch(
  rig: Rig,
  slowDownMs?: number,
): Promise<{ output: Buffer; code: number }> {
  const chunks: Buffer[] = [];
  const pty = new Pty(
    {
      file: COMMAND,
      args: ['start'],
      env: rig.env,
      cwd: rig.projectDir,
      cols: 100,
      rows: 30,
    },
    (data) => chunks.push(data),
  );
  if (slowDownMs !== undefined) pty.slowDown(slowDownMs);
  const { code } = await pty.exit;
  return { output: Buffer.concat(chunks), code };
}

function expectWhole(output: Buffer, content: Buffer): void {
  const begin = output.indexOf('BEGIN') + 5;
  const whole = output.subarray(begin, begin + content.length);
  expect({ bytes: whole.length, hash: sha256(whole) }).toEqual({
    bytes: content.length,
    hash: sha256(content),
  });
  expect(output.subarray(begin + content.length).toString('latin1')).toContain(
    '[ultra:main exited with 7]',
  );
}

const FLOOD = "stty raw -echo; printf 'BEGIN'; cat flood; exit 7";

test(`5 MB and then the end, ${RUNS} times: every byte, then how it ended`, async () => {
  const rig = createRig({ codex: codex(FLOOD) });
  const flood = Buffer.from(
    randomBytes(5 * MB)
      .toString('base64')
      .slice(0, 5 * MB),
  );
  rig.file('p/ultra/flood', flood);
  for (let run = 0; run < RUNS; run++) {
    const { output, code } = await startAndWatch(rig);
    expectWhole(output, flood);
    expect(code).toBe(7);
  }
});

test('a terminal that is slow gets every byte too, long after the program has ended', async () => {
  const rig = createRig({ codex: codex(FLOOD) });
  const flood = Buffer.from(
    randomBytes(1.5 * MB)
      .toString('base64')
      .slice(0, 1.5 * MB),
  );
  rig.file('p/ultra/flood', flood);
  const { output, code } = await startAndWatch(rig, 8);
  expectWhole(output, flood);
  expect(code).toBe(7);
});
