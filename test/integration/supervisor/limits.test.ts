/**
 * Past a limit comes an error that says so, and what runs is untouched. The limits that would take
 * a thousand programs to reach are lowered in a build of the same code; the others are the real ones.
 */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ARGUMENTS_MAX, COLUMNS_MAX, PEEK_LINES_MAX } from '../../../src/protocol/limits.ts';
import { RawConnection, RawControl } from '../../support/process/raw-client.ts';
import { repository } from '../../support/repository.ts';
import { createRig } from '../../support/rig/rig.ts';
import type { Terminal } from '../../support/terminal/terminal.ts';

interface Loader {
  onLoad(
    options: { filter: RegExp },
    load: (args: { path: string }) => { contents: string; loader: 'ts' },
  ): void;
}
/** The bundler's own; see support/process/bundle.ts. */
const { build } = createRequire(createRequire(import.meta.url).resolve('tsup'))('esbuild') as {
  build(options: object): Promise<unknown>;
};

const LOWERED = { SESSIONS_MAX: 3, CONNECTIONS_MAX: 8 };
const place = join(repository, 'node_modules', '.cache', `limits-${process.pid}`);
const bin = join(place, 'bin.cjs');

beforeAll(async () => {
  mkdirSync(place, { recursive: true });
  await build({
    entryPoints: {
      cli: join(repository, 'src/cli/main.ts'),
      supervisor: join(repository, 'src/supervisor/main.ts'),
    },
    outdir: place,
    outExtension: { '.js': '.js' },
    bundle: true,
    format: 'cjs',
    target: 'node20',
    platform: 'node',
    external: ['node-pty', 'node-pty/*', '@lydell/*'],
    define: { __VERSION__: '"0.0.0-limits"' },
    plugins: [
      {
        name: 'lowered',
        setup({ onLoad }: Loader) {
          onLoad({ filter: /protocol[\\/]limits\.ts$/ }, ({ path }) => {
            let contents = readFileSync(path, 'utf8');
            for (const [name, value] of Object.entries(LOWERED)) {
              const changed = contents.replace(
                new RegExp(`(export const ${name} = )[^;]+;`),
                `$1${value};`,
              );
              expect(changed).not.toBe(contents);
              contents = changed;
            }
            return { contents, loader: 'ts' };
          });
        },
      },
    ],
  });
  // The repository is of ES modules; what lies here is not.
  writeFileSync(join(place, 'package.json'), '{"type":"commonjs"}');
  writeFileSync(bin, "#!/usr/bin/env node\nrequire('./cli.js').start();\n", { mode: 0o755 });
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

const echoing = { codex: 'stty -echo; echo here; exec cat' };

async function alive(terminal: Terminal, word: string): Promise<void> {
  terminal.type(`${word}\r`);
  await terminal.waitFor(word);
}

describe('with few allowed', () => {
  test('one session too many is refused, and one that ends makes room', async () => {
    const rig = createRig({ ...echoing, bin });
    const terminal = rig.open(['start', 'n0']);
    await terminal.waitFor('here');
    for (let n = 1; n < LOWERED.SESSIONS_MAX; n++) await rig.ok(['start', '-d', `n${n}`]);
    const { stderr, exitCode } = await rig.run(['start', '-d', 'more']);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/there are 3 sessions already\n {2}Kill some first/);
    await alive(terminal, 'untouched');
    await rig.ok(['kill', '-y', 'n1']);
    await rig.ok(['start', '-d', 'more']);
    expect((await rig.list()).map(({ name }) => name).sort()).toEqual(['more', 'n0', 'n2']);
  });

  test('one connection too many is turned away in words, and those that are there stay', async () => {
    const rig = createRig({ ...echoing, bin });
    const terminal = rig.open(['start']);
    await terminal.waitFor('here');
    const others: RawConnection[] = [];
    onTestFinished(() => {
      for (const other of others) other.close();
    });
    // Two are the terminal's own.
    while (others.length < LOWERED.CONNECTIONS_MAX - 2)
      others.push(await RawControl.open(rig.socket));
    const { stderr, exitCode } = await rig.run(['ls']);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/there are 8 connections already\n {2}Close some first/);
    await alive(terminal, 'untouched');
    for (const other of others.splice(0)) {
      other.close();
      await other.closed;
    }
    await rig.waitUntil(async () => (await rig.run(['ls'])).exitCode === 0, 'room again');
  });

  test('where connections are closed unheard, no session is called lost', async () => {
    const rig = createRig({ ...echoing, bin });
    const terminal = rig.open(['start']);
    await terminal.waitFor('here');
    const others: RawConnection[] = [];
    onTestFinished(() => {
      for (const other of others) other.close();
    });
    // Those that say nothing are closed after a while: on a slow machine there may be room again.
    await rig.waitUntil(async () => {
      for (let n = 0; n < 100; n++) others.push(await RawConnection.connect(rig.socket));
      const { stdout, stderr, exitCode } = await rig.run(['ls']);
      expect(stdout).not.toContain('lost');
      return exitCode === 1 && /closes each connection at once\n {2}It may have/.test(stderr);
    }, 'ls to be turned away');
    expect((await rig.run(['doctor'])).stdout).not.toContain('kill -9');
    await alive(terminal, 'untouched');
  });
});

test('arguments, sizes and lines past theirs are refused, and the connection goes on', async () => {
  const rig = createRig(echoing);
  const fullName = (await rig.ok(['start', '-d'])).trim();
  const control = await RawControl.open(rig.socket);
  const spec = {
    project: 'ultra',
    name: 'x',
    hash: '00000000',
    fullName: 'codex:ultra:x:00000000',
    root: '/',
    cwd: '/',
    file: '/bin/cat',
    args: [],
    userArgs: [],
    env: {},
    umask: 0,
    scrollback: 0,
  };
  const many = Array(ARGUMENTS_MAX + 1).fill('x');
  await control.ask({ type: 'start', spec: { ...spec, args: many } }, 'refused');
  await control.ask({ type: 'peek', fullName, lines: PEEK_LINES_MAX + 1 }, 'refused');
  const terminal = { token: '0'.repeat(32), cols: COLUMNS_MAX + 1, rows: 24 };
  await control.ask({ type: 'attach', fullName, terminal }, 'refused');
  await control.ask({ type: 'peek', fullName, lines: PEEK_LINES_MAX }, 'screen');
  control.close();
  const peek = await rig.run(['peek', '-n', String(PEEK_LINES_MAX + 1)]);
  expect(peek).toMatchObject({ exitCode: 2, stdout: '' });
});
