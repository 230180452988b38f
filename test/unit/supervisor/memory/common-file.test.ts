/** What is known of all sessions' supervisors, whichever of them reads it. */
import { writeSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CommonFile, type History } from '../../../../src/supervisor/memory/common-file.ts';
import { temporaryFile } from './temporary-file.ts';

const HISTORY: History = {
  version: 1,
  pid: 4_711,
  startTime: '123456',
  since: 1_790_000_000_000,
  tookOver: true,
  deaths: 2,
  soonDeaths: 1,
  lastDeathAt: '2026-11-29T08:00:00.000Z',
  listenerInode: 2 ** 40,
};

test('numbers and history are there for a successor', () => {
  const own = new CommonFile(temporaryFile());
  expect([own.generation, own.eventSeq]).toEqual([0, 0]);
  own.generation = 3;
  own.eventSeq = 2 ** 40;
  own.history = HISTORY;
  const found = new CommonFile(own.fd);
  expect([found.generation, found.eventSeq]).toEqual([3, 2 ** 40]);
  expect(found.history).toEqual(HISTORY);
  found.history = { ...HISTORY, deaths: 3 };
  expect([own.generation, own.eventSeq]).toEqual([3, 2 ** 40]);
  expect(own.history.deaths).toBe(3);
});

test('without what is not known', () => {
  const own = new CommonFile(temporaryFile());
  const { lastDeathAt, listenerInode, ...known } = HISTORY;
  own.history = known;
  expect(new CommonFile(own.fd).history).toEqual(known);
});

test('where there is no history, or that of another version, nobody can go on', () => {
  const own = new CommonFile(temporaryFile());
  expect(() => own.history).toThrow();
  own.history = { ...HISTORY, version: 2 } as unknown as History;
  expect(() => own.history).toThrow();
  own.history = HISTORY;
  // The place of the last one is torn; in the other there is still the one of another version.
  writeSync(own.fd, Buffer.alloc(4_096), 0, 4_096, 4_096);
  expect(() => own.history).toThrow();
});
