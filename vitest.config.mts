import { defineConfig } from 'vitest/config';
import { WAIT_MS } from './test/support/wait-ms.mts';

/** Two cores: more files at once only makes every wait longer. */
const WORKERS = 2;

/** A test is some waits long. Only a failing one takes as long. */
const TEST_MS = 4 * WAIT_MS;

/** Only these run the built command, so a tree that does not build can still be unit-tested. */
const built = { globalSetup: './test/support/build.ts' };

function project(name: string, more: { globalSetup?: string } = {}) {
  return {
    define: { __VERSION__: JSON.stringify('0.0.0-test') },
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      testTimeout: TEST_MS,
      hookTimeout: TEST_MS,
      expect: { poll: { timeout: WAIT_MS } },
      pool: 'forks' as const,
      ...more,
    },
  };
}

export default defineConfig({
  test: {
    maxWorkers: WORKERS,
    projects: [project('unit'), project('integration', built), project('e2e', built)],
  },
});
