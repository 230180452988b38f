/** Writes the manual pages beside the build: what is in them comes from `manual-page.mts`. */

import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/** The table names the commands' files, of which the manual needs nothing. */
const withoutCommands: Plugin = {
  name: 'without-commands',
  setup(build) {
    build.onResolve({ filter: /./ }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    );
  },
};

export const manual: Plugin = {
  name: 'manual',
  setup(build) {
    const { outdir = 'dist', define = {} } = build.initialOptions;
    build.onEnd(async () => {
      const { outputFiles } = await build.esbuild.build({
        entryPoints: ['scripts/manual-page.mts'],
        bundle: true,
        write: false,
        platform: 'node',
        format: 'cjs',
        target: 'node20.19',
        define,
        plugins: [withoutCommands],
        logLevel: 'error',
      });
      const [output] = outputFiles;
      const page = { exports: {} as { manualPage: (date: string) => string } };
      const run = new Function('module', 'require', output?.text ?? '');
      run(page, createRequire(import.meta.url));
      writeFileSync(join(outdir, 'codex-sessions.1'), page.exports.manualPage(today()));
      writeFileSync(join(outdir, 'cxs.1'), '.so man1/codex-sessions.1\n');
    });
  },
};

/** For reproducible builds: reproducible-builds.org. */
function today(): string {
  const { SOURCE_DATE_EPOCH: epoch } = process.env;
  const date = epoch ? new Date(Number(epoch) * 1_000) : new Date();
  return date.toISOString().slice(0, 10);
}
