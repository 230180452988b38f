/** What the command says when the first Node on the PATH is one that cannot run it. */
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Rig } from './rig.ts';

const COMMANDS = [
  ['--version'],
  ['--help'],
  ['help', 'start'],
  ['ls'],
  ['doctor'],
  ['start', '-d'],
  [],
];

/** With every kind of command; where a supervisor runs, and where it would have to be started. */
export async function expectRefused(rig: Rig, directory: string, version: string): Promise<void> {
  const env = { PATH: `${directory}:${rig.env.PATH}` };
  const needed = 'codex-sessions needs Node 20.19, 22.3 or newer';
  const node = join(directory, 'node');
  for (const args of COMMANDS) {
    expect(await rig.run(args, { env }), args.join(' ')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringMatching(
        `^${needed}, and this is ${version}: .*node\n  Put a newer one first on the PATH.\n$`,
      ),
    });
  }
  expect((await rig.run(['ls'], { env })).stderr).toContain(node);
  expect(await rig.list()).toEqual([]);
}
