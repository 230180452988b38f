/** Checks the startup snapshot: without one everything works, but commands start more slowly. */
import { realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { isCurrent, SNAPSHOT_VARIABLE, snapshotLink, thisOrigin } from '../../startup/index.ts';
import type { StatePaths } from '../../store/paths.ts';
import { about, type Finding } from './finding.ts';

export function checkSnapshot(
  { cache }: StatePaths,
  env: NodeJS.ProcessEnv = process.env,
): Finding[] {
  const { ok, note } = about('snapshot');
  if (process.platform !== 'linux') return [];
  if (env.NODE_OPTIONS)
    return [note('NODE_OPTIONS is set: commands start without their snapshot, 15 ms later')];
  const own = env[SNAPSHOT_VARIABLE];
  if (own === 'none') return [note(`${SNAPSHOT_VARIABLE}=none: commands start 15 ms later`)];
  const node = onPath(env);
  if (node !== process.execPath)
    return [
      note(
        `${node ?? 'no node'} is on the PATH, this is ${process.execPath}: commands start without a snapshot, 15 ms later`,
        "Put Node's own directory before that of a version manager.",
      ),
    ];
  return isCurrent(own || snapshotLink(cache), thisOrigin())
    ? [ok('commands start from a snapshot')]
    : [note('none of this installation so far: its supervisor makes one 3 s after a start')];
}

/** Real path of the first `node` on the PATH. */
function onPath(env: NodeJS.ProcessEnv): string | undefined {
  for (const directory of (env.PATH ?? '').split(delimiter)) {
    try {
      return realpathSync(join(directory || '.', 'node'));
    } catch {
      // Not there.
    }
  }
  return undefined;
}
