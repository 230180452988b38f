/**
 * Another user puts code of his where ours is kept. He may write to the state directory, which the
 * program refuses, or to the one that it lies in; he may have been there before, or come in between.
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, readlinkSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { execaSync } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { VERSION } from '../../../src/platform/version.ts';
import { makeSnapshot } from '../../../src/startup/snapshot-builder.ts';
import { snapshotLink } from '../../../src/startup/snapshot-location.ts';
import { canExchange, Exchanger } from '../../support/attack/exchanger.ts';
import { foreignBlob, foreignSnapshot, giveAllToOther } from '../../support/attack/foreign-code.ts';
import { asOther, giveToOther, isRoot, NEEDS_ROOT } from '../../support/attack/other-user.ts';
import { COMMAND } from '../../support/rig/command.ts';
import { createRig, type Rig } from '../../support/rig/rig.ts';
import { startsFromSnapshot, stateWithSnapshot } from '../../support/rig/start-snapshot.ts';

/** Where paths were looked at and then read, 11 to 23 in 100 ran his code. */
const TRIES = 60;

const repository = dirname(dirname(COMMAND));
/** The one in the state directory. */
const OWN = { CODEX_SESSIONS_SNAPSHOT: '' };

/** He can reach the state directory. */
function openRig(mode = 0o755): Rig {
  const rig = createRig({ codex: 'exec cat', env: OWN });
  chmodSync(rig.root, mode);
  return rig;
}

/** A directory of his with a snapshot of his in it, as `cache` is. */
function hisCache(cache: string): void {
  mkdirSync(cache, { recursive: true, mode: 0o700 });
  foreignSnapshot(join(cache, 'snapshot-his'));
  symlinkSync('snapshot-his', join(cache, 'snapshot'));
}

/** What commands print while `one` and `other`, of which one is his, change places. */
async function outputsDuring(rig: Rig, one: string, other: string) {
  const said = new Map<string, number>();
  const exchanger = await Exchanger.begin(one, other);
  for (let n = 0; n < TRIES; n++) {
    const { stdout, stderr } = await rig.run(['--version']);
    said.set(stdout + stderr, (said.get(stdout + stderr) ?? 0) + 1);
  }
  expect(await exchanger.stop()).toBeGreaterThan(TRIES);
  return [...said];
}

const skips = `${NEEDS_ROOT}${canExchange ? '' : ' (skipped: needs perl, on Linux)'}`;

describe.skipIf(!isRoot || !canExchange)(`while another user exchanges${skips}`, () => {
  test('the cache in an open state directory, his snapshot does not run', async () => {
    const rig = openRig();
    const version = await rig.ok(['--version']);
    stateWithSnapshot(rig.stateDir);
    const his = join(rig.stateDir, 'his');
    hisCache(his);
    giveAllToOther(his);
    chmodSync(rig.stateDir, 0o777);
    const said = await outputsDuring(rig, join(rig.stateDir, 'cache'), his);
    expect(said).toEqual([[version, TRIES]]);
  });

  test('a private state directory below an open one, his snapshot does not run', async () => {
    const rig = openRig(0o777);
    const version = await rig.ok(['--version']);
    stateWithSnapshot(rig.stateDir);
    const his = join(rig.root, 'his');
    hisCache(join(his, 'cache'));
    giveAllToOther(his);
    expect(await outputsDuring(rig, rig.stateDir, his)).toEqual([[version, TRIES]]);
  });
});

describe.skipIf(!isRoot || !canExchange)(`while another user listens${skips}`, () => {
  test('in a directory that he exchanges for ours, nobody connects to him', async () => {
    const rig = openRig(0o777);
    stateWithSnapshot(rig.stateDir);
    const his = join(rig.root, 'his');
    mkdirSync(his, { mode: 0o700 });
    let heard = 0;
    const server = createServer((socket) => {
      heard += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(join(his, 'supervisor.sock'), resolve));
    onTestFinished(() => void server.close());
    giveToOther(his);
    const exchanger = await Exchanger.begin(rig.stateDir, his);
    const codes = new Set<number>();
    for (let n = 0; n < TRIES; n++) codes.add((await rig.run(['ls'])).exitCode);
    expect(await exchanger.stop()).toBeGreaterThan(TRIES);
    expect(heard).toBe(0);
    // Now it was ours, now his.
    expect([...codes].sort()).toEqual([0, 1]);
    rig.forgiveLeftovers();
  });
});

/** What he can do where he may write to `state`, `cache` and, if need be, further down. */
const PLANTS: Record<string, (state: string) => Promise<unknown>> = {
  'a cache of his': async (state) => {
    hisCache(join(state, 'his'));
    giveAllToOther(join(state, 'his'));
    return inNode(`fs.renameSync('cache', 'own'); fs.renameSync('his', 'cache')`, state);
  },
  'a link to a cache of his': async (state) => {
    hisCache(join(state, 'his'));
    giveAllToOther(join(state, 'his'));
    return inNode(`fs.renameSync('cache', 'own'); fs.symlinkSync('his', 'cache')`, state);
  },
  'a snapshot of his': async (state) => {
    const cache = join(state, 'cache');
    hisCache(join(cache, 'his'));
    giveAllToOther(join(cache, 'his'));
    chmodSync(cache, 0o777);
    const link = `fs.rmSync('snapshot'); fs.symlinkSync('his/snapshot-his', 'snapshot')`;
    return inNode(link, cache);
  },
  'a file of his in an open directory of ours': async (state) => {
    const own = join(state, 'cache', 'snapshot-own');
    foreignSnapshot(join(state, 'his'));
    giveAllToOther(join(state, 'his'));
    chmodSync(join(state, 'his'), 0o755);
    for (const path of [own, dirname(own)]) chmodSync(path, 0o777);
    return inNode(`fs.renameSync('../../his/client', 'client')`, own);
  },
  'a link to a file of his in an open directory of ours': async (state) => {
    const own = join(state, 'cache', 'snapshot-own');
    foreignSnapshot(join(state, 'his'));
    giveAllToOther(join(state, 'his'));
    for (const path of [own, dirname(own)]) chmodSync(path, 0o777);
    return inNode(`fs.rmSync('client'); fs.symlinkSync('../../his/client', 'client')`, own);
  },
  'a file of ours that he has written, in an open directory of ours': async (state) => {
    const own = join(state, 'cache', 'snapshot-own');
    const shared = join(state, 'shared');
    foreignBlob(shared);
    chmodSync(shared, 0o666);
    // That, he cannot do himself: it is what makes it fit, as a mistake of ours might.
    execaSync('touch', ['-r', process.execPath, shared]);
    chmodSync(dirname(own), 0o777);
    // As a temporary directory is.
    const ours = join(dirname(own), 'ours');
    mkdirSync(ours);
    chmodSync(ours, 0o1777);
    const links = ['node', 'launcher', 'dist'].map(
      (name) => `fs.symlinkSync('${readlinkSync(join(own, name))}', '${name}');`,
    );
    const madeFor = `fs.writeFileSync('made-for', \`${execaSync('cat', [join(own, 'made-for')]).stdout}\\n\`);`;
    const blob = `fs.linkSync('../../shared', 'client');`;
    const use = `fs.rmSync('../snapshot'); fs.symlinkSync('ours', '../snapshot');`;
    return inNode([...links, madeFor, blob, use].join('\n'), ours);
  },
  'a pipe for a directory': async (state) => {
    chmodSync(join(state, 'cache'), 0o777);
    const pipe = `fs.rmSync('snapshot'); require('child_process').execFileSync('mkfifo', ['snapshot'])`;
    return inNode(pipe, join(state, 'cache'));
  },
};

/** As the other user, in a directory that he may write to. */
async function inNode(script: string, directory: string): Promise<void> {
  const outcome = await asOther(
    `process.chdir(args[0]); ${script}; console.log('done')`,
    directory,
  );
  expect(outcome).toMatchObject({ stdout: 'done\n', stderr: '' });
}

describe.skipIf(!isRoot)(`in an open state directory another user leaves${NEEDS_ROOT}`, () => {
  test.each(Object.entries(PLANTS))('%s: no command starts from it', async (_what, plant) => {
    const rig = openRig();
    const version = await rig.ok(['--version']);
    stateWithSnapshot(rig.stateDir);
    expect(await startsFromSnapshot(rig)).toBe(true);
    chmodSync(rig.stateDir, 0o777);
    await plant(rig.stateDir);
    expect(await rig.run(['--version'])).toEqual({ stdout: version, stderr: '', exitCode: 0 });
    expect(await startsFromSnapshot(rig)).toBe(false);
    const { exitCode, stdout, stderr } = await rig.run(['ls']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toContain('is open to other users');
  });
});

test.skipIf(process.platform !== 'linux')(
  'a snapshot that takes the place of one that is being made is not run',
  async () => {
    const rig = createRig();
    const built = (await rig.ok(['--version'])).trim();
    const his = join(rig.root, 'his');
    mkdirSync(join(his, 'cache', 'his'), { recursive: true, mode: 0o700 });
    foreignBlob(join(his, 'cache', 'his', 'client'));
    mkdirSync(rig.stateDir, { mode: 0o700 });
    // As soon as it is there, whatever it is called.
    const node = process.execPath;
    rig.program(
      'node',
      `cd '${rig.root}'
case $* in
*--build-snapshot*) '${node}' "$@" && mv his/cache/his "his/cache/$(ls state/cache)" && mv state own && mv his state;;
*--version) '${node}' "$@" | tee -a said | sed 's/^${built}$/${VERSION}/';;
*) exec '${node}' "$@";;
esac`,
    );
    const origin = {
      node: join(rig.root, 'bin', 'node'),
      launcher: COMMAND,
      dist: join(repository, 'dist'),
    };
    await makeSnapshot(join(rig.stateDir, 'cache'), origin);
    expect(readFileSync(join(rig.root, 'said'), 'utf8')).toBe(`${built}\n`);
    expect(existsSync(snapshotLink(join(rig.root, 'own', 'cache')))).toBe(true);
    expect(existsSync(snapshotLink(join(rig.stateDir, 'cache')))).toBe(false);
  },
);
