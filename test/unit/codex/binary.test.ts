/** Finding Codex and asking it, with stand-ins that misbehave. */
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findCodex, installedVersion, NOTHING_KNOWN, probe } from '../../../src/codex/binary.ts';
import { CODEX_FLAGS } from '../../../src/codex/flags.ts';
import { cachedProbe } from '../../../src/codex/probe-cache.ts';

/** False for a process that has ended, also while nobody has collected it. */
function runs(pid: string): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

let directory: string;
const cache = () => join(directory, 'cache');

beforeEach(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'codex-')));
});
afterEach(() => rmSync(directory, { recursive: true }));

function program(path: string, script: string): string {
  const file = join(directory, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

describe('the program', () => {
  it('is looked up on the given PATH: the first that can be run', () => {
    mkdirSync(join(directory, 'a/codex'), { recursive: true });
    mkdirSync(join(directory, 'b'));
    writeFileSync(join(directory, 'b/codex'), 'no program');
    const codex = program('c/codex', '');
    const env = { PATH: ['a', 'b', 'c'].map((name) => join(directory, name)).join(':') };
    expect(findCodex({ env, cwd: '/' })).toBe(codex);
    expect(findCodex({ env: { PATH: 'a:b:c' }, cwd: directory })).toBe(codex);
    expect(findCodex({ env: { PATH: '' }, cwd: '/' })).toBeUndefined();
    expect(findCodex({ env: {}, cwd: '/' })).toBeUndefined();
  });

  it('is what the environment names, else the configuration', () => {
    const one = program('one', '');
    const two = program('sub/two', '');
    const env = { PATH: directory };
    expect(
      findCodex({ env: { ...env, CODEX_SESSIONS_CODEX: 'one' }, cwd: '/', command: two }),
    ).toBe(one);
    expect(findCodex({ env, cwd: '/', command: two })).toBe(two);
    expect(findCodex({ env, cwd: directory, command: './sub/two' })).toBe(two);
    expect(findCodex({ env: { HOME: directory }, cwd: '/', command: '~/one' })).toBe(one);
    expect(findCodex({ env, cwd: '/', command: './sub/two' })).toBeUndefined();
  });

  it('keeps the name that it is linked by', () => {
    const shim = program('shim', '');
    symlinkSync(shim, join(directory, 'codex'));
    expect(findCodex({ env: { PATH: directory }, cwd: '/' })).toBe(join(directory, 'codex'));
  });
});

describe('asking it', () => {
  it.runIf(process.platform === 'linux')(
    'a file that is still being written is one of which nothing is known yet',
    async () => {
      const codex = program('codex', 'echo "  --no-daemon"; echo 1.2.3');
      const writing = openSync(codex, 'r+');
      try {
        expect(await probe(codex, cache())).toEqual(NOTHING_KNOWN);
      } finally {
        closeSync(writing);
      }
      utimesSync(codex, 1, 1);
      expect(await probe(codex, cache())).toMatchObject({ noDaemon: true, version: '1.2.3' });
    },
  );

  const answers = (version: string, help: string) =>
    `echo "$1" >> "$0.calls"\ncase $1 in --version) echo "codex-cli ${version}";; *) echo "${help}";; esac`;
  const HELP = 'Options:\n      --no-daemon\n          Run\n  -m, --model <MODEL>\n';

  it('real Codex 0.171 knows --no-daemon', async () => {
    const found = await probe(resolve('node_modules/.bin/codex'), cache());
    expect(found).toMatchObject({ noDaemon: true, version: '0.171.0' });
    expect(new Map(found.flags)).toEqual(new Map(CODEX_FLAGS));
    expect(cachedProbe(resolve('node_modules/.bin/codex'), cache())).toEqual(found);
  });

  it('happens once for each version of the file', async () => {
    const codex = program('codex', answers('1.2.3', HELP));
    const first = await probe(codex, cache());
    expect(first).toMatchObject({ noDaemon: true, version: '1.2.3' });
    expect(first.flags).toEqual(
      new Map([
        ['--no-daemon', false],
        ['-m', true],
        ['--model', true],
      ]),
    );
    expect(await probe(codex, cache())).toEqual(first);
    expect(readFileSync(`${codex}.calls`, 'utf8').trim().split('\n')).toHaveLength(2);
    program('codex', answers('1.2.30', 'Options:\n  -m, --model <MODEL>\n'));
    expect(cachedProbe(codex, cache())).toBeUndefined();
    expect(await probe(codex, cache())).toMatchObject({ noDaemon: false, version: '1.2.30' });
  });

  it('happens again when the package around it is another', async () => {
    const codex = program('pkg/bin/codex.js', answers('1.0.0', HELP));
    writeFileSync(join(directory, 'pkg/package.json'), '{"version":"1.0.0"}');
    await probe(codex, cache());
    expect(cachedProbe(codex, cache())).toBeDefined();
    writeFileSync(join(directory, 'pkg/package.json'), '{"version":"1.0.10"}');
    expect(cachedProbe(codex, cache())).toBeUndefined();
  });

  it.each([
    ['prints nonsense', 'echo nonsense'],
    ['fails', 'echo "  --no-daemon"; exit 3'],
    ['never stops talking', 'while :; do echo "      --no-daemon-ish and more of that kind"; done'],
    ['reads its input', 'cat; exit 1'],
    ['is no program', '\x00'],
  ])('a stand-in that %s hurts nobody', async (_why, script) => {
    const codex = program('codex', script);
    expect(await probe(codex, cache())).toEqual(NOTHING_KNOWN);
  });

  it('one that waits is left after the time limit, ended, and not asked again at once', async () => {
    const codex = program('codex', `sleep 600 & echo $! >> "$0.pids"; wait`);
    expect(await probe(codex, cache())).toEqual(NOTHING_KNOWN);
    for (const pid of readFileSync(`${codex}.pids`, 'utf8').trim().split('\n')) {
      await expect.poll(() => runs(pid)).toBe(false);
    }
    expect(cachedProbe(codex, cache())).toEqual(NOTHING_KNOWN);
    expect(cachedProbe(codex, cache(), Date.now() + 3_600_000)).toBeUndefined();
  });

  it('is known by its package before anybody has asked it, and nothing is run for that', async () => {
    const codex = program('npm/bin/codex', `echo ran >> "$0.ran"; ${answers('1.2.3', HELP)}`);
    expect(installedVersion(codex, cache())).toBeUndefined();
    const manifest = join(directory, 'npm/package.json');
    writeFileSync(manifest, '{"name": "other", "version": "9.9.9"}');
    expect(installedVersion(codex, cache())).toBeUndefined();
    writeFileSync(manifest, '{"name": "@openai/codex", "version": "1.3.0"}');
    expect(installedVersion(codex, cache())).toBe('1.3.0');
    expect(existsSync(`${codex}.ran`)).toBe(false);
    await probe(codex, cache());
    expect(installedVersion(codex, cache())).toBe('1.2.3');
  });

  it('works without a cache, and with one that is damaged', async () => {
    const codex = program('codex', answers('1.2.3', HELP));
    writeFileSync(join(directory, 'file'), '');
    expect(await probe(codex, join(directory, 'file'))).toMatchObject({ noDaemon: true });
    await probe(codex, cache());
    for (const name of ['{', '{}', 'null', '{"probe":null}']) {
      const [entry] = readdirSync(cache());
      writeFileSync(join(cache(), entry!), name);
      expect(cachedProbe(codex, cache())).toBeUndefined();
    }
  });
});
