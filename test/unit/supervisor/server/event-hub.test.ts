import { expect, test } from 'vitest';
import { EventHub } from '../../../../src/supervisor/server/event-hub.ts';
import { sessionInfo } from '../../../support/rig/session-info.ts';

test('while a successor is started nothing is told, so that no number is given twice', () => {
  const hub = new EventHub();
  const told: number[] = [];
  hub.subscribe(({ seq }) => told.push(seq));
  const session = sessionInfo('proj:one');
  hub.publish('status', session);
  hub.hold();
  hub.publish('conversation', session);
  hub.publish('status', session);
  expect([told, hub.seq]).toEqual([[1], 1]);
  hub.release();
  hub.publish('title', session);
  expect(told).toEqual([1, 2, 3, 4]);
});
