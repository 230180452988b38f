/** Typing into a program that reads no input: it ends in time, and what was not taken is never typed. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRig, type Rig } from '../../support/rig/rig.ts';

/** Reads nothing until there is a file `go`; then it keeps what it reads. */
const DEAF = `stty raw -echo
printf '\\033[?2004h\\033]7501;state=idle\\007'
while ! [ -e go ]; do sleep 0.05; done
exec cat > read`;
/** More than a terminal's buffer takes; the characters have three bytes. */
const LARGE = '€'.repeat(10_000);
const PASTE_START = '\x1b[200~';
const PASTE_END = '\x1b[201~';

async function deaf(): Promise<Rig> {
  const rig = createRig({ codex: DEAF });
  await rig.ok(['start', '-d', 'a']);
  await rig.ok(['wait', 'a', '--until', 'idle']);
  return rig;
}

async function timed(rig: Rig, args: readonly string[], input?: string) {
  const begun = performance.now();
  const { exitCode, stderr } = await rig.run(args, { input });
  return { exitCode, stderr, ms: performance.now() - begun };
}

test('run, send --wait and send --key end at their time limit', async () => {
  const rig = await deaf();
  const first = await timed(rig, ['run', 'a', '--timeout', '1s'], LARGE);
  expect(first.stderr).toMatch(
    /Codex in ultra:a reads no input: \d+ of 30013 bytes of the prompt have been taken\n/,
  );
  expect(first.stderr).toContain('The rest will not be typed later, and nothing is submitted.');
  expect(first.stderr).toContain('codex-sessions peek ultra:a');
  // Even if the buffer has room for the end of the first.
  const other = await timed(rig, ['send', 'a', '--wait', '--timeout', '1s', LARGE]);
  const key = await timed(rig, ['send', 'a', '--key', 'x', '--timeout', '1s']);
  expect(key.stderr).toMatch('0 of 1 bytes of the key x have been taken');
  for (const { exitCode, stderr, ms } of [first, other, key]) {
    expect(exitCode).toBe(7);
    expect(stderr).not.toContain('supervisor');
    expect(ms).toBeGreaterThan(1_000);
    expect(ms).toBeLessThan(5_000);
  }

  writeFileSync(join(rig.projectDir, 'go'), '');
  await rig.ok(['send', 'a', '--key', 'y']);
  const path = join(rig.projectDir, 'read');
  const read = await rig.waitUntil(() => {
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    return text.endsWith('y') && text;
  }, 'the key');
  const taken = Number(/(\d+) of/.exec(first.stderr)?.[1]);
  const kept = Math.ceil((taken - PASTE_START.length) / 3);
  expect(read).toBe(`${PASTE_START}${'€'.repeat(kept)}${PASTE_END}y`);
});

test('send: after 10 s without a sign that it reads', async () => {
  const rig = await deaf();
  const { exitCode, stderr, ms } = await timed(rig, ['send', 'a'], LARGE);
  expect(exitCode).toBe(7);
  expect(stderr).toContain('Codex in ultra:a reads no input');
  expect(ms).toBeGreaterThan(10_000);
  expect(ms).toBeLessThan(15_000);
  expect(await rig.list()).toHaveLength(1);
});
