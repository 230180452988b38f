/** A supervisor dies while the one thing that a successor must know is just changing, or cannot be stored. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { SessionSpec } from '../../../src/protocol/messages.ts';
import { RawControl } from '../../support/process/raw-client.ts';
import { dist } from '../../support/repository.ts';
import { createRig, type Rig } from '../../support/rig/rig.ts';
import {
  dies,
  guarded,
  killNow,
  MANY_DEATHS,
  memoryFilesOf,
  succeeded,
  supervisorOf,
} from '../../support/rig/successor.ts';

const logOf = (rig: Rig) => readFileSync(join(rig.stateDir, 'supervisor.log'), 'utf8');

/** Types a line into the only session. */
async function typeLine(rig: Rig): Promise<void> {
  const [session] = await rig.list();
  const control = await RawControl.open(rig.socket);
  const bytes = Buffer.from('\n').toString('base64');
  await control.ask({ type: 'type', fullName: session?.fullName, bytes }, 'done');
  control.close();
}

test('a status that could not be stored is unknown, and not the one before', async () => {
  const report = (body: string) => `printf '\\033]7501;${body}\\033\\\\'`;
  const rig = createRig({
    codex: `${report('state=idle')}; read x
M=$(head -c 1500 /dev/zero | tr '\\0' m | base64 -w0)
for i in $(seq 1 40); do printf '\\033]7501;id=a/%d:state=working:msg=%s\\033\\\\' $i $M; done
${report('state=working')}; exec sleep 1000`,
  });
  const status = async () => (await rig.list())[0]?.status;
  await rig.ok(['start', '-d', 'one']);
  await rig.waitUntil(async () => (await status()) === 'idle', 'idle');
  await guarded(rig);
  await typeLine(rig);
  await rig.waitUntil(async () => (await status()) === 'working', 'working');
  await dies(rig);
  expect(await status()).toBe('unknown');
});

test('a program that was just to draw anew has its own size after the next death', async () => {
  // It draws nothing for its size, and kills the supervisor while it has a row less.
  const rig = createRig({
    env: MANY_DEATHS,
    codex: `trap '' WINCH; stty -echo
watch() {
  while :; do
    stty size < /dev/tty > $HOME/size.new; mv $HOME/size.new $HOME/size
    read now < $HOME/size
    if [ "$now" = '39 120' ] && [ ! -e $HOME/killed ]; then
      sleep 0.4; kill -9 $(cat $HOME/supervisor); : > $HOME/killed
    fi
    sleep 0.02
  done
}
watch &
read x; while [ ! -e $HOME/silent ]; do printf b; sleep 0.02; done; exec sleep 1000`,
  });
  const size = () => {
    try {
      return readFileSync(join(rig.home, 'size'), 'utf8').trim();
    } catch {
      return '';
    }
  };
  await rig.ok(['start', '-d', 'one']);
  await guarded(rig);
  await rig.waitUntil(() => size() === '40 120', '40 120');
  await typeLine(rig);
  await rig.waitUntil(() => memoryFilesOf(rig).some((file) => file.marks.screen), 'output');
  // In this order: the mark stands for what it wrote just now, and nothing comes after it.
  rig.file('home/silent', '');
  const first = killNow(rig);
  const second = await rig.waitUntil(() => {
    const pid = supervisorOf(rig);
    return pid === first ? undefined : pid;
  }, 'a successor');
  rig.file('home/supervisor', String(second));
  await rig.waitUntil(() => existsSync(join(rig.home, 'killed')), 'its death');
  await succeeded(rig, second ?? 0);
  await rig.waitUntil(() => size() === '40 120', '40 120 again', 5_000);
});

test('an upgrade while clients are awaited waits for them, and loses no output', async () => {
  const rig = createRig({
    codex: `i=0; while :; do i=$((i+1)); printf 'n%d\\n' $i; printf %d $i > $HOME/n.new; mv $HOME/n.new $HOME/n; done`,
  });
  const terminal = rig.open(['start', 'one']);
  await terminal.waitFor('n100');
  await guarded(rig);
  const dead = killNow(rig);
  process.kill(terminal.pid, 'SIGSTOP');
  try {
    const last = Number(readFileSync(join(rig.home, 'n'), 'utf8'));
    await rig.waitUntil(() => ![undefined, dead].includes(supervisorOf(rig)), 'a successor');
    const control = await RawControl.open(rig.socket);
    const node = rig.file('slow', `#!/bin/sh\nsleep 1\nexec ${process.execPath} "$@"\n`, 0o755);
    const handOver = { type: 'hand-over', node, script: join(dist, 'supervisor.js') };
    await control.ask(handOver, 'handed-over');
    control.close();
    const lines = (await rig.ok(['peek', '--lines', '2000', 'one'])).split('\n');
    const numbers = lines
      .filter((line) => /^n\d+$/.test(line))
      .map((line) => Number(line.slice(1)));
    const gaps = numbers.flatMap((n, i) =>
      i > 0 && n !== (numbers[i - 1] ?? 0) + 1 ? [[numbers[i - 1], n]] : [],
    );
    // What the dead one has read and not stored is missing, and nothing else.
    for (const [, to = 0] of gaps) expect(to).toBeLessThanOrEqual(last + 2);
    expect(numbers[0]).toBeLessThanOrEqual(last + 2);
  } finally {
    process.kill(terminal.pid, 'SIGCONT');
  }
});

test('one that has ended is not taken for the one that was started under its name', async () => {
  const rig = createRig({ codex: 'echo "$@"; exec sleep 1000' });
  await rig.ok(['start', '-d', 'other']);
  await rig.ok(['start', '-d', 'one']);
  await guarded(rig);
  const fixed = memoryFilesOf(rig).map(
    (file) => file.readFixed() as { pid: number; spec: SessionSpec },
  );
  const one = fixed.find(({ spec }) => spec.name === 'one');
  const control = await RawControl.open(rig.socket);
  process.kill(one?.pid ?? 0, 'SIGKILL');
  const told = (what: RegExp) => logOf(rig).match(what)?.length ?? 0;
  await rig.waitUntil(() => told(/ended .*:one:/g) === 1, 'its end');
  // Within the time in which starts and ends share a guard.
  control.say({ type: 'start', id: 99, spec: one?.spec, size: { cols: 80, rows: 24 } });
  while (told(/started .*:one:/g) < 2) await new Promise((resolve) => setImmediate(resolve));
  await succeeded(rig, killNow(rig));
  control.close();
  const all = await rig.list('--all');
  expect(all.map(({ name, state }) => [name, state]).sort()).toEqual([
    ['one', 'lost'],
    ['other', 'running'],
  ]);
});
