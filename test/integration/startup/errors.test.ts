/** What a command throws that was loaded when it was asked for is told as what any other throws. */
import { expect, test } from 'vitest';
import { createRig, type Rig } from '../../support/rig/rig.ts';
import { testSnapshot } from '../../support/rig/snapshot.ts';

const RUNS: Record<string, { args: string[]; exitCode: number; prepare?: (rig: Rig) => string }> = {
  'a command': { args: ['peek', 'nosuch'], exitCode: 3 },
  'another one': { args: ['rename', 'nosuch', 'other'], exitCode: 3 },
  'the full parser': { args: ['peek', '--nosuch'], exitCode: 2 },
  'the parser of the configuration': {
    args: ['start', '-d'],
    exitCode: 1,
    prepare: (rig) => rig.file('home/.config/codex-sessions/config.toml', '['),
  },
};

test.each(
  Object.entries(RUNS).flatMap(([what, run]) =>
    ['snapshot', 'none'].map((start) => ({ ...run, what, start })),
  ),
)('$what, started from: $start', async ({ args, exitCode, prepare, start }) => {
  const snapshot = start === 'none' ? start : testSnapshot();
  const rig = createRig({ codex: 'exec cat', env: { CODEX_SESSIONS_SNAPSHOT: snapshot } });
  await rig.ok(['start', '-d', 'one']);
  prepare?.(rig);
  const { stderr, ...rest } = await rig.run(args);
  expect(rest).toEqual({ exitCode, stdout: '' });
  expect(stderr).toMatch(/^codex-sessions: (?!unexpected).+\n {2}\S.+\n?$/);
});
