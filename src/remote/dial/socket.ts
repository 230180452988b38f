/**
 * A connection to this machine's supervisor, for a client on another one. It never launches a
 * supervisor.
 */
import type { Socket } from 'node:net';
import { openSupervisorSocket } from '../../client/index.ts';
import { startReading, stopReading } from '../../platform/descriptor.ts';
import { messageOf, UserError } from '../../platform/errors.ts';
import { statePaths } from '../../store/paths.ts';
import type { Channel } from '../stream/channel.ts';
import { readEnd, writeCounted } from '../stream/ends.ts';
import { KIND } from '../stream/frames.ts';
import type { DialRefusal, SocketRequest } from './requests.ts';
import { takeVoid } from './voided.ts';

/** An approval must not arrive late: input that is later than this is dropped. */
const TYPED_MAX_AGE_MS = 3_000;

/**
 * `clock`: ms since the greeting was sent.
 * @returns a function that closes the connection
 */
export async function openSocket(
  channel: Channel,
  { voids }: SocketRequest,
  clock: () => number,
): Promise<(() => Promise<void>) | undefined> {
  let socket: Socket | undefined;
  let release: (() => void) | undefined;
  try {
    const paths = statePaths();
    socket = await openSupervisorSocket(paths);
    if (socket && voids) release = await takeVoid(paths, voids);
  } catch (error) {
    socket?.destroy();
    const hint = error instanceof UserError ? error.hint : undefined;
    channel.finish(KIND.refused, { message: messageOf(error), hint } satisfies DialRefusal);
    return undefined;
  }
  if (!socket) {
    channel.finish(KIND.refused, { message: 'no session is running there' } satisfies DialRefusal);
    return undefined;
  }
  const opened = socket;
  if (channel.isOver) {
    opened.destroy();
    release?.();
    return undefined;
  }
  relay(channel, opened, clock);
  return async () => {
    opened.destroy();
    release?.();
  };
}

function relay(channel: Channel, socket: Socket, clock: () => number): void {
  socket.on('error', () => socket.destroy());
  readEnd(socket, (bytes) => {
    if (!channel.send(bytes)) stopReading(socket);
  });
  socket.once('end', () => channel.end());
  socket.once('close', () => {
    if (!channel.isOver) channel.finish(KIND.close);
  });
  const write = (bytes: Uint8Array, room: number) =>
    writeCounted(socket, bytes, () => channel.taken(room));
  channel.handlers = {
    onDrain: () => startReading(socket),
    onData: (bytes) => write(bytes, bytes.length),
    onTyped: (bytes, typedAt) => {
      // The round trip, as the clock there started when the greeting arrived; modulo 2^32 ms, 49
      // days.
      if (((clock() - typedAt) | 0) <= TYPED_MAX_AGE_MS) write(bytes, bytes.length + 4);
      else {
        channel.taken(bytes.length + 4);
        channel.tellDropped(bytes.length, clock());
      }
    },
    onEnd: () => socket.end(),
    onClosed: () => socket.destroy(),
  };
  channel.tell(KIND.opened, {});
}
