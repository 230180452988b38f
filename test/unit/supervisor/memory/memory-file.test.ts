/** A value that outlives its writer: whole, or the one before, wherever the write was torn. */
import {
  closeSync,
  fstatSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openMemoryFile, Part } from '../../../../src/supervisor/memory/memory-file.ts';
import { canMount, mountTiny, NEEDS_MOUNT } from '../../../support/attack/other-user.ts';
import { temporaryFile } from './temporary-file.ts';

const OFFSET = 100;
const BYTES = 512;
const VALUES = ['first', 'the second, a longer one'.repeat(4), '3rd', '', 'the last one'];

const text = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString();
const part = (fd: number) => new Part(fd, OFFSET, BYTES);

function contentOf(fd: number): Buffer {
  const all = Buffer.alloc(OFFSET + 2 * BYTES);
  readSync(fd, all, 0, all.length, 0);
  return all;
}

/** A file of this content. */
function fileOf(content: Uint8Array): number {
  const fd = temporaryFile();
  writeSync(fd, content, 0, content.length, 0);
  return fd;
}

/** Where two contents differ. */
function changed(before: Buffer, after: Buffer): { from: number; to: number } {
  const at = [...before.keys()].filter((i) => before[i] !== after[i]);
  return { from: at[0] ?? 0, to: (at.at(-1) ?? 0) + 1 };
}

test('what was written last is read, by whoever has the file', () => {
  const fd = temporaryFile();
  const writer = part(fd);
  expect(writer.read()).toBeUndefined();
  for (const value of VALUES) {
    expect(writer.write(Buffer.from(value))).toBe(true);
    expect(text(writer.read())).toBe(value);
    expect(text(part(fd).read())).toBe(value);
  }
});

test('a write that is torn at any byte leaves the value before', () => {
  const fd = temporaryFile();
  const writer = part(fd);
  let last: string | undefined;
  for (const value of VALUES) {
    const before = contentOf(fd);
    writer.write(Buffer.from(value));
    const after = contentOf(fd);
    const { from, to } = changed(before, after);
    for (let torn = from; torn < to; torn++) {
      const content = Buffer.concat([after.subarray(0, torn), before.subarray(torn)]);
      expect(text(part(fileOf(content)).read()), `${value}, torn at ${torn}`).toBe(last);
    }
    last = value;
  }
});

test('a successor that has found a torn write leaves the last whole value, until its own is whole', () => {
  const fd = temporaryFile();
  const writer = part(fd);
  writer.write(Buffer.from('one'));
  writer.write(Buffer.from('two'));
  const before = contentOf(fd);
  writer.write(Buffer.from('three'));
  const { from, to } = changed(before, contentOf(fd));
  writeSync(fd, before.subarray(to - 1, to), 0, 1, to - 1);
  const successor = part(fd);
  expect(text(successor.read())).toBe('two');
  expect(successor.write(Buffer.from('four'))).toBe(true);
  expect(text(part(fd).read())).toBe('four');
  // At the place of the torn one.
  writeSync(fd, Buffer.of(0xff), 0, 1, from);
  expect(text(part(fd).read())).toBe('two');
});

test('garbage is no value', () => {
  for (const byte of [0, 1, 0x7f, 0xff])
    expect(part(fileOf(Buffer.alloc(OFFSET + 2 * BYTES, byte))).read()).toBeUndefined();
});

test('what is too large is refused, and the value before stays', () => {
  const fd = temporaryFile();
  const writer = part(fd);
  writer.write(Buffer.from('before'));
  expect(writer.write(Buffer.alloc(writer.capacity + 1))).toBe(false);
  expect(text(writer.read())).toBe('before');
  const largest = Buffer.alloc(writer.capacity, 'x');
  for (let writes = 0; writes < 3; writes++) expect(writer.write(largest)).toBe(true);
  expect(part(fd).read()).toEqual(largest);
  expect(contentOf(fd).subarray(0, OFFSET)).toEqual(Buffer.alloc(OFFSET));
  expect(fstatSync(fd).size).toBe(OFFSET + 2 * BYTES);
});

test.skipIf(!canMount)(
  `on a full file system a write fails, and the value before stays${NEEDS_MOUNT}`,
  () => {
    const directory = mkdtempSync(join(tmpdir(), 'cs-full-'));
    const unmount = mountTiny(directory, 32);
    onTestFinished(() => {
      unmount();
      rmSync(directory, { recursive: true });
    });
    const fd = temporaryFile(directory);
    const writer = new Part(fd, 0, 64 * 1024);
    writer.write(Buffer.from('before'));
    for (let tries = 0; tries < 2; tries++) {
      expect(() => writer.write(Buffer.alloc(60 * 1024, 'x'))).toThrow(/ENOSPC/);
      expect(text(writer.read())).toBe('before');
      expect(text(new Part(fd, 0, 64 * 1024).read())).toBe('before');
    }
    expect(writer.write(Buffer.from('after'))).toBe(true);
    expect(text(writer.read())).toBe('after');
  },
);

test.skipIf(process.platform !== 'linux')('a memory file has no name, and no child gets it', () => {
  const fd = openMemoryFile();
  onTestFinished(() => closeSync(fd));
  expect(readlinkSync(`/proc/self/fd/${fd}`)).toMatch(/^\/dev\/shm\/.*\(deleted\)$/);
  expect(fstatSync(fd)).toMatchObject({ nlink: 0 });
  const [, flags = '0'] =
    /flags:\s+(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')) ?? [];
  const closedOnExec = 0o2000000;
  expect(Number.parseInt(flags, 8) & closedOnExec).toBe(closedOnExec);
});
