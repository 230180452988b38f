/** Code of another user's in the forms that ours is kept in: it says that it has run. */
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SNAPSHOT_NODE_FLAGS } from '../../../src/startup/snapshot-location.ts';
import { copySnapshot, markAsMade } from '../rig/start-snapshot.ts';
import { OTHER_UID } from './other-user.ts';

/** What a command prints that ran it. */
export const FOREIGN = 'code of another user has run';

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

/** Compiled code for `source`, of another program: V8 knows a source by its length. */
export function foreignCode(source: string, file: string): void {
  const make = `
    const { readFileSync, writeFileSync } = require('node:fs');
    const { Script } = require('node:vm');
    const head = '(function (exports, require, module, __filename, __dirname) {';
    const [source, file, speak] = process.argv.slice(1);
    const { length } = head + readFileSync(source, 'utf8') + '\\n})';
    const text = head + speak + 'process.exit(0);/*';
    const script = new Script(text.padEnd(length - 5, '.') + '*/\\n})');
    process.exit = () => {};
    script.runInThisContext()();
    const data = script.createCachedData();
    writeFileSync(file, Buffer.concat([data, data]), { mode: 0o600 });`;
  execFileSync(process.execPath, ['-e', make, source, file, SPEAK], { stdio: 'ignore' });
}

/** Everything from here on downwards is his; what links lead to stays whose it is. */
export function giveAllToOther(directory: string): void {
  execFileSync('chown', ['-hR', `${OTHER_UID}:${OTHER_UID}`, directory]);
}
