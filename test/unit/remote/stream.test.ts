import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Channel, WINDOW_BYTES } from '../../../src/remote/stream/channel.ts';
import { Channels } from '../../../src/remote/stream/channels.ts';
import { encodeFrame, FrameError, FrameReader, KIND } from '../../../src/remote/stream/frames.ts';
import {
  encodeGreeting,
  GreetingReader,
  PRELUDE_MAX_BYTES,
} from '../../../src/remote/stream/greeting.ts';

const bytes = (text: string) => Buffer.from(text);
const GREETING = { protocol: 1, version: '1.2.3', features: ['exec'], home: '/home/me' };

test('frames come out as they went in, however they are cut', () => {
  const frame = fc.record({
    kind: fc.constantFrom(...Object.values(KIND)),
    channel: fc.nat(0xffff),
    payload: fc.uint8Array({ maxLength: 300 }),
  });
  fc.assert(
    fc.property(fc.array(frame), fc.integer({ min: 1, max: 50 }), (frames, step) => {
      const all = Buffer.concat(
        frames.map(({ kind, channel, payload }) => encodeFrame(kind, channel, payload)),
      );
      const reader = new FrameReader();
      const out = [];
      for (let at = 0; at < all.length; at += step)
        for (const one of reader.push(all.subarray(at, at + step)))
          out.push({ ...one, payload: Uint8Array.from(one.payload) });
      expect(out).toEqual(frames);
      expect(reader.isWithin).toBe(false);
    }),
  );
});

test('whatever is no frame ends the stream', () => {
  const refused = (frame: Uint8Array) =>
    expect(() => [...new FrameReader().push(frame)]).toThrow(FrameError);
  refused(bytes('bash: hello\n'));
  refused(Buffer.from([0, 0, 0, 1, 0, 0, 0, 0]));
  refused(Buffer.from([13, 0, 0, 1, 0, 0, 0, 0]));
  refused(Buffer.from([4, 1, 0, 1, 0, 0, 0, 0]));
  refused(Buffer.from([4, 0, 0, 1, 0, 1, 0, 1]));
  refused(Buffer.from([1, 0, 0, 1, 0xff, 0, 0, 0]));
});

/** Two sides, and what each gets. */
function pair(onOpen: (channel: Channel, request: unknown) => void) {
  const later = (side: () => Channels) => (frame: Uint8Array) =>
    queueMicrotask(() => side().push(frame));
  const there: Channels = new Channels(
    later(() => here),
    onOpen,
  );
  const here: Channels = new Channels(later(() => there));
  return { here, settled: () => new Promise((resolve) => setImmediate(resolve)) };
}

test('a channel carries bytes both ways, and ends with an exit', async () => {
  const seen: unknown[] = [];
  const { here, settled } = pair((channel, request) => {
    seen.push(request);
    channel.tell(KIND.opened, {});
    channel.handlers = {
      onData: (data) => channel.send(data, KIND.errors),
      onEnd: () => channel.finish(KIND.exit, { code: 3 }),
    };
  });
  const channel = here.open(
    { type: 'exec' },
    {
      onOpened: () => seen.push('opened'),
      onData: (data, errors) => seen.push(`${errors} ${Buffer.from(data)}`),
      onExit: (exit) => seen.push(exit),
    },
  );
  channel.send(bytes('hello'));
  channel.end();
  await settled();
  expect(seen).toEqual([{ type: 'exec' }, 'opened', 'true hello', { code: 3 }]);
  expect(here.size).toBe(0);
});

test('a reader that takes nothing stops the sender at the window', async () => {
  let got = 0;
  let far: Channel | undefined;
  const { here, settled } = pair((channel) => {
    far = channel;
    channel.handlers = { onData: (data) => (got += data.length) };
  });
  let drained = 0;
  const channel = here.open({}, { onDrain: () => drained++ });
  expect(channel.send(Buffer.alloc(WINDOW_BYTES))).toBe(true);
  expect(channel.send(Buffer.alloc(100_000))).toBe(false);
  await settled();
  expect(got).toBe(WINDOW_BYTES);
  far?.taken(WINDOW_BYTES);
  await settled();
  expect(got).toBe(WINDOW_BYTES + 100_000);
  expect(drained).toBe(1);
});

test('an exit comes behind all that was sent before', async () => {
  const order: string[] = [];
  let far: Channel | undefined;
  const { here, settled } = pair((channel) => {
    far = channel;
  });
  let taken = 0;
  const channel = here.open(
    {},
    {
      onData: (data) => {
        taken += data.length;
        channel.taken(data.length);
      },
      onExit: () => order.push(`exit after ${taken}`),
    },
  );
  await settled();
  far?.send(Buffer.alloc(3 * WINDOW_BYTES));
  far?.finish(KIND.exit, { code: 0 });
  await settled();
  expect(order).toEqual([`exit after ${3 * WINDOW_BYTES}`]);
});

test('a side that breaks the rules is told from one that is late', () => {
  const serving = (...frames: Uint8Array[]) => {
    const server = new Channels(
      () => {},
      (channel) => channel.handlers,
    );
    for (const frame of frames) server.push(frame);
    return server;
  };
  const open = (id: number) => encodeFrame(KIND.open, id, bytes('{}'));
  const data = (id: number, length = 1) => encodeFrame(KIND.data, id, Buffer.alloc(length));
  expect(() => serving(open(1), open(1))).toThrow('may not be opened');
  expect(() => serving(open(1), data(2))).toThrow('no channel 2');
  expect(() => serving(encodeFrame(KIND.open, 3, bytes('no JSON')))).toThrow(FrameError);
  // On its way while it was closed.
  expect(serving(open(1), encodeFrame(KIND.close, 1), data(1)).size).toBe(0);
  const window = Array.from({ length: WINDOW_BYTES / 65_536 }, () => data(1, 65_536));
  expect(() => serving(open(1), ...window)).not.toThrow();
  expect(() => serving(open(1), ...window, data(1))).toThrow('more came than the window allows');
  const many = Array.from({ length: 65 }, (_, at) => open(at + 1));
  expect(() => serving(...many)).toThrow('channel 65 may not be opened');
  const client = new Channels(() => {});
  expect(() => client.push(open(1))).toThrow(FrameError);
});

test('the greeting is found behind what a shell prints, in whatever pieces', () => {
  const text = `Welcome!\n\x1b[31mcodex-sessions-dial is fine${encodeGreeting(GREETING)}rest`;
  const reader = new GreetingReader();
  let found: ReturnType<GreetingReader['push']>;
  for (const char of bytes(text).subarray(0, -4)) found = reader.push(Uint8Array.of(char)) ?? found;
  expect(found?.greeting).toEqual(GREETING);
  const whole = new GreetingReader().push(bytes(text));
  expect(whole?.rest.toString()).toBe('rest');
});

test('a greeting that does not come, or makes no sense, is not waited for', () => {
  const reader = new GreetingReader();
  expect(reader.push(Buffer.alloc(PRELUDE_MAX_BYTES, 'x'))).toBeUndefined();
  expect(() => reader.push(bytes('x'))).toThrow('prints too much');
  const odd = (line: string) => () =>
    new GreetingReader().push(bytes(`\ncodex-sessions-dial ${line}\n`));
  expect(odd('{}')).toThrow('cannot be understood');
  expect(odd('nothing')).toThrow('cannot be understood');
  expect(odd('{"protocol":1,"version":"1","features":[1]}')).toThrow('cannot be understood');
});

test('what is typed has its clock, is never cut in two, and keeps to the window', async () => {
  const seen: [bytes: number, clock: number][] = [];
  const dropped: [bytes: number, clock: number][] = [];
  let far: Channel | undefined;
  const { here, settled } = pair((channel) => {
    far = channel;
    channel.handlers = { onTyped: (data, clock) => seen.push([data.length, clock]) };
  });
  const channel = here.open({}, { onDropped: (count, clock) => dropped.push([count, clock]) });
  expect(channel.sendTyped(Buffer.from('y'), 1234)).toBe(true);
  expect(channel.sendTyped(Buffer.alloc(300_000), 2 ** 32 + 5)).toBe(false);
  await settled();
  const full = 64 * 1024 - 4;
  expect(seen).toEqual([[1, 1234], ...Array.from({ length: 3 }, () => [full, 5])]);
  far?.taken(5 + 3 * (full + 4));
  await settled();
  expect(seen.reduce((sum, [count]) => sum + count, 0)).toBe(300_001);
  far?.tellDropped(7, 99);
  await settled();
  expect(dropped).toEqual([[7, 99]]);
});

test('what comes before a channel is ready for it is kept, in order, within the window', async () => {
  let far: Channel | undefined;
  const { here, settled } = pair((channel) => {
    far = channel;
  });
  const channel = here.open({}, {});
  channel.send(bytes('one'));
  channel.sendTyped(bytes('two'), 7);
  channel.end();
  await settled();
  const seen: string[] = [];
  if (!far) throw new Error('it was not opened');
  far.handlers = {
    onData: (data) => seen.push(`data ${Buffer.from(data)}`),
    onTyped: (data, clock) => seen.push(`typed ${Buffer.from(data)} at ${clock}`),
    onEnd: () => seen.push('end'),
  };
  expect(seen).toEqual(['data one', 'typed two at 7', 'end']);
  far.handlers = { onData: () => seen.push('twice') };
  expect(seen).toHaveLength(3);

  // Empty ones take no room in a window.
  const server = new Channels(
    () => {},
    () => {},
  );
  server.push(encodeFrame(KIND.open, 1, bytes('{}')));
  expect(() => {
    for (let at = 0; at < 100_000; at++) server.push(encodeFrame(KIND.data, 1));
  }).toThrow('too much came');
});
