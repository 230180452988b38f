/** A session whose program writes whatever breaks terminals, as fast as it can: others go on. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rssBytes } from '../../fuzz/protocol.ts';
import { KILLERS, OPENERS, SEQUENCES } from '../../fuzz/sequences.ts';
import { withEchoProbe } from '../../support/process/probe-echo.ts';
import { isAlive } from '../../support/process/processes.ts';
import { RawControl } from '../../support/process/raw-client.ts';
import { createRig } from '../../support/rig/rig.ts';
import { Random } from '../../support/screen/screen-streams.ts';

const MB = 1024 * 1024;
const HOSTILE_BYTES = 4 * MB;
const LAST_MS = 6_000;
const RSS_MAX_BYTES = 300 * MB;

function hostileOutput(seed: number): Buffer {
  const random = new Random(seed);
  const parts: Buffer[] = [];
  for (let length = 0; length < HOSTILE_BYTES; ) {
    const part = random.chance(60)
      ? Buffer.from(random.pick([...KILLERS, ...OPENERS, ...SEQUENCES]), 'latin1')
      : Buffer.from(Array.from({ length: 2_000 }, () => random.int(256)));
    parts.push(part);
    length += part.length;
  }
  return Buffer.concat(parts);
}

/** Some 13 bytes that can take a ms; the emulator is behind with this from the first moment on. */
const scroll = '\\033[2147483647S\\033[2147483647T';

test('what takes long to parse is parsed in turns with what others want', async () => {
  const rig = createRig({
    codex: `stty raw -echo; printf '${scroll.repeat(500)}' > "$HOME/slow"; while :; do cat "$HOME/slow"; done`,
  });
  await rig.ok(['start', '-d']);
  const [slow] = await rig.list();
  const control = await RawControl.open(rig.socket);
  await rig.waitUntil(async () => {
    control.forget();
    // Whether the look had to wait is chance; where it had, the list came first.
    const look = control.ask({ type: 'peek', fullName: slow?.fullName }, 'screen');
    await control.ask({ type: 'list' }, 'sessions');
    await look;
    const types = control.messages().map(({ type }) => type);
    return types.indexOf('sessions') < types.indexOf('screen');
  }, 'a list while a look is under way');
  control.close();
});

test('… that of a program which has ended, too', async () => {
  const rig = createRig({
    codex: `stty raw -echo; case "$*" in *slow*) ;; *) exec cat ;; esac
printf '${scroll.repeat(500)}' > "$HOME/slow"; for i in 1 2 3 4 5 6 7 8; do cat "$HOME/slow"; done`,
  });
  await rig.ok(['start', '-d', 'stays']);
  await rig.ok(['start', '-d', 'ends', '--', 'slow']);
  const control = await RawControl.open(rig.socket);
  const limit = performance.now() + 20_000;
  let answered = 0;
  for (;;) {
    control.forget();
    const { sessions } = await control.ask({ type: 'list' }, 'sessions');
    const session = (sessions as { name: string; pid: number }[]).find((s) => s.name === 'ends');
    if (!session) break;
    if (!isAlive(session.pid)) answered++;
    if (performance.now() > limit) throw new Error('the session does not end');
  }
  control.close();
  expect(answered).toBeGreaterThan(3);
});

test('whoever types elsewhere is answered, and the supervisor does not grow', async () => {
  const rig = createRig({
    codex: `case "$*" in
*hostile*) stty raw -echo; while :; do cat "$HOSTILE"; done ;;
*) stty raw -echo; printf 'ready\\r\\n'; exec cat ;;
esac`,
  });
  const file = rig.file('hostile', hostileOutput(1));
  await rig.ok(['start', '-d', 'echo']);
  await rig.ok(['start', '-d', 'hostile', '--', 'hostile'], { env: { HOSTILE: file } });
  const sessions = await rig.list();
  const echo = sessions.find(({ name }) => name === 'echo');
  const pid = rig.supervisorPid() as number;
  const { echo: seen } = await withEchoProbe(rig.socket, echo?.fullName ?? '', async () => {
    const until = performance.now() + LAST_MS;
    while (performance.now() < until) {
      // Somebody looks at it now and then.
      const control = await RawControl.open(rig.socket);
      const hostile = sessions.find(({ name }) => name === 'hostile');
      await control.ask({ type: 'peek', fullName: hostile?.fullName }, 'screen');
      control.close();
    }
  });
  if (process.env.CODEX_SESSIONS_TEST_TALK === '1') console.log(seen, rssBytes(pid) / MB);
  expect(seen.echoes).toBeGreaterThan(5);
  expect(rssBytes(pid)).toBeLessThan(RSS_MAX_BYTES);
  const log = readFileSync(join(rig.stateDir, 'supervisor.log'), 'utf8');
  expect(log).not.toMatch(/uncaught|unhandled/);
  expect((await rig.list()).map(({ name, state }) => `${name} ${state}`).sort()).toEqual([
    'echo running',
    'hostile running',
  ]);
});
