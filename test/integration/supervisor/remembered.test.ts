/** What a successor knows of sessions whose supervisor has died: from their files in memory. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RawControl } from '../../support/process/raw-client.ts';
import { createRig, type Rig } from '../../support/rig/rig.ts';
import {
  atRest,
  dies,
  guarded,
  guardsOf,
  killNow,
  stored,
  succeeded,
} from '../../support/rig/successor.ts';

test('a screen at rest is the same, in its colours, and the lines above it', async () => {
  const rig = createRig({
    codex: `for i in $(seq 1 120); do printf '\\033[3%dmline %d\\033[m\\n' $((i % 8)) $i; done; printf '\\033[44mhere\\033[m'; exec sleep 1000`,
  });
  await rig.ok(['start', '-d', 'one']);
  await guarded(rig);
  await atRest(rig);
  await stored(rig, 'the lines above', (file) => file.readHistory() !== undefined);
  const look = () => rig.ok(['peek', '--ansi', '--lines', '200', 'one']);
  const before = await look();
  expect(before).toContain('line 1\x1b');
  await dies(rig);
  expect(await look()).toBe(before);
  await dies(rig);
  expect(await look()).toBe(before);
});

test('a screen at rest is the same after an upgrade and a death right behind it', async () => {
  const rig = createRig({ codex: `printf '\\033[44mhere\\033[m'; exec sleep 1000` });
  const names = Array.from({ length: 10 }, (_, i) => `s${i}`);
  for (const name of names) await rig.ok(['start', '-d', name]);
  await guarded(rig);
  await atRest(rig);
  const look = () => Promise.all(names.map((name) => rig.ok(['peek', '--ansi', name])));
  const before = await look();
  expect(before.join()).toContain('here');
  await rig.ok(['supervisor', 'upgrade']);
  await succeeded(rig, killNow(rig));
  expect(await look()).toEqual(before);
});

test('the modes of a program that never rests are known', async () => {
  const rig = createRig({
    codex: `printf '\\033[?1049h\\033[?2004h\\033[?1002h\\033[?1006h\\033[>5u'; while :; do printf '\\033[Hbusy'; sleep 0.02; done`,
  });
  await rig.ok(['start', '-d', 'one']);
  await guarded(rig);
  const modes = ['\x1b[?1049h', '\x1b[?2004h', '\x1b[?1002h', '\x1b[?1006h', '\x1b[>5u'];
  await stored(rig, 'its modes', (file) => {
    const screen = Buffer.from(file.readScreen() ?? []).toString('latin1');
    return modes.every((mode) => screen.includes(mode));
  });
  await dies(rig);
  const terminal = rig.open(['attach', 'one']);
  await terminal.waitFor('busy');
  for (const mode of modes) expect(terminal.raw().toString('latin1')).toContain(mode);
});

test('the size is the one that the session had last', async () => {
  const rig = createRig({ codex: 'while :; do stty size > "$HOME/size"; sleep 0.05; done' });
  const size = () => readFileSync(join(rig.home, 'size'), 'utf8').trim();
  const terminal = rig.open(['start', 'one'], { cols: 71, rows: 19 });
  await rig.waitUntil(() => existsSync(join(rig.home, 'size')) && size() === '19 71', '19 71');
  terminal.resize(93, 31);
  await rig.waitUntil(() => size() === '31 93', '31 93');
  terminal.type('\x1c');
  await terminal.waitForExit();
  await dies(rig);
  // One row less meanwhile, so that it draws anew.
  await rig.waitUntil(() => size() === '31 93', '31 93 again');
  const again = rig.open(['attach', 'one'], { cols: 64, rows: 20 });
  await rig.waitUntil(() => size() === '20 64', '20 64');
  again.type('\x1c');
  await again.waitForExit();
});

test('a request to type is done once, and one that was cut off is told', async () => {
  const rig = createRig({ codex: `stty raw -echo; exec cat > "$HOME/taken"` });
  const stuck = createRig({ codex: 'stty raw -echo; exec sleep 1000' });
  const ask = async (of: Rig, key: string, bytes: Buffer, answer: string) => {
    const [session] = await of.list();
    const control = await RawControl.open(of.socket);
    const typed = {
      type: 'type',
      fullName: session?.fullName,
      bytes: bytes.toString('base64'),
      key,
    };
    const reply = control.ask(typed, answer);
    return { reply, control };
  };
  for (const each of [rig, stuck]) {
    await each.ok(['start', '-d', 'one']);
    await guarded(each);
  }
  const taken = () => readFileSync(join(rig.home, 'taken'), 'utf8');
  const first = await ask(rig, 'a'.repeat(32), Buffer.from('once'), 'done');
  await first.reply;
  await rig.waitUntil(() => taken() === 'once', 'it to be taken');
  await dies(rig);
  const again = await ask(rig, 'a'.repeat(32), Buffer.from('once'), 'done');
  await again.reply;
  const other = await ask(rig, 'b'.repeat(32), Buffer.from('!'), 'done');
  await other.reply;
  await rig.waitUntil(() => taken().endsWith('!'), 'the other one');
  expect(taken()).toBe('once!');

  const large = Buffer.alloc(1024 * 1024, 'x');
  const cut = await ask(stuck, 'c'.repeat(32), large, 'done');
  cut.reply.catch(() => {});
  await stored(
    stuck,
    'the request to have begun',
    (file) => file.ledger.stateOf('c'.repeat(32)) === 'begun',
  );
  await dies(stuck);
  const told = await ask(stuck, 'c'.repeat(32), large, 'refused');
  expect(await told.reply).toMatchObject({ code: 'maybe-typed' });
});

test('what a program has said while nobody served is known to whoever asks first', async () => {
  const rig = createRig({
    codex: `printf 'ready\\033]7501;state=idle\\033\\\\'
while [ ! -e "$HOME/go" ]; do sleep 0.02; done
printf '\\033]7501;state=working\\033\\\\'; : > "$HOME/said"; exec sleep 1000`,
  });
  const terminal = rig.open(['start', 'one']);
  await terminal.waitFor('ready');
  await rig.waitUntil(async () => (await rig.list())[0]?.status === 'idle', 'its first report');
  await guarded(rig);
  await atRest(rig);
  const [guard] = guardsOf(rig);
  process.kill(guard?.pid as number, 'SIGSTOP');
  // Its client is gone as well, and is awaited in vain.
  process.kill(terminal.pid, 'SIGKILL');
  killNow(rig);
  writeFileSync(join(rig.home, 'go'), '');
  await rig.waitUntil(() => existsSync(join(rig.home, 'said')), 'it to have said so');
  process.kill(guard?.pid as number, 'SIGCONT');
  expect((await rig.list())[0]?.status).toBe('working');
});
