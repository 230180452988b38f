// @ts-check
/** `npm run test:scripts -- --times 50` runs the script of test/e2e/script-three.test.ts 50 times. */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { times: { type: 'string', default: '50' } } });
const { status } = spawnSync('npx', ['vitest', 'run', 'test/e2e/script-three.test.ts'], {
  stdio: 'inherit',
  env: { ...process.env, SCRIPT_TIMES: values.times },
});
process.exitCode = status ?? 1;
