/** As bundle.ts, for programs with top-level await and packages that stay where they are. */
import { createRequire } from 'node:module';

interface Esbuild {
  build(options: Readonly<Record<string, unknown>>): Promise<unknown>;
}

const fromTsup = createRequire(createRequire(import.meta.url).resolve('tsup'));

export async function build(entry: string, outfile: string): Promise<void> {
  const esbuild = fromTsup('esbuild') as Esbuild;
  await esbuild.build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
  });
}
