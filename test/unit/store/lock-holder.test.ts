/** What a lock says of its holder, whatever the system writes for a start time. */
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { acquireLock } from '../../../src/store/lock.ts';
import { isHolding, lockHolder } from '../../../src/store/lock-holder.ts';

function freshPrefix(): string {
  const directory = mkdtempSync(join(tmpdir(), 'cs-lock-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return join(directory, 'supervisor.lock');
}

test.each(['12345', 'Sun Nov 29 10:11:12 2026', '', ':', 'a\nb:'])(
  'a start time of %j is read as it was written',
  (startTime) => {
    const prefix = freshPrefix();
    symlinkSync(`boot-id:7:${startTime}`, `${prefix}.1`);
    expect(lockHolder(prefix)).toEqual({ bootId: 'boot-id', pid: 7, startTime });
  },
);

test.each(['', 'boot', 'boot:7', 'boot:x:1', 'boot::1'])('%j names no holder', (target) => {
  const prefix = freshPrefix();
  symlinkSync(target || '-', `${prefix}.1`);
  expect(lockHolder(prefix)).toBeUndefined();
});

test('where ps tells the start time, as on macOS, whoever takes the lock holds it', () => {
  const platform = Object.getOwnPropertyDescriptor(process, 'platform') as PropertyDescriptor;
  onTestFinished(() => void Object.defineProperty(process, 'platform', platform));
  Object.defineProperty(process, 'platform', { ...platform, value: 'darwin' });
  const prefix = freshPrefix();
  expect(acquireLock(prefix)).toEqual({ held: true });
  const holder = lockHolder(prefix);
  expect(holder?.startTime).toMatch(/\d\d:\d\d:\d\d/);
  expect(holder && isHolding(holder)).toBe(true);
  expect(acquireLock(prefix)).toMatchObject({ held: false });
});
