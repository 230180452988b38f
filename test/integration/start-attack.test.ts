/**
 * Another user puts code of his where ours is kept. He may write to the state directory, which the
 * program refuses, or to the one that it lies in; he may have been there before, or come in between.
 */
import { chmodSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { COMMAND } from '../support/command.ts';
import { canExchange, Exchanger } from '../support/exchanger.ts';
import { FOREIGN, foreignCode, giveAllToOther } from '../support/foreign-code.ts';
import { isRoot, NEEDS_ROOT } from '../support/other-user.ts';
import { createRig, type Rig } from '../support/rig.ts';

/** Where paths were looked at and then read, 11 to 23 in 100 ran his code. */
const TRIES = 60;

const repository = dirname(dirname(COMMAND));
/** The one in the state directory. */
const OWN = { CODEX_SESSIONS_SNAPSHOT: '' };

/** He can reach the state directory. */
function openRig(mode = 0o755): Rig {
  const rig = createRig({ codex: 'exec cat', env: OWN });
  chmodSync(rig.root, mode);
  return rig;
}

/** What commands print while `one` and `other`, of which one is his, change places. */
async function outputsDuring(rig: Rig, one: string, other: string) {
  const said = new Map<string, number>();
  const exchanger = await Exchanger.begin(one, other);
  for (let n = 0; n < TRIES; n++) {
    const { stdout, stderr } = await rig.run(['--version']);
    said.set(stdout + stderr, (said.get(stdout + stderr) ?? 0) + 1);
  }
  expect(await exchanger.stop()).toBeGreaterThan(TRIES);
  return [...said];
}

const skips = `${NEEDS_ROOT}${canExchange ? '' : ' (skipped: needs perl, on Linux)'}`;

describe.skipIf(!isRoot || !canExchange)(`while another user exchanges${skips}`, () => {
  test('a private state directory below an open one, his compiled code does not run', async () => {
    const rig = openRig(0o777);
    const version = await rig.ok(['--version']);
    mkdirSync(rig.stateDir, { mode: 0o700 });
    // What it keeps tells under which name his is looked for.
    await rig.ok(['ls']);
    const kept = readdirSync(join(rig.stateDir, 'cache')).find((name) =>
      name.startsWith('cli-main.js-'),
    );
    const his = join(rig.root, 'his');
    mkdirSync(join(his, 'cache'), { recursive: true, mode: 0o700 });
    foreignCode(join(repository, 'dist', 'cli-main.js'), join(his, 'cache', kept ?? ''));
    // It does run where it is believed.
    const aside = join(rig.root, 'own');
    renameSync(rig.stateDir, aside);
    renameSync(his, rig.stateDir);
    expect(await rig.ok(['--version'])).toBe(`${FOREIGN}\n`);
    renameSync(rig.stateDir, his);
    renameSync(aside, rig.stateDir);
    giveAllToOther(his);
    expect(await outputsDuring(rig, rig.stateDir, his)).toEqual([[version, TRIES]]);
  });
});
