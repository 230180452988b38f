/** What is told of a supervisor's limits, by what /proc has of its pid. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { expect, test } from 'vitest';
import { supervisorLimits } from '../../../../src/client/connection/supervisor-limits.ts';
import { world } from '../../../../src/platform/world.ts';

test.runIf(process.platform === 'linux')(
  'nothing is told of the process that has its pid in another world',
  async () => {
    const low = spawn('sleep', ['600']);
    try {
      await once(low, 'spawn');
      setPriority(low.pid ?? 0, 19);
      // Of a user who is not root.
      const of = (there: string | undefined) =>
        supervisorLimits(
          { pid: low.pid ?? 0, ...(there === undefined ? {} : { world: there }) },
          () => false,
        );
      for (const here of [world(), undefined]) expect(of(here)?.text).toContain('niceness 19');
      expect(of('another boot pid:[1] mnt:[2]')).toBeUndefined();
    } finally {
      low.kill('SIGKILL');
    }
  },
);
