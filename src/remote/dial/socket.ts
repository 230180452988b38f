/** A connection to this machine's supervisor, for a client on another one. Looking never launches one. */
import type { Socket } from 'node:net';
import { openSupervisorSocket } from '../../client/index.ts';
import { messageOf, UserError } from '../../platform/errors.ts';
import { statePaths } from '../../store/paths.ts';
import type { Channel } from '../stream/channels.ts';
import { KIND } from '../stream/frames.ts';
import type { DialRefusal } from './requests.ts';

/** @returns closes the connection */
export async function openSocket(channel: Channel): Promise<(() => Promise<void>) | undefined> {
  let socket: Socket | undefined;
  try {
    socket = await openSupervisorSocket(statePaths());
  } catch (error) {
    const hint = error instanceof UserError ? error.hint : undefined;
    channel.finish(KIND.refused, { message: messageOf(error), hint } satisfies DialRefusal);
    return undefined;
  }
  if (!socket) {
    channel.finish(KIND.refused, { message: 'no session is running there' } satisfies DialRefusal);
    return undefined;
  }
  relay(channel, socket);
  return async () => {
    socket.destroy();
  };
}

function relay(channel: Channel, socket: Socket): void {
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes) => {
    if (!channel.send(bytes)) socket.pause();
  });
  socket.once('end', () => channel.end());
  socket.once('close', () => {
    if (!channel.isOver) channel.finish(KIND.close);
  });
  channel.handlers = {
    onDrain: () => socket.resume(),
    onData: (bytes) => {
      socket.write(bytes, () => channel.taken(bytes.length));
    },
    onEnd: () => socket.end(),
    onClosed: () => socket.destroy(),
  };
  channel.tell(KIND.opened, {});
}
