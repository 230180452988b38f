/** Asking programs in Codex's place what they support, with some that misbehave. */
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
import { CODEX_FLAGS } from '../../../src/codex/flags.ts';
import { NOTHING_KNOWN, probe } from '../../../src/codex/probe.ts';
import { cachedProbe } from '../../../src/codex/probe-cache.ts';
import { isCodexItself } from '../../../src/codex/program-kind.ts';

/** False for a process that has ended, also while nobody has collected it. */
function runs(pid: string): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

let directory: string;
const cache = () => join(directory, 'cache');
const here = () => ({ cwd: directory, env: process.env });
const ask = (codex: string, place = {}) => probe(codex, cache(), { ...here(), ...place });

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

const calls = (file: string): string[] => {
  const text = existsSync(`${file}.calls`) ? readFileSync(`${file}.calls`, 'utf8') : '';
  rmSync(`${file}.calls`, { force: true });
  return text.split('\n').filter(Boolean);
};
const answers = (version: string, help: string) =>
  `echo "$1" >> "$0.calls"\ncase $1 in --version) echo "codex-cli ${version}";; *) echo "${help}";; esac`;
const HELP = 'Options:\n      --no-daemon\n          Run\n  -m, --model <MODEL>\n';
const OLD_HELP = 'Options:\n  -m, --model <MODEL>\n';

/** The launcher of an npm package of this version. */
function npmCodex(version: string, help = HELP): string {
  const codex = program('pkg/bin/codex.js', answers(version, help));
  const manifest = JSON.stringify({ name: '@openai/codex', version });
  writeFileSync(join(directory, 'pkg/package.json'), manifest);
  return codex;
}

describe('Codex itself', () => {
  it('the version of a program that is not Codex is none of Codex', async () => {
    const shell = program('codex', 'echo "GNU bash, version 5.2.15(1)-release"');
    expect((await ask(shell)).version).toBeUndefined();
  });

  it('real Codex 0.171 knows --no-daemon', async () => {
    const codex = resolve('node_modules/.bin/codex');
    const found = await ask(codex);
    expect(found).toMatchObject({ noDaemon: true, version: '0.171.0' });
    expect(new Map(found.flags)).toEqual(new Map(CODEX_FLAGS));
    expect(cachedProbe({ binary: codex }, cache())).toEqual(found);
  });

  it('is asked once for each version of the package', async () => {
    const codex = npmCodex('1.2.3');
    const first = await ask(codex);
    expect(first).toMatchObject({ noDaemon: true, version: '1.2.3' });
    expect(first.flags).toEqual(
      new Map([
        ['--no-daemon', false],
        ['-m', true],
        ['--model', true],
      ]),
    );
    expect(calls(codex).sort()).toEqual(['--help', '--version']);
    expect(await ask(codex, { cwd: tmpdir() })).toEqual(first);
    expect(calls(codex)).toEqual([]);
    npmCodex('1.2.30', OLD_HELP);
    expect(await ask(codex)).toMatchObject({ noDaemon: false, version: '1.2.30' });
  });

  it('is told from what starts it by its package, or by what a native program is', () => {
    expect(isCodexItself(npmCodex('1.2.3'))).toBe(true);
    expect(isCodexItself(resolve('node_modules/.bin/codex'))).toBe(true);
    const native = resolve(
      'node_modules/@openai/codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex',
    );
    if (existsSync(native)) {
      expect(isCodexItself(native)).toBe(true);
      mkdirSync(join(directory, 'shims'));
      for (const [link, target] of [
        ['codex', native],
        // As mise's, of another name; Node is large enough for a Codex.
        ['shims/codex', process.execPath],
      ] as const)
        symlinkSync(target, join(directory, link));
      expect(isCodexItself(join(directory, 'codex'))).toBe(true);
      expect(isCodexItself(join(directory, 'shims/codex'))).toBe(false);
    }
    expect(isCodexItself(program('wrapper/codex', ''))).toBe(false);
    expect(isCodexItself(program('other/bin/codex.js', ''))).toBe(false);
    expect(isCodexItself(join(directory, 'nothing'))).toBe(false);
  });
});

describe("a version manager's shim", () => {
  /** Answers for what the nearest `pin` names, or the variable. */
  const shim = () =>
    program(
      'shims/codex',
      `echo "$1" >> "$0.calls"
pin=$SHIM_VERSION; [ -n "$pin" ] || pin=$(cat pin)
[ "$pin" = 2.0.0 ] && flag=--no-daemon || flag=--old
case $1 in --version) echo "codex-cli $pin";; *) printf 'Options:\\n      %s\\n' "$flag";; esac`,
    );
  const pinned = (name: string, version: string) => {
    mkdirSync(join(directory, name), { recursive: true });
    writeFileSync(join(directory, name, 'pin'), version);
    return { cwd: join(directory, name) };
  };

  it('answers for the directory and the environment, and for an upgrade behind it', async () => {
    const codex = shim();
    const [one, two] = [pinned('one', '1.0.0'), pinned('two', '2.0.0')];
    expect(await ask(codex, one)).toMatchObject({ noDaemon: false, version: '1.0.0' });
    expect(await ask(codex, two)).toMatchObject({ noDaemon: true, version: '2.0.0' });
    const env = { ...process.env, SHIM_VERSION: '2.0.0' };
    expect(await ask(codex, { ...one, env })).toMatchObject({ noDaemon: true });
    pinned('one', '2.0.0');
    expect(await ask(codex, one)).toMatchObject({ noDaemon: true, version: '2.0.0' });
  });

  it('is asked for its version each time, for its flags once for each version', async () => {
    const codex = shim();
    const [one, two] = [pinned('one', '1.0.0'), pinned('two', '2.0.0')];
    for (const place of [one, two, one, two, one]) await ask(codex, place);
    expect(calls(codex).sort()).toEqual([
      ...['--help', '--help'],
      ...Array.from({ length: 5 }, () => '--version'),
    ]);
  });

  it('is not believed to have the flags of another build from source', async () => {
    const codex = program('codex', answers('0.0.0', HELP));
    expect(await ask(codex)).toMatchObject({ noDaemon: true, version: '0.0.0' });
    calls(codex);
    await ask(codex);
    expect(calls(codex)).toEqual(['--version', '--help']);
  });
});

describe('one that misbehaves', () => {
  it.runIf(process.platform === 'linux')(
    'a file that is still being written is one of which nothing is known yet',
    async () => {
      const codex = program('codex', 'echo "  --no-daemon"; echo codex-cli 1.2.3');
      const writing = openSync(codex, 'r+');
      try {
        expect(await ask(codex)).toEqual(NOTHING_KNOWN);
      } finally {
        closeSync(writing);
      }
      utimesSync(codex, 1, 1);
      expect(await ask(codex)).toMatchObject({ noDaemon: true, version: '1.2.3' });
    },
  );

  it.each([
    ['prints nonsense', 'echo nonsense'],
    ['fails', 'echo "  --no-daemon"; exit 3'],
    ['never stops talking', 'while :; do echo "      --no-daemon-ish and more of that kind"; done'],
    ['reads its input', 'cat; exit 1'],
    ['is no program', '\x00'],
  ])('a stand-in that %s hurts nobody', async (_why, script) => {
    const codex = program('codex', script);
    expect(await ask(codex)).toEqual(NOTHING_KNOWN);
  });

  it('one that waits is left after the time limit, ended, and not asked again at once', async () => {
    const codex = program('codex', `sleep 600 & echo $! >> "$0.pids"; wait`);
    expect(await ask(codex)).toEqual(NOTHING_KNOWN);
    for (const pid of readFileSync(`${codex}.pids`, 'utf8').trim().split('\n')) {
      await expect.poll(() => runs(pid)).toBe(false);
    }
    rmSync(`${codex}.pids`);
    expect(await ask(codex)).toEqual(NOTHING_KNOWN);
    expect(existsSync(`${codex}.pids`)).toBe(false);
    const key = { binary: codex, variant: `in ${directory} with ${process.env.PATH}` };
    expect(cachedProbe(key, cache())).toEqual(NOTHING_KNOWN);
    expect(cachedProbe(key, cache(), Date.now() + 3_600_000)).toBeUndefined();
  });

  it('what answers is ended as well, with all that it started', async () => {
    const script = `sleep 600 >/dev/null & echo $! >> "$0.pids"\n${answers('1.2.3', HELP)}`;
    const codex = program('codex', script);
    expect(await ask(codex)).toMatchObject({ version: '1.2.3' });
    for (const pid of readFileSync(`${codex}.pids`, 'utf8').trim().split('\n'))
      await expect.poll(() => runs(pid)).toBe(false);
  });

  it('works without a cache, and with one that is damaged', async () => {
    const codex = npmCodex('1.2.3');
    writeFileSync(join(directory, 'file'), '');
    const none = join(directory, 'file');
    expect(await probe(codex, none, here())).toMatchObject({ noDaemon: true });
    await ask(codex);
    for (const name of ['{', '{}', 'null', '{"probe":null}']) {
      const [entry] = readdirSync(cache());
      writeFileSync(join(cache(), entry!), name);
      expect(cachedProbe({ binary: codex }, cache())).toBeUndefined();
    }
  });
});
