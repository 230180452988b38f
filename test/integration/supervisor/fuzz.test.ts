/** The fuzzers in short; `npm run test:fuzz` and `npm run test:fuzz:terminal` go on for longer. */
import { expect, test } from 'vitest';
import { PROGRAM, runProtocolFuzz } from '../../fuzz/protocol-run.ts';
import { terminalFuzz } from '../../fuzz/terminal.ts';
import { RawControl } from '../../support/process/raw-client.ts';
import { createRig } from '../../support/rig/rig.ts';

const MB = 1024 * 1024;

/** The same each time: what is found by chance belongs to the long runs, not to a gate. */
const SEED = 1;

test('5,000 hostile inputs to the socket: no crash, no session lost, everybody answered', async () => {
  const rig = createRig({ codex: PROGRAM });
  const seed = SEED;
  const report = await runProtocolFuzz(rig, { seed, inputs: 5_000, silentConnections: 300 }).catch(
    (error: Error) => {
      throw new Error(`seed ${seed}: ${error.message}`);
    },
  );
  expect(report.echo.echoes, `seed ${seed}`).toBeGreaterThan(0);
  expect(Object.values(report.byType).every((count) => count > 0)).toBe(true);
}, 240_000);

test('a request whose type cannot become text is refused, and what follows is answered', async () => {
  const rig = createRig();
  await rig.ok(['start', '-d']);
  const control = await RawControl.open(rig.socket);
  control.say({ id: 3, type: { toString: 1, constructor: null } });
  expect(await control.waitFor({ type: 'refused', id: 3 })).toMatchObject({ code: 'unknown-type' });
  await control.ask({ type: 'list' }, 'sessions');
  control.close();
});

test('a name with a path in it reaches no file', async () => {
  const rig = createRig();
  await rig.ok(['start', '-d']);
  const control = await RawControl.open(rig.socket);
  const spec = {
    fullName: 'codex:ultra:../../../planted:01234567',
    project: 'ultra',
    name: '../../../planted',
    hash: '01234567',
    root: '/',
    cwd: '/',
    file: '/bin/cat',
    args: [],
    userArgs: [],
    env: {},
    umask: 0o022,
    scrollback: 0,
  };
  expect(await control.ask({ type: 'start', spec }, 'refused')).toMatchObject({
    code: 'bad-message',
  });
  control.close();
});

test('24 MB of hostile output, and strings of 1 MB that do not end: text is shown after it', async () => {
  const seed = SEED;
  const report = await terminalFuzz({ seed, bytes: 24 * MB, unendingBytes: MB });
  expect(report.prefixes).toBeGreaterThan(400);
}, 240_000);
