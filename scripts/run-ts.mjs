/**
 * Runs a TypeScript program of the tests outside the test runner: `node scripts/run-ts.mjs FILE …`, with
 * options for Node before the file. Node 20 reads no TypeScript, so the file is bundled first, by tsup's
 * esbuild, to a place from which `../..` is the repository, as for test/support.
 */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = dirname(dirname(fileURLToPath(import.meta.url)));
const fromTsup = createRequire(createRequire(import.meta.url).resolve('tsup'));
const { build } = fromTsup('esbuild');
const given = process.argv.slice(2);
const at = given.findIndex((arg) => !arg.startsWith('--'));
const [nodeOptions, entry, args] = [given.slice(0, at), given[at], given.slice(at + 1)];
const cache = join(repository, 'node_modules', '.cache');
const outfile = join(cache, `${basename(dirname(entry))}-${basename(entry, '.ts')}.mjs`);

mkdirSync(cache, { recursive: true });
await build({
  entryPoints: [join(repository, entry)],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  packages: 'external',
  define: { __VERSION__: '"0.0.0-test"' },
  logLevel: 'error',
});
const child = spawn(process.execPath, ['--expose-gc', ...nodeOptions, outfile, ...args], {
  stdio: 'inherit',
});
child.on('exit', (code, signal) => {
  process.exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0);
});
