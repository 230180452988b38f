/** `npm run test:restore -- --times 10`: twenty sessions die and come back, ten times in each way. */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { times: { type: 'string', default: '1' } } });
const env = { ...process.env, CODEX_SESSIONS_RESTORE_TIMES: values.times };
const args = ['vitest', 'run', 'test/e2e/restore.test.ts', '--project', 'e2e'];
const { status } = spawnSync('npx', args, { stdio: 'inherit', env });
process.exitCode = status ?? 1;
