/** Commands that list or start sessions forget those that ended long ago: no process has to run for it. */
import { loadConfig } from './config.ts';
import type { StatePaths } from './paths.ts';
import { projectAt } from './project.ts';
import { endedAtMs, removeRecord, type SessionRecord } from './record.ts';

const DAY_MS = 86_400_000;

/**
 * Removes the records that are past their time, and gives the others. `records` are not live. A
 * configuration that cannot be read forgets nothing.
 */
export async function dropExpired(
  paths: StatePaths,
  records: readonly SessionRecord[],
  now: number = Date.now(),
): Promise<readonly SessionRecord[]> {
  const age = (record: SessionRecord) => now - endedAtMs(paths.records, record);
  // One day is the least that can be set: for younger records the configuration need not be read.
  if (!records.some((record) => age(record) > DAY_MS)) return records;
  const limit = await retentionMs();
  return records.filter((record) => {
    if (age(record) <= limit) return true;
    removeRecord(paths.records, record);
    return false;
  });
}

async function retentionMs(): Promise<number> {
  try {
    return (await loadConfig(process.env, projectAt('/'))).retentionDays * DAY_MS;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
