/** Attaches a client to a live session, and detaches it at its own or another's request. */
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientTerminal, Refusal, Reply, TypedBytes } from '../../../protocol/messages.ts';
import { Client } from '../../session/client.ts';
import { goOn } from '../../session/returning-clients.ts';
import type { Session } from '../../session/session.ts';
import type { Answered, Context, Of, Requester } from '../context.ts';
import { noSession, refuse } from '../refusals.ts';

/** What came over a connection that has broken is read within some ms. */
const BROKEN_LIMIT_MS = 500;
const POLL_MS = 5;

export async function attach(
  context: Context,
  requester: Requester,
  { id, fullName, terminal }: Of<'attach'>,
): Promise<Answered | Reply> {
  const resumed = terminal.resumes && context.table.get(fullName);
  if (resumed) await endBroken(resumed, terminal.token);
  // Looked up afterwards, as it may have ended in the meantime.
  const session = context.table.get(fullName);
  if (!session) return noSession(id, fullName);
  if (requester.attached) return alreadyAttached(id);
  const before = terminal.resumes && typedBefore(session, terminal);
  const typed = before && { taken: before.taken, given: before.given };
  const reply = (): Reply => ({
    type: 'attached',
    id,
    session: session.info(),
    ...(typed && { typed }),
  });
  return attachTo(context, requester, id, session, terminal, reply);
}

/** Ends the client of an attachment that comes again, as its connection has broken. */
async function endBroken({ clients }: Session, token: string): Promise<void> {
  const find = () => [...clients].find(({ typist }) => typist.token === token);
  const until = Date.now() + BROKEN_LIMIT_MS;
  while (find() && Date.now() < until) await sleep(POLL_MS);
  const client = find();
  if (!client) return;
  client.destroy();
  clients.remove(client);
}

/** What the attachment has typed so far, if it goes on. */
function typedBefore(
  { returning, clients }: Session,
  { token, resumes }: ClientTerminal,
): TypedBytes | undefined {
  return returning?.typed(token) ?? (resumes && clients.left.typed(token));
}

/** @param terminal undefined: nothing is attached, the session must only be live. */
export async function attachTo(
  context: Context,
  requester: Requester,
  id: number,
  session: Session,
  terminal: ClientTerminal | undefined,
  reply: () => Reply,
): Promise<Answered | Reply> {
  const socket = terminal && (await context.dataSockets.expect(terminal.token));
  if (terminal && !socket) return noDataSocket(id);
  if (terminal) await session.whenParsed();
  if (session.exit) {
    socket?.destroy();
    return noSession(id, session.fullName);
  }
  return joined(requester, session, terminal, socket, reply());
}

/** The client is added after the reply is sent: the session's output follows it. */
export function joined(
  requester: Requester,
  session: Session,
  terminal: ClientTerminal | undefined,
  socket: Socket | undefined,
  reply: Reply,
): Answered {
  return {
    reply,
    afterwards: () => {
      if (!terminal || !socket) return;
      const client = new Client(terminal, socket, requester.send, Date.now());
      requester.attached = { session, client };
      const before = typedBefore(session, terminal);
      // Input of which nobody knows whether it has arrived is not typed again.
      if (before) {
        Object.assign(client.typist, { taken: before.taken, given: before.taken });
        session.memory?.count((ledger) => ledger.given(client.typist));
      }
      session.clients.attach(client, goOn(client, terminal));
      session.returning?.came(terminal.token);
    },
  };
}

/** The terminal of the requester's attachment has changed, or starts or stops getting direct output. */
export function onTerminalChange(
  { attached }: Requester,
  request: Of<'resize' | 'repaint' | 'lend' | 'lent' | 'reclaim'>,
): void {
  if (!attached) return;
  const { session, client } = attached;
  if (request.type === 'resize') session.clients.resize(client, request);
  else if (request.type === 'repaint') session.clients.repaint(client);
  else if (request.type === 'lend') client.output.openDirect(request);
  else if (request.type === 'lent') client.output.beginDirect(request.alternate);
  else client.output.stopDirect();
}

/** Answered by the notification `detached`. */
export async function leave(requester: Requester): Promise<undefined> {
  await requester.attached?.session.whenParsed();
  requester.attached?.session.clients.detach(requester.attached.client, 'self');
}

export async function detach({ table }: Context, { id, fullName }: Of<'detach'>): Promise<Reply> {
  const session = table.get(fullName);
  await session?.whenParsed();
  if (!session || session.exit) return noSession(id, fullName);
  session.clients.detachAll();
  return { type: 'done', id };
}

export function alreadyAttached(id: number): Refusal {
  return refuse(id, 'bad-message', 'this connection has an attachment already');
}

export function noDataSocket(id: number): Refusal {
  return refuse(id, 'no-data-socket', 'the data connection did not come in time', 'Try again.');
}
