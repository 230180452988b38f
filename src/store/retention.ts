/** Removes expired records, when a command lists or starts sessions: no process has to run for it. */
import { loadConfig } from './config.ts';
import type { StatePaths } from './paths.ts';
import { projectAt } from './project.ts';
import { endedAtMs, removeRecord, type SessionRecord } from './record.ts';

const DAY_MS = 86_400_000;

/**
 * Removes the expired ones of `records`, whose sessions are not live, and returns the others. Removes
 * none if the configuration cannot be read.
 */
export async function dropExpired(
  paths: StatePaths,
  records: readonly SessionRecord[],
  now: number = Date.now(),
): Promise<readonly SessionRecord[]> {
  const age = (record: SessionRecord) => now - endedAtMs(paths.records, record);
  // The minimum is one day: for younger records the configuration need not be read.
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
