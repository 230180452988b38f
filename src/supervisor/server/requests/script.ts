/** Requests of scripts: follow changes, type, read the screen. */
import { MESSAGE_MAX_BYTES } from '../../../protocol/limits.ts';
import type { PartTaken, Reply } from '../../../protocol/messages.ts';
import type { Context, Of, Requester } from '../context.ts';
import { noSession, refuse } from '../refusals.ts';

/** A program with this much unread input does not read it: more would only cost memory. */
const UNREAD_INPUT_MAX_BYTES = MESSAGE_MAX_BYTES;
/** As JSON, with colours and characters of three bytes, this many fit into one message. */
const PEEK_MAX_CHARACTERS = MESSAGE_MAX_BYTES / 6;

/** Sends its reply itself, so that no change is missed between the reply and the first event. */
export async function subscribe(
  context: Context,
  requester: Requester,
  request: Of<'subscribe'>,
): Promise<undefined> {
  const read = context.table.whenRead();
  if (read) await read;
  const wanted = request.fullNames && new Set(request.fullNames);
  const sessions = [...context.table.all()]
    .filter(({ fullName }) => !wanted || wanted.has(fullName))
    .map((session) => session.info());
  requester.send({ type: 'subscribed', id: request.id, sessions });
  follow(context, requester, request.fullNames);
}

/** Subscribes to these sessions, or to all; ends an earlier subscription of this connection. */
export function follow(
  context: Context,
  requester: Requester,
  fullNames: readonly string[] | undefined,
): void {
  const wanted = fullNames && new Set(fullNames);
  requester.unsubscribe?.();
  requester.follows = fullNames ?? null;
  requester.unsubscribe = context.events.subscribe((event) => {
    if (event.previous !== undefined && wanted?.delete(event.previous)) {
      wanted.add(event.session.fullName);
      requester.follows = [...wanted];
    }
    if (!wanted || wanted.has(event.session.fullName)) requester.send(event);
  });
}

export async function describe(context: Context, request: Of<'describe'>): Promise<Reply> {
  const { id, fullName } = request;
  const session = context.table.get(fullName);
  await session?.whenParsed();
  if (!session || session.exit) return noSession(id, fullName);
  const { bracketedPaste, applicationCursorKeys, kittyFlags } = session.terminal.screen.modes;
  return {
    type: 'described',
    id,
    session: session.info(),
    input: { bracketedPaste, applicationCursor: applicationCursorKeys, kittyFlags },
  };
}

export async function type(context: Context, request: Of<'type'>): Promise<Reply> {
  const { id, fullName } = request;
  const session = context.table.get(fullName);
  if (!session) return noSession(id, fullName);
  if (session.terminal.pty.queuedBytes > UNREAD_INPUT_MAX_BYTES)
    return notTaken(request, { bytes: 0, slowly: false });
  const key = request.key ?? '';
  const state = session.memory?.file.ledger.stateOf(key) ?? 'none';
  if (state === 'typed') return { type: 'done', id };
  if (state === 'begun')
    return refuse(
      id,
      'maybe-typed',
      'the supervisor died while it typed this: it may be there, or not',
    );
  session.memory?.count((ledger) => ledger.begin(key));
  const outcome = await session.type(Buffer.from(request.bytes, 'base64'), request.limits);
  if (outcome === 'ended') return noSession(id, fullName);
  if (outcome !== 'taken') return notTaken(request, outcome);
  session.memory?.count((ledger) => ledger.typed(key));
  return { type: 'done', id };
}

function notTaken({ id, fullName }: Of<'type'>, taken: PartTaken): Reply {
  const why = `the program in ${fullName} does not read what is typed`;
  return { ...refuse(id, 'not-taken', why), taken };
}

export async function peek(context: Context, request: Of<'peek'>): Promise<Reply> {
  const { id, fullName, ansi, lines } = request;
  const session = context.table.get(fullName);
  await session?.whenParsed();
  if (!session || session.exit) return noSession(id, fullName);
  const { screen } = session.terminal;
  // With as many lines above the screen as are wanted in all: the screen may end in empty lines.
  const text = screen.text({ ansi, scrollback: lines ?? 0 });
  while (text.at(-1) === '') text.pop();
  const wanted = fitting(lines === undefined ? text : text.slice(-lines));
  return { type: 'screen', id, session: session.info(), lines: wanted };
}

/** The last lines that fit into one message. */
function fitting(lines: readonly string[]): readonly string[] {
  let room = PEEK_MAX_CHARACTERS;
  const first = lines.findLastIndex((line) => {
    room -= line.length + 1;
    return room < 0;
  });
  return lines.slice(first + 1);
}
