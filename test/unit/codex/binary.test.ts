/** Which program is run, and which version is installed. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findCodex, installedVersion } from '../../../src/codex/binary.ts';
import { identityOf, keepProbe } from '../../../src/codex/probe-cache.ts';

let directory: string;

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

it('the version is known by the package before anybody has asked it, and nothing is run for that', () => {
  const codex = program('npm/bin/codex.js', 'echo ran >> "$0.ran"');
  const version = () => installedVersion(codex, join(directory, 'cache'));
  expect(version()).toBeUndefined();
  const manifest = join(directory, 'npm/package.json');
  writeFileSync(manifest, '{"name": "other", "version": "9.9.9"}');
  expect(version()).toBeUndefined();
  writeFileSync(manifest, '{"name": "@openai/codex", "version": "1.3.0"}');
  expect(version()).toBe('1.3.0');
  expect(existsSync(`${codex}.ran`)).toBe(false);
});

it('the version of what a shim starts is not that of a probe by an earlier version of ours', () => {
  const shim = program('shims/codex', 'exec true');
  const cache = join(directory, 'cache');
  const probe = { noDaemon: false, version: '1.2.0', flags: undefined };
  keepProbe({ binary: shim }, cache, identityOf(shim), probe, null);
  expect(installedVersion(shim, cache)).toBeUndefined();
});
