/** What a request's handler may use of the supervisor and of the requester. */
import type { GuardInfo, Notification, Reply, Request } from '../../protocol/messages.ts';
import type { Client } from '../session/client.ts';
import type { Preview } from '../session/preview.ts';
import type { Session } from '../session/session.ts';
import type { SessionTable } from '../session/table.ts';
import type { DataSockets } from './data-sockets.ts';
import type { EventHub } from './event-hub.ts';

/** The request of this type. */
export type Of<T extends Request['type']> = Extract<Request, { type: T }>;

/** A reply, and what to do after it is sent. */
export type Answered = { readonly reply: Reply; readonly afterwards: () => void };

/** The control connection that sent the request. */
export interface Requester {
  /** The attachment of this connection, if any. */
  attached: { readonly session: Session; readonly client: Client } | undefined;
  /** Full names of its subscription, null for all; undefined if there is none. */
  follows: readonly string[] | null | undefined;
  /** Ends this connection's subscription, if it has one. */
  unsubscribe: (() => void) | undefined;
  /** The session whose screen is shown on this connection, which is not its client. */
  preview: Preview | undefined;
  /** `taken` is called once the connection has taken it. */
  send(message: Notification | Reply, taken?: () => void): void;
}

export interface Context {
  readonly table: SessionTable;
  readonly dataSockets: DataSockets;
  readonly events: EventHub;
  readonly guard: { readonly info: GuardInfo };
  /** Answers only if it fails: otherwise the successor answers. */
  handOver(requester: Requester, request: Of<'hand-over'>): Promise<Reply>;
  /** The supervisor is about to exit: nothing new may start. */
  readonly leaving: boolean;
}
