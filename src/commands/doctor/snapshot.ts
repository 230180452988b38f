/** Checks the startup snapshot: without one everything works, but commands start more slowly. */
import { readlinkSync, realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { supervisorHolder } from '../../client/index.ts';
import { isCurrent, SNAPSHOT_VARIABLE, snapshotLink, thisOrigin } from '../../startup/index.ts';
import type { StatePaths } from '../../store/paths.ts';
import { about, type Finding } from './finding.ts';

export function checkSnapshot(paths: StatePaths, env: NodeJS.ProcessEnv = process.env): Finding[] {
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
  if (isCurrent(own || snapshotLink(paths.cache), thisOrigin()))
    return [ok('commands start from a snapshot')];
  const other = otherNode(paths);
  return other === undefined
    ? [note('none of this installation so far: a supervisor makes one, 3 s after it starts')]
    : [
        note(
          `the supervisor runs on another Node, ${other}, and makes none for this one: commands start 15 ms later`,
          'codex-sessions supervisor upgrade',
        ),
      ];
}

/** The program of the supervisor, if that is not our own Node. */
function otherNode(paths: StatePaths): string | undefined {
  const pid = supervisorHolder(paths)?.pid;
  if (pid === undefined) return undefined;
  try {
    const node = readlinkSync(`/proc/${pid}/exe`);
    return node === process.execPath ? undefined : node;
  } catch {
    return undefined;
  }
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
