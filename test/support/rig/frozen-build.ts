/**
 * A copy of the built command for a run of many minutes: the tree may be built again meanwhile, and
 * one build is to be judged. Its commands start from a snapshot, as users' do.
 */
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../repository.ts';
import { makeTestSnapshot } from './snapshot.ts';

const place = join(repository, 'node_modules', '.cache', `frozen-${process.pid}`);

/** For a test runner, which ends its workers by a signal. */
export function dropFrozenBuild(): void {
  rmSync(place, { recursive: true, force: true });
}

/**
 * Path of the copied command. The copy goes when this process does.
 * @param change what is to be different in it, before its snapshot is made
 */
export function frozenBuild(change?: (copy: string) => void): string {
  mkdirSync(place, { recursive: true });
  for (const name of ['bin', 'dist'])
    cpSync(join(repository, name), join(place, name), { recursive: true });
  process.once('exit', dropFrozenBuild);
  change?.(place);
  makeTestSnapshot(place, join(place, 'snapshot'));
  return join(place, 'bin', 'codex-sessions');
}
