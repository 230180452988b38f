/** The files that outlive a session, and when they are given up. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { statePaths } from '../../../src/store/paths.ts';
import {
  endedAtMs,
  lookUpRecord,
  putAway,
  readRecord,
  recordFileName,
  renameRecord,
  type SessionRecord,
  scanRecords,
  touchRecord,
  writeRecord,
} from '../../../src/store/record.ts';
import { dropExpired } from '../../../src/store/retention.ts';

const DAY_MS = 86_400_000;
const NOW = Date.now();

let root: string;
let directory: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cs-record-'));
  directory = paths().records;
  vi.stubEnv('XDG_CONFIG_HOME', join(root, 'config'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

function paths() {
  return statePaths({ CODEX_SESSIONS_DIR: join(root, 'state') });
}

function record(name: string, changes: Partial<SessionRecord> = {}): SessionRecord {
  const at = new Date(NOW).toISOString();
  return {
    ...{ version: 1, fullName: `codex:p:${name}:12345678`, project: 'p', name, hash: '12345678' },
    ...{ root: '/p', cwd: '/p', file: '/bin/codex', userArgs: [], previous: [], createdAt: at },
    ...{ startedAt: at, pid: 1, lastActivityAt: at, end: null, ...changes },
  };
}

function ended(daysAgo: number, by: 'exit' | 'killed' | 'lost' = 'exit'): Partial<SessionRecord> {
  const at = new Date(NOW - daysAgo * DAY_MS).toISOString();
  return { end: { at, by, code: 0, signal: null, lastLines: [] } };
}

/** As if nobody had touched it for so long. */
function age(of: SessionRecord, days: number): void {
  const at = new Date(NOW - days * DAY_MS);
  utimesSync(join(directory, recordFileName(of)), at, at);
}

function names(): string[] {
  return scanRecords(directory)
    .records.map(({ name }) => name)
    .sort();
}

test('what cannot be understood is told apart, and left alone', () => {
  writeRecord(directory, record('fine'));
  const later = join(directory, recordFileName(record('later')));
  writeFileSync(later, JSON.stringify({ ...record('later'), version: 2, end: 'other' }));
  const broken = join(directory, recordFileName(record('broken')));
  writeFileSync(broken, '{"version": 1, "na');
  expect(lookUpRecord(directory, record('fine'))).toEqual({
    type: 'record',
    record: record('fine'),
  });
  expect(lookUpRecord(directory, record('later'))).toEqual({ type: 'later', path: later });
  expect(lookUpRecord(directory, record('broken'))).toEqual({ type: 'unreadable', path: broken });
  expect(lookUpRecord(directory, record('none'))).toEqual({ type: 'none' });
  const { records, ...unknown } = scanRecords(directory);
  expect(records.map(({ name }) => name)).toEqual(['fine']);
  expect(unknown).toEqual({ later: [later], unreadable: [broken] });
  expect(readFileSync(broken, 'utf8')).toBe('{"version": 1, "na');
});

test('a session whose end nobody could write down ended when it was last alive', () => {
  const one = record('one');
  writeRecord(directory, one);
  age(one, 3);
  expect(endedAtMs(directory, one)).toBeCloseTo(NOW - 3 * DAY_MS, -1);
  touchRecord(directory, one);
  expect(endedAtMs(directory, one)).toBeGreaterThanOrEqual(NOW - 1);
  expect(endedAtMs(directory, record('one', ended(5)))).toBe(NOW - 5 * DAY_MS);
});

test('another name keeps the time and everything else', () => {
  const old = record('old', { conversation: 'abc', previous: ['def'] });
  writeRecord(directory, old);
  age(old, 2);
  const renamed = { ...old, name: 'new', fullName: 'codex:p:new:12345678' };
  renameRecord(directory, old, renamed);
  expect(readdirSync(directory)).toEqual([recordFileName(renamed)]);
  expect(readRecord(directory, renamed)).toEqual(renamed);
  expect(endedAtMs(directory, renamed)).toBeCloseTo(NOW - 2 * DAY_MS, -1);
});

test('what is put away has ended on purpose, at the time when it did', () => {
  const lost = record('lost', { conversation: 'abc' });
  writeRecord(directory, lost);
  age(lost, 1);
  putAway(directory, lost);
  const after = readRecord(directory, lost);
  expect(after).toMatchObject({ conversation: 'abc', end: { by: 'killed' } });
  expect(Date.parse(after?.end?.at ?? '')).toBeCloseTo(NOW - DAY_MS, -1);
});

test('what ended longer ago than 30 days goes, and nothing younger', async () => {
  const all = [
    record('old', ended(31)),
    record('young', ended(29)),
    record('lost-old'),
    record('lost-young', { startedAt: new Date(NOW - 90 * DAY_MS).toISOString() }),
  ];
  for (const one of all) writeRecord(directory, one);
  age(record('lost-old'), 31);
  age(record('lost-young'), 29);
  const kept = await dropExpired(paths(), scanRecords(directory).records, NOW);
  expect(kept.map(({ name }) => name).sort()).toEqual(['lost-young', 'young']);
  expect(names()).toEqual(['lost-young', 'young']);
});

test('the configuration says how long; one that cannot be read forgets nothing', async () => {
  const config = join(root, 'config', 'codex-sessions', 'config.toml');
  mkdirSync(join(config, '..'), { recursive: true });
  writeRecord(directory, record('a', ended(9)));
  writeRecord(directory, record('b', ended(11)));
  const drop = () => dropExpired(paths(), scanRecords(directory).records, NOW);
  writeFileSync(config, 'retention_days = "ten"');
  await drop();
  expect(names()).toEqual(['a', 'b']);
  writeFileSync(config, 'retention_days = 10');
  await drop();
  expect(names()).toEqual(['a']);
  expect(existsSync(config)).toBe(true);
});
