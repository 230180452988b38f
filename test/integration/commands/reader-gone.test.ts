/** What goes on until it is ended, ends with whoever reads it, though nothing more is printed. */
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { COMMAND } from '../../support/rig/command.ts';
import { createRig, type Rig } from '../../support/rig/rig.ts';
import { createFarRig } from '../../support/ssh/far-rig.ts';

/** @returns what the pipeline prints, within 20 s */
async function piped({ env, projectDir }: Rig, args: string, reader: string): Promise<string> {
  const line = `${COMMAND} ${args} | ${reader}; echo over`;
  const { stdout } = await execa('/bin/sh', ['-c', line], {
    cwd: projectDir,
    env: { ...env },
    extendEnv: false,
    timeout: 20_000,
  });
  return stdout;
}

test('events', async () => {
  const rig = createRig();
  await rig.ok(['start', '-d', 'main']);
  expect(await piped(rig, 'events --snapshot', 'head -1')).toMatch(
    /ultra:main snapshot \w+\nover$/,
  );
  // Which reads nothing.
  expect(await piped(rig, 'events --json', 'true')).toBe('over');
  // A reader that stays is waited for.
  const stays = piped(rig, 'events main --snapshot', 'while read -r line; do echo "$line"; done');
  await rig.waitUntil(() => rig.processes().some(isEvents), 'it to follow');
  const at = Date.now();
  await rig.waitUntil(() => Date.now() - at > 1_500, 'it to have looked twice');
  await rig.ok(['kill', 'main']);
  expect(await stays).toMatch(/main snapshot \w+\n[\s\S]*main exited.*\nover$/);
});

const isEvents = ({ command }: { command: string }) => / events /.test(command);

test('events of another machine, and there', async () => {
  const { here, there } = await createFarRig();
  await there.ok(['start', '-d', 'main']);
  expect(await piped(here, 'events --snapshot box/ultra:main', 'head -1')).toMatch(/over$/);
  await there.waitUntil(() => !there.processes().some(isEvents), 'nothing to be left there');
});
