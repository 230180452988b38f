import { defineConfig } from 'vitest/config';

/**
 * Apart from the other tests: it installs older versions of Codex, which takes the network the
 * first time. They stay in node_modules/.cache.
 */
export default defineConfig({
  define: { __VERSION__: JSON.stringify('0.0.0-test') },
  test: {
    include: ['test/versions/**/*.test.ts'],
    globalSetup: ['./test/support/build.ts', './test/versions/install.ts'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 1,
  },
});
