/** Brings everything into a state that can be handed over: nothing is read, nothing is in progress. */
import { descriptorOf } from '../../platform/descriptor.ts';
import type { Requester } from '../server/context.ts';
import { freeze, thaw } from '../session/succession.ts';
import type { HandOverParts } from './parts.ts';

/** Running requests and queued output have this long to finish. */
const REST_LIMIT_MS = 3_000;
const REST_POLL_MS = 5;
/** Clients send their first line at once; the longest to wait for one that does not. */
const GREETING_LIMIT_MS = 300;

type Parts = Pick<HandOverParts, 'table' | 'server' | 'dataSockets'>;

/**
 * Stops reading everywhere, and waits until nothing is in progress, including new connections. Undone
 * by {@link resume}.
 * @throws Error if that takes too long.
 */
export async function comeToRest(parts: Parts, requester: Requester): Promise<void> {
  const { table, server } = parts;
  const begun = Date.now();
  for (;;) {
    for (const session of table.all()) session.startUp.release();
    for (const control of server.controls) control.pause();
    const busy = [...server.controls].some((control) =>
      control.busy(control === requester ? 1 : 0),
    );
    // All sessions each time, so that those at rest stay frozen.
    const frozen = !busy && ![...table.all()].map(freeze).includes(false);
    const waited = Date.now() - begun;
    const greeted = server.greeting === 0 || waited > GREETING_LIMIT_MS;
    if (frozen && !isClosing(parts) && greeted) return;
    if (waited > REST_LIMIT_MS)
      throw new Error(
        busy
          ? 'a request is still being worked on; try again'
          : 'a session did not come to rest; try again',
      );
    await new Promise((resolve) => setTimeout(resolve, REST_POLL_MS));
  }
}

export function resume({ table, server }: Parts): void {
  for (const session of table.all()) thaw(session);
  for (const control of server.controls) control.resume();
}

/** Whether a connection has no descriptor any more and is about to be reported as closed. */
function isClosing({ table, server, dataSockets }: Parts): boolean {
  const descriptors = [
    ...[...server.controls].map(({ fd }) => fd),
    ...[...table.all()].flatMap(({ clients }) => [...clients].map(({ fd }) => fd)),
    ...dataSockets.offered().map(({ socket }) => descriptorOf(socket)),
  ];
  return descriptors.includes(undefined);
}
