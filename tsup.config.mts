import { defineConfig } from 'tsup';
import pkg from './package.json' with { type: 'json' };

/**
 * One CommonJS bundle a process: Node 20 starts it some 20 ms sooner than the same code as ES
 * modules, and what a command does not need stays in chunks that are never opened.
 */
export default defineConfig({
  entry: { cli: 'src/cli.ts', supervisor: 'src/supervisor/main.ts' },
  format: 'cjs',
  target: 'node20.19',
  platform: 'node',
  splitting: true,
  minify: true,
  // The step that turns chunks into CommonJS breaks a class with fields whose minified constructor
  // says `super(),…`; statements that stay statements are safe.
  esbuildOptions(options) {
    options.minify = false;
    options.minifyWhitespace = true;
    options.minifyIdentifiers = true;
    options.minifySyntax = false;
    // That step would rewrite these too, into calls of closures, and makes `return(a)??b` into
    // `return_nullishCoalesce(…)`; esbuild does it as well as by hand.
    options.supported = {
      'nullish-coalescing': false,
      'optional-chain': false,
      'optional-catch-binding': false,
    };
  },
  clean: true,
  // Everything but the native PTY binding is bundled, so an upgrade that deletes files under a
  // running supervisor takes nothing from it.
  noExternal: [/^(?!node-pty(\/|$)|@lydell\/)/],
  external: [/^node-pty(\/|$)/, /^@lydell\//],
  define: { __VERSION__: JSON.stringify(pkg.version) },
});
