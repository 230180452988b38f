/**
 * A copy of the built command for a run of many minutes: the tree may be built anew meanwhile, and
 * what is judged is one build. Its commands start from a snapshot, as people's do.
 */
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../repository.ts';
import { makeTestSnapshot } from './snapshot.ts';

/**
 * Path of the copied command. The copy goes when this process does.
 * @param change what is to be different in it, before its snapshot is made
 */
export function frozenBuild(change?: (copy: string) => void): string {
  const copy = join(repository, 'node_modules', '.cache', `frozen-${process.pid}`);
  mkdirSync(copy, { recursive: true });
  for (const name of ['bin', 'dist'])
    cpSync(join(repository, name), join(copy, name), { recursive: true });
  process.once('exit', () => rmSync(copy, { recursive: true, force: true }));
  change?.(copy);
  makeTestSnapshot(copy, join(copy, 'snapshot'));
  return join(copy, 'bin', 'codex-sessions');
}
