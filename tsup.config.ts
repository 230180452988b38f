import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import type { Plugin } from 'esbuild';
import { defineConfig } from 'tsup';
import pkg from './package.json' with { type: 'json' };
import { manual } from './scripts/manual.mts';
import { thirdPartyNotices } from './scripts/third-party-notices.mts';

/**
 * Each process is one CommonJS file: Node 20 starts that some 20 ms sooner than the same code as ES
 * modules, and each further file costs 0.4 ms. So each of its classes exists once, whichever command
 * throws an error of it (test/unit/startup/bundle.test.ts). Apart from it are only libraries that few
 * runs need; the module that exports one is imported when it is needed.
 */
const LIBRARIES = ['cli/commander', 'cli/readme', 'codex/zstd', 'platform/execa', 'ui/inquirer'];

const outputOf = (library: string) => library.replaceAll('/', '-');

const apart: Plugin = {
  name: 'apart',
  setup(build) {
    build.onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
      if (kind === 'entry-point') return undefined;
      const target = relative('src', join(resolveDir, path)).replace(/\.ts$/, '');
      return LIBRARIES.includes(target)
        ? { path: outputOf(target), namespace: 'apart' }
        : undefined;
    });
    // The startup snapshot's own `require` finds nothing but Node's modules.
    build.onLoad({ filter: /.*/, namespace: 'apart' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('module').createRequire(__filename)('./${path}.js');`,
    }));
  },
};

/**
 * Parts of Node that many modules import and few runs use are loaded at their first use: a supervisor is
 * ready 3 ms sooner (docs/performance.md).
 */
const WHEN_USED = /^(?:node:)?(child_process|crypto|fs\/promises|os|v8)$/;
const getters = (module: string) =>
  Object.keys(process.getBuiltinModule(`node:${module}`) ?? {})
    .map((name) => `get ${name}() { return process.getBuiltinModule('${module}').${name} }`)
    .join();

const whenUsed: Plugin = {
  name: 'when-used',
  setup(build) {
    build.onResolve({ filter: WHEN_USED }, ({ path }) => ({
      path: path.replace('node:', ''),
      namespace: 'when-used',
    }));
    build.onLoad({ filter: /.*/, namespace: 'when-used' }, ({ path }) => ({
      contents: `module.exports = {${getters(path)}};`,
    }));
  },
};

/** The emulator, half of the supervisor's code, is a file of its own: loaded when a program first writes. */
const EMULATOR = '@xterm/headless';
const emulatorApart: Plugin = {
  name: 'emulator-apart',
  setup(build) {
    build.onResolve({ filter: new RegExp(`^${EMULATOR}$`) }, ({ importer }) =>
      importer.endsWith('emulator-library.ts')
        ? undefined
        : { path: 'emulator', namespace: 'emulator-apart' },
    );
    build.onResolve({ filter: /^\.\/emulator-library\.js$/ }, ({ path }) => ({
      path,
      external: true,
    }));
    build.onLoad({ filter: /.*/, namespace: 'emulator-apart' }, () => ({
      contents: `module.exports = { get Terminal() { return require('./emulator-library.js').Terminal } };`,
    }));
  },
};

/**
 * esbuild leaves regular expressions as they are. One character of them that is not ASCII makes the whole
 * source a string of two bytes each: 0.5 MB more in the startup snapshot, of which `ls` takes 1 ms.
 */
const asciiOnly: Plugin = {
  name: 'ascii-only',
  setup(build) {
    build.onEnd(({ outputFiles = [] }) => {
      for (const file of outputFiles.filter(({ path }) => path.endsWith('.js')))
        file.contents = Buffer.from(file.text.replace(/[^\0-\x7f]/g, escaped));
    });
  },
};

const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Names the build by its content: no other build's snapshot is used (src/startup/snapshot-location.ts). */
const buildId: Plugin = {
  name: 'build-id',
  setup(build) {
    build.onEnd(({ outputFiles = [] }) => {
      const hash = createHash('sha256');
      for (const { path, contents } of outputFiles.sort((a, b) => (a.path < b.path ? -1 : 1)))
        hash.update(`${basename(path)} ${contents.length}\n`).update(contents);
      const { outdir = 'dist' } = build.initialOptions;
      mkdirSync(outdir, { recursive: true });
      writeFileSync(join(outdir, 'build-id'), `${hash.digest('hex').slice(0, 16)}\n`);
    });
  },
};

export default defineConfig({
  entry: {
    cli: 'src/entry/cli.ts',
    snapshot: 'src/entry/snapshot.ts',
    'make-snapshot': 'src/entry/make-snapshot.ts',
    supervisor: 'src/supervisor/main.ts',
    'emulator-library': 'src/supervisor/screen/emulator-library.ts',
    ...Object.fromEntries(LIBRARIES.map((name) => [outputOf(name), `src/${name}.ts`])),
  },
  format: 'cjs',
  target: 'node20.19',
  platform: 'node',
  splitting: false,
  minify: true,
  // tsup's own plugin for it would resolve Node's modules before ours does.
  removeNodeProtocol: false,
  clean: true,
  esbuildPlugins: [apart, whenUsed, emulatorApart, asciiOnly, buildId, thirdPartyNotices, manual],
  // A real import() in CommonJS would start Node's ESM loader, and read the file twice.
  esbuildOptions(options) {
    options.supported = { ...options.supported, 'dynamic-import': false };
  },
  // Everything but the native PTY binding is bundled, so an upgrade that deletes files under a
  // running supervisor takes nothing from it.
  noExternal: [/^(?!node-pty(\/|$)|@lydell\/)/],
  external: [/^node-pty(\/|$)/, /^@lydell\//],
  define: {
    __VERSION__: JSON.stringify(pkg.version),
    __README__: JSON.stringify(readFileSync('README.md', 'utf8')),
  },
});
