/** A copy of the build whose supervisors can be made to die of what no other process can do to them. */
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SUPERVISOR_NODE_FLAGS } from '../../src/platform/node-flags.ts';
import { frozenBuild } from '../support/rig/frozen-build.ts';

/** Enough for twenty sessions, and full within a second. */
const HEAP_MIB = 96;
/** Node's own limit depends on the machine, and takes gigabytes to hit. */
const FLAG = JSON.stringify(SUPERVISOR_NODE_FLAGS[0]);
const WITH_LIMIT = `${FLAG},"--max-old-space-size=${HEAP_MIB}"`;

/** At this signal a supervisor of this build fills its heap. An error that nobody catches ends none. */
export const FILLS_ITS_HEAP = 'SIGUSR2';
const HANDLER = `
process.on('${FILLS_ITS_HEAP}', () => { const all = []; for (;;) all.push({ at: all.length }); });
`;

/** Path of the copied command; see {@link frozenBuild}. */
export function mortalBuild(): string {
  return frozenBuild((copy) => {
    const dist = join(copy, 'dist');
    let limited = 0;
    for (const name of readdirSync(dist).filter((file) => file.endsWith('.js'))) {
      const text = readFileSync(join(dist, name), 'utf8');
      if (!text.includes(FLAG)) continue;
      writeFileSync(join(dist, name), text.replaceAll(FLAG, WITH_LIMIT));
      limited++;
    }
    if (limited === 0) throw new Error(`no file of the build has ${FLAG} in it`);
    appendFileSync(join(dist, 'supervisor.js'), HANDLER);
  });
}
