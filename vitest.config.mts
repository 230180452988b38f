import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { WAIT_MS } from './test/support/process/wait-ms.mts';

/** Two cores: more files at once only makes every wait longer. */
const WORKERS = 2;

/** A test is some waits long. Only a failing one takes as long. */
const TEST_MS = 4 * WAIT_MS;

/** Only these run the built command, so a tree that does not build can still be unit-tested. */
const built = { globalSetup: './test/support/rig/build.ts' };
const versions = { globalSetup: [built.globalSetup, './test/versions/install.ts'], maxWorkers: 1 };
const terminals = { globalSetup: ['./test/support/desktop/programs.ts', built.globalSetup] };

/** As long as the slowest Codex of the past needs, on a machine that does other things. */
const VERSIONS_MS = 120_000;

interface More {
  globalSetup?: string | string[];
  maxWorkers?: number;
}

function project(name: string, more: More = {}, limitMs = TEST_MS) {
  return {
    define: {
      __VERSION__: JSON.stringify('0.0.0-test'),
      __README__: JSON.stringify(readFileSync('README.md', 'utf8')),
    },
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      testTimeout: limitMs,
      hookTimeout: limitMs,
      expect: { poll: { timeout: WAIT_MS } },
      pool: 'forks' as const,
      ...more,
    },
  };
}

export default defineConfig({
  test: {
    maxWorkers: WORKERS,
    projects: [
      project('unit'),
      project('integration', built),
      project('e2e', built),
      // By `npm run test:versions` alone: it installs older versions of Codex, which takes the
      // network the first time. They stay in node_modules/.cache.
      project('versions', versions, VERSIONS_MS),
      // By `npm run test:terminals` alone: it drives terminals that are not everywhere.
      project('terminals', terminals),
    ],
  },
});
