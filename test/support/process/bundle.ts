/**
 * Makes a program of a TypeScript file, for tests that need a module of ours in processes of its
 * own: the oldest Node that we support does not read TypeScript. With the bundler's own esbuild.
 */
import { createRequire } from 'node:module';

interface Esbuild {
  build(options: {
    entryPoints: readonly string[];
    outfile: string;
    bundle: true;
    platform: 'node';
    format: 'cjs';
    target: string;
    define: Readonly<Record<string, string>>;
  }): Promise<unknown>;
}

const fromTsup = createRequire(createRequire(import.meta.url).resolve('tsup'));

export async function bundle(entry: string, outfile: string): Promise<void> {
  const { build } = fromTsup('esbuild') as Esbuild;
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    define: { __VERSION__: '"0.0.0-test"' },
  });
}
