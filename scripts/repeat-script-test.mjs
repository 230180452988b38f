// @ts-check
/** `npm run test:scripts -- --times 50`: the script of test/e2e/script-three.test.ts, that often. */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { times: { type: 'string', default: '50' } } });
const { status } = spawnSync('npx', ['vitest', 'run', 'test/e2e/script-three.test.ts'], {
  stdio: 'inherit',
  env: { ...process.env, SCRIPT_TIMES: values.times },
});
process.exitCode = status ?? 1;
