/** Startup snapshots of another user, whose program says that it has run. */
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SNAPSHOT_NODE_FLAGS } from '../../../src/startup/snapshot-location.ts';
import { copySnapshot, markAsMade } from '../rig/start-snapshot.ts';
import { OTHER_UID } from './other-user.ts';

/** What a command prints if it has run it. */
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

/**
 * At `directory`: a snapshot directory as its owner can make it, with the other user's program in
 * it.
 */
export function foreignSnapshot(directory: string): void {
  copySnapshot(directory);
  foreignBlob(join(directory, 'client'));
  markAsMade(directory);
}

/**
 * Everything from here on downwards belongs to the other user; what links lead to keeps its owner.
 */
export function giveAllToOther(directory: string): void {
  execFileSync('chown', ['-hR', `${OTHER_UID}:${OTHER_UID}`, directory]);
}
