import { defineConfig } from 'tsup';
import pkg from '../package.json' with { type: 'json' };

/** Plain Node 20 runs no TypeScript. Beside the results, out of everybody's way. */
export default defineConfig({
  entry: {
    main: 'bench/main.ts',
    holder: 'bench/holder.ts',
    feeder: 'bench/feeder.ts',
    previewer: 'bench/previewer.ts',
  },
  outDir: '.bench/build',
  format: 'cjs',
  target: 'node20.19',
  platform: 'node',
  splitting: false,
  clean: true,
  define: { __VERSION__: JSON.stringify(pkg.version) },
  noExternal: [/^(?!node-pty(\/|$)|@lydell\/|@openai\/)/],
  external: [/^node-pty(\/|$)/, /^@lydell\//, /^@openai\//],
});
