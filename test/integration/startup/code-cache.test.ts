/** Compiled code is kept from run to run; whatever lies there, commands do what they always do. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  linkSync,
  lstatSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { FOREIGN, foreignCode } from '../../support/attack/foreign-code.ts';
import { giveToOther, isRoot } from '../../support/attack/other-user.ts';
import { COMMAND } from '../../support/rig/command.ts';
import { createRig, type Rig } from '../../support/rig/rig.ts';

/** A command that starts from the snapshot reads none of it. */
const PLAIN = { env: { CODEX_SESSIONS_SNAPSHOT: 'none' } };

const cacheOf = (rig: Rig) => join(rig.stateDir, 'cache');
const keptOf = (rig: Rig) =>
  readdirSync(cacheOf(rig))
    .filter((name) => name.startsWith('cli-main.js-'))
    .map((name) => join(cacheOf(rig), name));
/** Changes with every writing: a new file is moved in. */
const versionOf = (path: string) => statSync(path).ino;

async function list(rig: Rig): Promise<string> {
  const { exitCode, stdout, stderr } = await rig.run(['ls', '--json']);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return JSON.parse(stdout)[0].name;
}

/** A session, and what a list has kept; the first run of all has nowhere to keep anything yet. */
async function withKept(): Promise<{ rig: Rig; kept: string }> {
  const rig = createRig({ codex: 'exec cat', ...PLAIN });
  await rig.run(['start', '-d']);
  await list(rig);
  const [kept, ...others] = keptOf(rig);
  expect(others).toEqual([]);
  return { rig, kept: kept ?? '' };
}

test('what one run has compiled, the next one takes', async () => {
  const { rig, kept } = await withKept();
  const before = versionOf(kept);
  expect(await list(rig)).toBe('main');
  expect(keptOf(rig).map(versionOf)).toEqual([before]);
});

test('where there is no state, none is made', async () => {
  const rig = createRig(PLAIN);
  expect((await rig.run(['ls'])).exitCode).toBe(0);
  expect(() => statSync(rig.stateDir)).toThrow('ENOENT');
});

test.each([
  ['half of it is missing', (path: string) => truncateSync(path, statSync(path).size / 2)],
  ['an end is missing', (path: string) => truncateSync(path, statSync(path).size - 3)],
  ['it is empty', (path: string) => truncateSync(path, 0)],
  ['a part is zeros', (path: string) => damage(path, (bytes) => bytes.fill(0, 4096, 12_288))],
  ['its head is zeros', (path: string) => damage(path, (bytes) => bytes.fill(0, 0, 64))],
  ['one bit is another', (path: string) => damage(path, (bytes) => bytes.writeUInt8(1, 5_000))],
])('damage is seen, and repaired: %s', async (_what, harm) => {
  const { rig, kept } = await withKept();
  harm(kept);
  expect(await list(rig)).toBe('main');
  const bytes = readFileSync(kept);
  const half = bytes.length / 2;
  expect(half).toBeGreaterThan(10_000);
  expect(bytes.subarray(0, half).equals(bytes.subarray(half))).toBe(true);
});

function damage(path: string, how: (bytes: Buffer) => unknown): void {
  const bytes = readFileSync(path);
  how(bytes);
  writeFileSync(path, bytes);
}

test('what other versions have left goes, but for the last of them', async () => {
  const { rig, kept } = await withKept();
  for (let n = 1; n <= 5; n++) {
    const old = join(cacheOf(rig), `cli-main.js-v${n}-x64-1-2-3.code`);
    writeFileSync(old, '');
    utimesSync(old, n, n);
  }
  truncateSync(kept, 0);
  await list(rig);
  const left = keptOf(rig);
  expect(left).toHaveLength(3);
  expect(left).toContain(kept);
  expect(left.some((path) => path.includes('-v5-'))).toBe(true);
});

/** Each leaves code that is not ours where ours is kept. */
const PLANTS: Record<string, (kept: string, foreign: string) => void> = {
  'a file that others may write to': (kept, foreign) => {
    chmodSync(foreign, 0o606);
    linkSync(foreign, kept);
  },
  'a link': (kept, foreign) => symlinkSync(foreign, kept),
  'a pipe': (kept) => execFileSync('mkfifo', ['-m', '600', kept]),
  ...(isRoot && {
    "another user's file": (kept: string, foreign: string) => {
      giveToOther(foreign);
      linkSync(foreign, kept);
    },
  }),
};

test.each(Object.entries(PLANTS))('what is not ours is replaced, not run: %s', async (_, plant) => {
  const { rig, kept } = await withKept();
  const foreign = join(rig.root, 'foreign');
  foreignCode(join(dirname(COMMAND), '..', 'dist', 'cli-main.js'), foreign);
  // It does run where it is believed.
  cpSync(foreign, kept);
  expect((await rig.run(['ls'])).stdout).toBe(`${FOREIGN}\n`);
  rmSync(kept);
  plant(kept, foreign);
  expect(await list(rig)).toBe('main');
  const stat = lstatSync(kept);
  expect(stat.isFile() && stat.nlink === 1 && stat.mode & 0o777).toBe(0o600);
  expect(await list(rig)).toBe('main');
});
