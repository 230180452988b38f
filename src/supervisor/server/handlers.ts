/**
 * What each request does: near-pure functions from a context and a message to a reply. An expected
 * refusal is a reply; anything thrown is a defect and is answered as one.
 */
import type { Socket } from 'node:net';
import { freeDescriptors } from '../../platform/descriptor.ts';
import { messageOf } from '../../platform/errors.ts';
import { BACKGROUND_COLUMNS, BACKGROUND_ROWS, KILL_GRACE_MS } from '../../protocol/limits.ts';
import type { ClientTerminal, Refusal, Reply, Request } from '../../protocol/messages.ts';
import { fullNameOf, isValidName } from '../../store/names.ts';
import { jobsOf } from '../session/background-jobs.ts';
import { Client } from '../session/client.ts';
import { endSession } from '../session/kill.ts';
import type { Session } from '../session/session.ts';
import type { Context, Of, Requester } from './context.ts';
import { noSession, refuse } from './refusals.ts';
import { rename } from './requests/rename.ts';
import * as script from './requests/script.ts';

/** A session needs three, and Node some for a moment. */
const FILES_FEW = 16;

type Answer = Reply | undefined | Promise<Reply | undefined>;
/** Runs after the reply has been sent. */
export type Answered = { readonly reply: Reply; readonly afterwards: () => void };

export function handle(
  context: Context,
  requester: Requester,
  request: Request,
): Answer | Promise<Answered | Reply> {
  switch (request.type) {
    case 'list':
      return {
        type: 'sessions',
        id: request.id,
        sessions: [...context.table.all()].map((s) => s.info()),
      };
    case 'start':
      return start(context, requester, request);
    case 'attach':
      return attach(context, requester, request);
    case 'resize':
      requester.attached?.session.clients.resize(requester.attached.client, request);
      return undefined;
    case 'repaint':
      requester.attached?.session.clients.repaint(requester.attached.client);
      return undefined;
    case 'lend':
      requester.attached?.client.openDirectOutput(request);
      return undefined;
    case 'lent':
      requester.attached?.client.beginDirectOutput(request.alternate);
      return undefined;
    case 'reclaim':
      requester.attached?.client.stopDirectOutput();
      return undefined;
    case 'leave':
      return leave(requester);
    case 'detach':
      return detach(context, request);
    case 'rename':
      return rename(context, request);
    case 'explain':
      return explain(context, request);
    case 'kill':
      return kill(context, request);
    case 'hand-over':
      return context.handOver(requester, request);
    case 'subscribe':
      return script.subscribe(context, requester, request);
    case 'describe':
      return script.describe(context, request);
    case 'type':
      return script.type(context, request);
    case 'peek':
      return script.peek(context, request);
  }
}

async function start(
  context: Context,
  requester: Requester,
  request: Of<'start'>,
): Promise<Answered | Reply> {
  const { id, spec, terminal } = request;
  if (terminal && requester.attached) return attachedAlready(id);
  // Names become the names of files.
  if (
    !isValidName(spec.name) ||
    spec.fullName !== fullNameOf({ name: spec.project, hash: spec.hash }, spec.name)
  )
    return refuse(id, 'bad-message', 'start: the names of the session do not fit together');
  const live = context.table.get(spec.fullName);
  if (live) {
    if (spec.userArgs.length > 0 && !spec.recalled)
      return refuse(
        id,
        'already-live',
        `${spec.project}:${spec.name} is running already, so the arguments after -- cannot be given to it`,
        'Attach without them, kill it first, or start a session of another name.',
      );
    return attachTo(context, requester, id, live, terminal, false);
  }
  const socket = terminal ? await context.dataSockets.expect(terminal.token) : undefined;
  if (terminal && !socket) return noDataSocket(id);
  const refused = cannotStart(context, id);
  if (refused) {
    socket?.destroy();
    return refused;
  }
  // Somebody else may have started it while the data connection was awaited.
  const session = context.table.get(spec.fullName) ?? create(context, request);
  if (!('info' in session)) {
    socket?.destroy();
    return session;
  }
  return joined(requester, id, session, terminal, socket, true);
}

function cannotStart(context: Context, id: number): Refusal | undefined {
  if (context.leaving)
    return refuse(id, 'leaving', 'the supervisor is about to exit', 'Try again.');
  if (context.table.full)
    return refuse(
      id,
      'limit',
      `there are ${context.table.size} sessions already`,
      'Kill some first.',
    );
  return undefined;
}

function create(context: Context, { id, spec, terminal }: Of<'start'>): Session | Refusal {
  const size = terminal ?? { cols: BACKGROUND_COLUMNS, rows: BACKGROUND_ROWS };
  try {
    return context.table.start(spec, { cols: size.cols, rows: size.rows });
  } catch (error) {
    const hint =
      (freeDescriptors() ?? FILES_FEW) < FILES_FEW
        ? 'The supervisor can open no more files: end some sessions, or raise its limit with prlimit.'
        : 'See whether the program can be run and its directory is there.';
    return refuse(id, 'spawn-failed', `cannot start the program: ${messageOf(error)}`, hint);
  }
}

function attach(
  context: Context,
  requester: Requester,
  request: Of<'attach'>,
): Answer | Promise<Answered | Reply> {
  const session = context.table.get(request.fullName);
  if (!session) return noSession(request.id, request.fullName);
  if (requester.attached) return attachedAlready(request.id);
  return attachTo(context, requester, request.id, session, request.terminal, undefined);
}

async function attachTo(
  context: Context,
  requester: Requester,
  id: number,
  session: Session,
  terminal: ClientTerminal | undefined,
  created: boolean | undefined,
): Promise<Answered | Reply> {
  const socket = terminal ? await context.dataSockets.expect(terminal.token) : undefined;
  if (terminal && !socket) return noDataSocket(id);
  if (terminal) await session.whenParsed();
  if (session.exit) {
    socket?.destroy();
    return noSession(id, session.fullName);
  }
  return joined(requester, id, session, terminal, socket, created);
}

function joined(
  requester: Requester,
  id: number,
  session: Session,
  terminal: ClientTerminal | undefined,
  socket: Socket | undefined,
  created: boolean | undefined,
): Answered {
  const reply: Reply =
    created === undefined
      ? { type: 'attached', id, session: session.info() }
      : { type: 'started', id, created, session: session.info() };
  return {
    reply,
    afterwards: () => {
      if (!terminal || !socket) return;
      const client = new Client(terminal, socket, requester.say, Date.now());
      requester.attached = { session, client };
      session.clients.attach(client);
    },
  };
}

async function leave(requester: Requester): Promise<undefined> {
  await requester.attached?.session.whenParsed();
  requester.attached?.session.clients.detach(requester.attached.client, 'self');
}

function attachedAlready(id: number): Refusal {
  return refuse(id, 'bad-message', 'this connection has an attachment already');
}

function noDataSocket(id: number): Refusal {
  return refuse(id, 'no-data-socket', 'the data connection did not come in time', 'Try again.');
}

async function detach(context: Context, { id, fullName }: Of<'detach'>): Promise<Reply> {
  const session = context.table.get(fullName);
  await session?.whenParsed();
  if (!session || session.exit) return noSession(id, fullName);
  session.clients.detachAll();
  return { type: 'done', id };
}

function explain(context: Context, { id, fullName }: Of<'explain'>): Reply {
  const session = context.table.get(fullName);
  if (!session) return noSession(id, fullName);
  const events = session.program
    .explain()
    .map((event) => ({ ...event, at: new Date(event.at).toISOString() }));
  return { type: 'explained', id, session: session.info(), events };
}

async function kill(context: Context, request: Of<'kill'>): Promise<Reply> {
  const graceMs = request.graceMs ?? KILL_GRACE_MS;
  const sessions = [...new Set(request.fullNames)].flatMap((name) => context.table.get(name) ?? []);
  const jobs = jobsOf(new Set(sessions.map(({ pid }) => pid)));
  const ended = await Promise.all(
    sessions.map(async (session) => {
      const own = jobs.get(session.pid) ?? [];
      return (await endSession(context.table, session, own, graceMs)) ? [session.fullName] : [];
    }),
  );
  return { type: 'killed', id: request.id, fullNames: ended.flat() };
}
