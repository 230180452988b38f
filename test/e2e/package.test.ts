/** What people install: the packed tarball, put in place without any install script. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { repository } from '../support/repository.ts';
import { createRig } from '../support/rig/rig.ts';

/** npm fetches the PTY binding, if it is not in its cache. */
const INSTALL_MS = 300_000;

/** npm needs the user's own configuration to find its registry and cache. */
function npm(args: readonly string[], cwd: string) {
  return execa('npm', args, { cwd, timeout: INSTALL_MS });
}

/** The build is there already; building again would take it from other tests meanwhile. */
async function packInto(directory: string): Promise<string> {
  const packed = await npm(
    ['pack', '--ignore-scripts', '--json', '--pack-destination', directory],
    repository,
  );
  const [{ filename }] = JSON.parse(packed.stdout) as [{ filename: string }];
  return filename;
}

test('the tarball works when it is installed globally with install scripts off', {
  timeout: INSTALL_MS,
}, async () => {
  const rig = createRig();
  const prefix = join(rig.root, 'prefix');
  const filename = await packInto(rig.root);
  await npm(
    ['install', '--global', '--prefix', prefix, '--ignore-scripts', '--prefer-offline', filename],
    rig.root,
  );

  const terminal = rig.openProgram('/bin/sh', [], {
    env: { PATH: `${join(prefix, 'bin')}:${rig.env.PATH}`, PS1: 'shell> ' },
  });
  await terminal.waitFor('shell>');
  terminal.type('codex-sessions start -d\r');
  await terminal.waitFor(/^codex:ultra:main:[0-9a-f]{8}$/m);
  terminal.type('cxs attach\r');
  await terminal.waitFor('stand-in ready');
  terminal.press('ctrl+\\');
  await terminal.waitFor('[detached from ultra:main]');
  terminal.type('codex-sessions kill-all -y; echo "code $?"\r');
  await terminal.waitFor(/^code 0$/m);
  await rig.waitUntil(() => rig.supervisorPid() === undefined, 'the supervisor to leave');
  terminal.type('exit\r');
  expect(await terminal.waitForExit()).toBe(0);
});

/** By the comments that the bundler puts before each module where nothing is minified. */
async function bundledPackages(directory: string): Promise<string[]> {
  await execa('npx', ['tsup', '--silent', '--no-minify', '--out-dir', directory], {
    cwd: repository,
  });
  const scripts = readdirSync(directory).filter((name) => name.endsWith('.js'));
  const paths = scripts.flatMap((name) => [
    ...readFileSync(join(directory, name), 'utf8').matchAll(
      /^\s*\/\/ (.*node_modules\/(?:@[^/\s]+\/)?[^/\s]+)\//gm,
    ),
  ]);
  return [...new Set(paths.map(([, path = '']) => join(repository, path)))];
}

test('the tarball has the license of each package whose code is in it', {
  timeout: INSTALL_MS,
}, async () => {
  const rig = createRig();
  const packages = await bundledPackages(join(rig.root, 'plain'));
  expect(packages.map((path) => path.slice(repository.length))).toEqual(
    expect.arrayContaining(
      ['commander', 'valibot', '@xterm/headless'].map((name) => `/node_modules/${name}`),
    ),
  );
  const filename = await packInto(rig.root);
  const { stdout } = await execa('tar', ['-xzOf', filename, 'package/THIRD-PARTY-NOTICES'], {
    cwd: rig.root,
  });
  const sections = stdout.split(/\n={80}\n\n/);
  for (const path of packages) {
    const { name, version, license } = JSON.parse(
      readFileSync(join(path, 'package.json'), 'utf8'),
    ) as { name: string; version: string; license: string };
    const section = sections.find((text) => text.startsWith(`${name} ${version}\n`)) ?? '';
    expect(section, name).toContain(`License: ${license}\n`);
    // The Apache license is signed with the year alone.
    expect(section, name).toMatch(/Copyright (\(c\)|©|\d{4} )/i);
    const files = readdirSync(path).filter((file) => /licen[cs]e|copying|notice/i.test(file));
    for (const file of files) {
      const text = readFileSync(join(path, file), 'utf8').replaceAll('\r\n', '\n');
      expect(section).toContain(text.trim());
    }
    if (files.length === 0) expect(section).toContain('Permission is hereby granted');
  }
  // Of the machine that built it nothing.
  expect(stdout).not.toContain(repository);
});
