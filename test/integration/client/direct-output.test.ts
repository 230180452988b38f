/** The client's terminal, lent to the supervisor: to and fro, refused, and closed again. */
import { randomBytes } from 'node:crypto';
import { readdirSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { RawConnection, RawControl } from '../../support/process/raw-client.ts';
import { createRig, type Rig } from '../../support/rig/rig.ts';
import { Pty } from '../../support/terminal/pty.ts';

const TITLE = /\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)/g;
const NUMBERS = 300_000;
const ROUNDS = 6;
const PART_BYTES = 40_000;
/** Each is made by processes of its own, so that the flood lasts as long as the test goes to and fro. */
const BLOCK = 500;
const BLOCKS = NUMBERS / BLOCK;

/** A terminal of our own: what is written to it, and how it is named in a request. */
class Screen {
  readonly pty: Pty;
  bytes = Buffer.alloc(0);
  #parts: Buffer[] = [];
  path = '';

  private constructor(rig: Rig) {
    this.pty = new Pty(
      {
        file: '/bin/sh',
        args: ['-c', 'stty raw -echo; tty; exec sleep 1000'],
        env: { PATH: process.env.PATH ?? '' },
        cwd: rig.root,
        cols: 80,
        rows: 24,
      },
      (part) => this.#parts.push(part),
    );
    onTestFinished(() => {
      process.kill(this.pty.pid, 'SIGKILL');
    });
  }

  static async open(rig: Rig): Promise<Screen> {
    const screen = new Screen(rig);
    await rig.waitUntil(() => screen.#all().includes('\n'), 'the name of the terminal');
    screen.path = screen.#all().toString().trim();
    screen.#parts = [];
    return screen;
  }

  get length(): number {
    return this.#all().length;
  }

  get file() {
    const { dev: device, ino: inode } = statSync(this.path);
    return { path: this.path, device, inode };
  }

  /** Everything up to here, once nobody else writes to it any more. */
  async taken(rig: Rig): Promise<Buffer> {
    const mark = randomBytes(8).toString('hex');
    writeFileSync(this.path, mark);
    await rig.waitUntil(() => this.#all().includes(mark), 'our own mark on the terminal');
    const all = this.#all();
    this.#parts = [];
    return all.subarray(0, all.indexOf(mark));
  }

  #all(): Buffer {
    if (this.#parts.length > 1) this.#parts = [Buffer.concat(this.#parts)];
    return this.#parts[0] ?? Buffer.alloc(0);
  }
}

async function attached(codex: string) {
  const rig = createRig({ codex: `case $1 in --help|--version) exit;; esac\n${codex}` });
  const fullName = (await rig.ok(['start', '-d'])).trim();
  const token = randomBytes(16).toString('hex');
  const control = await RawControl.open(rig.socket);
  const data = await RawConnection.connect(rig.socket);
  data.say({ type: 'data', token });
  await control.ask(
    { type: 'attach', fullName, terminal: { token, cols: 80, rows: 24 } },
    'attached',
  );
  await rig.waitUntil(() => data.heard().includes('ready'), 'the program');
  return { rig, control, data };
}

/** The nth notice of this type, now or later. */
function notice(rig: Rig, control: RawControl, type: string, n: number) {
  return rig.waitUntil(
    () => control.messages().filter((message) => message.type === type)[n],
    `${type}, number ${n + 1}`,
  );
}

test('in a flood, nothing is lost or doubled as it goes to and fro', async () => {
  const { rig, control, data } = await attached(
    `stty raw -echo; printf 'ready\\r\\n'; read go; printf 'BEGIN\\r\\n'; i=0; while [ $i -lt ${BLOCKS} ]; do seq $((i*${BLOCK}+1)) $((i*${BLOCK}+${BLOCK})) | sed 's/$/\\r/'; i=$((i+1)); done; echo END; exec cat`,
  );
  const screen = await Screen.open(rig);
  const parts: Buffer[] = [];
  let shown = 0;
  const overData = (to: number) => {
    parts.push(data.heard().subarray(shown, to));
    shown = to;
  };
  for (let round = 0; round < ROUNDS; round++) {
    control.say({ type: 'lend', ...screen.file });
    const { offset } = await notice(rig, control, 'borrow', round);
    await rig.waitUntil(
      () => data.heard().length >= Number(offset),
      'what comes before it is lent',
    );
    overData(Number(offset));
    control.say({ type: 'lent', alternate: false });
    if (round === 0) data.send('\n');
    await rig.waitUntil(() => screen.length >= PART_BYTES, 'output on the terminal itself');
    // Full at that moment, or taking it as fast as it comes.
    if (round % 2 === 0) screen.pty.pause();
    control.say({ type: 'reclaim' });
    await notice(rig, control, 'returned', round);
    screen.pty.resume();
    parts.push(await screen.taken(rig));
    const before = data.heard().length;
    await rig.waitUntil(() => data.heard().length > before, 'output over the data connection');
  }
  await rig.waitUntil(() => data.heard().includes('END'), 'the end of the flood');
  overData(data.heard().length);
  // The title, which is set when somebody comes.
  const text = Buffer.concat(parts).toString('latin1').replace(TITLE, '');
  const numbers = text
    .slice(text.indexOf('BEGIN\r\n') + 7, text.indexOf('END'))
    .trim()
    .split('\r\n');
  expect(numbers.length).toBe(NUMBERS);
  expect(numbers.findIndex((number, i) => Number(number) !== i + 1)).toBe(-1);
  expect(control.messages().find(({ type }) => type === 'returned')).toEqual({
    type: 'returned',
    final: false,
  });
});

test('a lent terminal that is reclaimed at once, or twice, is the client’s', async () => {
  const { rig, control, data } = await attached('stty raw -echo; printf ready; exec cat');
  const screen = await Screen.open(rig);
  control.say({ type: 'lend', ...screen.file });
  control.say({ type: 'reclaim' });
  control.say({ type: 'lent', alternate: false });
  control.say({ type: 'reclaim' });
  await notice(rig, control, 'returned', 0);
  data.send('typed');
  await rig.waitUntil(() => data.heard().includes('typed'), 'the echo over the data connection');
  expect(screen.length).toBe(0);
});

test('the client is told of the alternate screen before it is entered and left', async () => {
  const { rig, control, data } = await attached(
    "stty raw -echo; printf ready; read one; printf '\\033[?1049hinside'; read two; printf '\\033[?1049loutside'; exec cat",
  );
  const screen = await Screen.open(rig);
  control.say({ type: 'lend', ...screen.file });
  await notice(rig, control, 'borrow', 0);
  control.say({ type: 'lent', alternate: false });
  data.send('\n');
  expect(await notice(rig, control, 'alternate', 0)).toMatchObject({ on: true });
  data.send('\n');
  expect(await notice(rig, control, 'alternate', 1)).toMatchObject({ on: false });
  control.say({ type: 'reclaim' });
  await notice(rig, control, 'returned', 0);
  expect((await screen.taken(rig)).toString()).toContain('outside');
});

test.each<[string, (file: Screen['file'], rig: Rig) => Screen['file']]>([
  ['another file than the client means', (file) => ({ ...file, inode: file.inode + 1 })],
  [
    'no terminal',
    (_, rig) => {
      const path = rig.file('no-terminal', 'as it was');
      const { dev: device, ino: inode } = statSync(path);
      return { path, device, inode };
    },
  ],
  ['nothing', (file) => ({ ...file, path: '/dev/pts/none' })],
])('%s is refused, and output comes as before', async (_, change) => {
  const { rig, control, data } = await attached('stty raw -echo; printf ready; exec cat');
  const screen = await Screen.open(rig);
  control.say({ type: 'lend', ...change(screen.file, rig) });
  expect(await notice(rig, control, 'returned', 0)).toEqual({ type: 'returned', final: true });
  control.say({ type: 'lent', alternate: false });
  data.send('typed');
  await rig.waitUntil(() => data.heard().includes('typed'), 'the echo over the data connection');
  expect(screen.length).toBe(0);
});

test('where it is not lent, all of the output comes through the client', async () => {
  const rig = createRig({
    codex: `case $1 in --help|--version) exit;; esac\nstty raw -echo; printf 'BEGIN\\r\\n'; seq ${NUMBERS} | sed 's/$/\\r/'; printf 'END'; exec cat`,
  });
  const terminal = rig.open(['start'], { env: { CODEX_SESSIONS_DIRECT: '0' } });
  await rig.waitUntil(() => terminal.raw().includes('END'), 'the end of the flood');
  const raw = terminal.raw().toString('latin1');
  const numbers = raw
    .slice(raw.indexOf('BEGIN\r\n') + 7, raw.indexOf('END'))
    .trim()
    .split('\r\n');
  expect(numbers.length).toBe(NUMBERS);
  expect(numbers.findIndex((number, i) => Number(number) !== i + 1)).toBe(-1);
  terminal.press('ctrl+\\');
  await terminal.waitFor('[detached from ultra:main]');
});

test('the supervisor holds a client’s terminal only as long as it is attached', async () => {
  const rig = createRig({ codex: "stty raw -echo; printf 'ready'; exec cat" });
  const terminals = () => {
    const fds = `/proc/${rig.supervisorPid()}/fd`;
    return readdirSync(fds).filter((fd) => {
      try {
        return /^\/dev\/pts\/\d+/.test(readlinkSync(`${fds}/${fd}`));
      } catch {
        return false;
      }
    }).length;
  };
  const first = rig.open(['start']);
  await first.waitFor('ready');
  const second = rig.open(['attach', 'main']);
  await second.waitFor('ready');
  await rig.waitUntil(() => terminals() === 2, 'both terminals to be lent');
  first.press('ctrl+\\');
  await first.waitForExit();
  await rig.waitUntil(() => terminals() === 1, 'one to be closed');
  second.signal('SIGKILL');
  await second.waitForExit();
  await rig.waitUntil(() => terminals() === 0, 'the other to be closed');
});
