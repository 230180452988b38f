/** Where a conversation was, from records of all sizes, whole, torn, forged and compressed. */
import {
  appendFileSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ConversationFacts, factsIn } from '../../../src/codex/conversation-facts.ts';
import { lastOfType } from '../../../src/codex/record-tail.ts';
import { openConversation } from '../../../src/codex/transcript-file.ts';
import { zstdBomb, zstdFrame } from '../../support/rig/zstd.ts';

const TIME = '2026-11-28T20:51:34.908Z';
const OTHER = '01a223ed-7611-7cc2-b295-4eb25c1ed86a';
const line = (type: string, payload: object, timestamp = TIME) =>
  `${JSON.stringify({ timestamp, ordinal: 0, type, payload })}\n`;
const meta = (more: object = {}) => line('session_meta', { id: OTHER, cwd: '/first', ...more });
const turn = (cwd: unknown, timestamp = TIME) =>
  line('turn_context', { turn_id: 'x', cwd, model: 'm' }, timestamp);
const said = (text: string) => line('response_item', { type: 'message', text });

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'facts-'));
  path = join(dir, `rollout-2026-11-28T20-51-34-${OTHER}.jsonl`);
});
afterEach(() => rmSync(dir, { recursive: true }));

const of = async (text: string, before?: ConversationFacts) => {
  writeFileSync(path, text);
  return factsIn(path, before);
};

describe('the directory of a conversation', () => {
  it('is that of its last turn, before that of its start', async () => {
    expect((await of(meta())).directory).toBe('/first');
    const later = '2026-11-28T21:00:00.000Z';
    const text = meta() + turn('/second') + said('a') + turn('/third', later) + said('b');
    expect(await of(text)).toMatchObject({ directory: '/third', at: Date.parse(later) });
  });

  it('is found behind a turn of many megabytes, and where chunks meet', async () => {
    for (const bytes of [1, 262_100, 262_144, 262_200, 524_288, 3_000_000])
      expect((await of(meta() + turn('/deep') + said('x'.repeat(bytes)))).directory).toBe('/deep');
  });

  it('is not what is said in the conversation', async () => {
    const forged = turn('/forged').trim();
    const nested = said(`${forged}\n${forged}`);
    const raw = `{"timestamp":"${TIME}","type":"response_item","payload":{"x":${forged}}}\n`;
    const padded = `{"a":"${'a'.repeat(300)}","b":${forged}}\n`;
    expect((await of(meta() + turn('/true') + nested + raw + padded)).directory).toBe('/true');
  });

  it('is an absolute path, or none', async () => {
    const bad = ['relative', '', 7, null, '/a\0b', `/${'a'.repeat(5_000)}`];
    for (const cwd of bad) expect((await of(turn(cwd))).directory).toBeUndefined();
    expect(
      (await of(meta() + turn('/true') + bad.map((cwd) => turn(cwd)).join(''))).directory,
    ).toBe('/true');
  });

  it('is not of a line that is still being written, and then is', async () => {
    const text = meta() + turn('/one');
    const torn = turn('/two');
    const before = await of(text + torn.slice(0, -10));
    expect(before.directory).toBe('/one');
    appendFileSync(path, torn.slice(-10));
    expect((await factsIn(path, before)).directory).toBe('/two');
    appendFileSync(path, said('more'));
    expect((await factsIn(path, await factsIn(path, before))).directory).toBe('/two');
  });

  it('is none of damage, and the search ends', async () => {
    expect((await of('')).directory).toBeUndefined();
    expect((await of('\0'.repeat(100_000))).directory).toBeUndefined();
    expect((await of('{"type":"turn_context"}\n'.repeat(100_000))).directory).toBeUndefined();
    expect((await of('"type":"turn_context"'.repeat(100_000))).directory).toBeUndefined();
  });

  it.runIf(process.getuid?.() === 0)("is not taken from another user's record", async () => {
    writeFileSync(path, meta() + turn('/theirs'));
    chownSync(path, 4_711, 4_711);
    expect((await factsIn(path)).directory).toBeUndefined();
    writeFileSync(`${path}.zst`, zstdFrame(Buffer.from(meta() + turn('/theirs'))));
    chownSync(`${path}.zst`, 4_711, 4_711);
    expect((await factsIn(`${path}.zst`)).directory).toBeUndefined();
  });

  it('is read from the end: of a record of 1 GiB a part is read', async () => {
    writeFileSync(path, meta());
    truncateSync(path, 2 ** 30);
    appendFileSync(path, `\n${turn('/last')}`);
    const file = await open(path);
    let bytes = 0;
    const counting = new Proxy(file, {
      get: (target, key) =>
        key === 'read'
          ? async (...args: Parameters<typeof file.read>) => {
              const read = await target.read(...args);
              bytes += read.bytesRead;
              return read;
            }
          : Reflect.get(target, key),
    });
    const { size } = await file.stat();
    const found = await lastOfType(counting, 'turn_context', [0, size], ({ cwd }) => cwd);
    await file.close();
    expect(found).toBe('/last');
    expect(bytes).toBeLessThan(1_000_000);
    expect((await factsIn(path)).directory).toBe('/last');
  });

  it('is not searched for without end in a file that is mostly a hole', async () => {
    const file = await open('/dev/null');
    let bytes = 0;
    const hole = new Proxy(file, {
      get: (target, key) =>
        key === 'read'
          ? async (buffer: Buffer, _offset: number, length: number) => {
              bytes += length;
              return { bytesRead: length, buffer };
            }
          : Reflect.get(target, key),
    });
    const whole = [0, 2 ** 40] as const;
    const found = await lastOfType(hole, 'turn_context', whole, ({ cwd }) => cwd);
    await file.close();
    expect(found).toBeUndefined();
    expect(bytes).toBeLessThan(1.1 * 2 ** 30);
  });
});

describe('a side', () => {
  it('tells what it is a side of', async () => {
    const side = { thread_source: 'tui_side_chat', forked_from_id: OTHER };
    expect((await of(meta(side))).sideOf).toBe(OTHER);
    expect((await of(meta({ forked_from_id: OTHER }))).sideOf).toBeUndefined();
  });
});

describe('a compressed record', () => {
  const text = meta() + said('x'.repeat(400_000)) + turn('/cold') + said('b');
  const compressed = (data: Buffer) => {
    writeFileSync(`${path}.zst`, data);
    return factsIn(`${path}.zst`);
  };

  it('tells the same', async () => {
    expect((await compressed(zstdFrame(Buffer.from(text)))).directory).toBe('/cold');
    const half = Buffer.from(text);
    const frames = [zstdFrame(half.subarray(0, 1_000)), zstdFrame(half.subarray(1_000))];
    expect((await compressed(Buffer.concat(frames))).directory).toBe('/cold');
  });

  it('that is damaged, torn or a bomb is refused, and in time', async () => {
    const whole = zstdFrame(Buffer.from(text));
    await expect(compressed(whole.subarray(0, -5))).rejects.toThrow(/incomplete/);
    await expect(compressed(Buffer.from('no frame at all'))).rejects.toThrow(/not Zstandard/);
    await expect(compressed(Buffer.alloc(0))).rejects.toThrow(/empty/);
    await expect(compressed(zstdFrame(Buffer.from(text), 31))).rejects.toThrow(/memory/);
    await expect(compressed(zstdBomb(1_100))).rejects.toThrow(/too large/);
  });

  it('is read by log as well', async () => {
    const home = dir;
    const day = join(home, 'sessions/2026/11/28');
    mkdirSync(day, { recursive: true });
    const prompt = line('event_msg', { type: 'user_message', message: 'long ago' });
    const file = join(day, `rollout-2026-11-28T20-51-34-${OTHER}.jsonl.zst`);
    writeFileSync(file, zstdFrame(Buffer.from(meta() + prompt)));
    const reader = await openConversation(home, OTHER);
    expect(reader?.transcript.items).toMatchObject([{ type: 'prompt', text: 'long ago' }]);
    expect(await reader?.read()).toEqual([]);
  });
});
