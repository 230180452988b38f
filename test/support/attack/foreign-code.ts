/** Startup snapshots of another user's: their program says that it has run. */
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SNAPSHOT_NODE_FLAGS } from '../../../src/startup/snapshot-location.ts';
import { copySnapshot, markAsMade } from '../rig/start-snapshot.ts';
import { OTHER_UID } from './other-user.ts';

/** What a command prints that ran it. */
const FOREIGN = 'code of another user has run';

const SPEAK = `process.getBuiltinModule('node:fs').writeSync(1, ${JSON.stringify(`${FOREIGN}\n`)});`;

/** At `blob`: a snapshot that Node would take. */
export function foreignBlob(blob: string): void {
  const script = `${blob}.js`;
  const main = `require('node:v8').startupSnapshot.setDeserializeMainFunction(() => { ${SPEAK} });`;
  writeFileSync(script, main);
  const args = [...SNAPSHOT_NODE_FLAGS, '--snapshot-blob', blob, '--build-snapshot', script];
  execFileSync(process.execPath, args);
  rmSync(script);
}

/** At `directory`: a snapshot's, as whoever owns it may make it, with his program in it. */
export function foreignSnapshot(directory: string): void {
  copySnapshot(directory);
  foreignBlob(join(directory, 'client'));
  markAsMade(directory);
}

/** Everything from here on downwards is his; what links lead to stays whose it is. */
export function giveAllToOther(directory: string): void {
  execFileSync('chown', ['-hR', `${OTHER_UID}:${OTHER_UID}`, directory]);
}
