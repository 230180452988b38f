/** Starts a session, or attaches to it if it is live already. */
import { freeDescriptors } from '../../../platform/descriptor.ts';
import { messageOf } from '../../../platform/errors.ts';
import { BACKGROUND_COLUMNS, BACKGROUND_ROWS } from '../../../protocol/limits.ts';
import type { Refusal, Reply, SessionSpec } from '../../../protocol/messages.ts';
import { fullNameOf, isValidName } from '../../../store/names.ts';
import type { Session } from '../../session/session.ts';
import type { Answered, Context, Of, Requester } from '../context.ts';
import { refuse } from '../refusals.ts';
import { alreadyAttached, attachTo, joined, noDataSocket } from './attach.ts';

/** Descriptors: a session needs three, and Node some temporarily. */
const FILES_FEW = 16;

export async function start(
  context: Context,
  requester: Requester,
  request: Of<'start'>,
): Promise<Answered | Reply> {
  const { id, spec, terminal, waitMs = 0, begun } = request;
  if (terminal && requester.attached) return alreadyAttached(id);
  // Names are used in file names.
  if (!namesFit(spec))
    return refuse(id, 'bad-message', 'start: the names of the session do not fit together');
  const started = (session: Session, created: boolean): Reply => ({
    type: 'started',
    id,
    created,
    session: session.info(),
  });
  const live = context.table.get(spec.fullName);
  if (live) {
    if (spec.userArgs.length > 0 && !spec.recalled) return alreadyLive(id, spec);
    if (!terminal && waitMs > 0) await live.startUp.wait(waitMs, begun);
    return attachTo(context, requester, id, live, terminal, () => started(live, false));
  }
  const socket = terminal && (await context.dataSockets.expect(terminal.token));
  if (terminal && !socket) return noDataSocket(id);
  if (request.colorsFollow) context.table.colors.await();
  // Another client may have started it while the data connection was awaited.
  const session =
    cannotStart(context, id) ?? context.table.get(spec.fullName) ?? create(context, request);
  if (!('info' in session)) {
    socket?.destroy();
    return session;
  }
  if (!terminal && waitMs > 0) await session.startUp.wait(waitMs, begun);
  return joined(requester, session, terminal, socket, started(session, true));
}

function namesFit({ name, project, hash, fullName }: SessionSpec): boolean {
  return isValidName(name) && fullName === fullNameOf({ name: project, hash }, name);
}

function alreadyLive(id: number, { project, name }: SessionSpec): Refusal {
  return refuse(
    id,
    'already-live',
    `${project}:${name} is running already, so the arguments after -- cannot be given to it`,
    'Attach without them, kill it first, or start a session of another name.',
  );
}

function cannotStart({ leaving, table }: Context, id: number): Refusal | undefined {
  if (leaving) return refuse(id, 'leaving', 'the supervisor is about to exit', 'Try again.');
  if (table.full)
    return refuse(id, 'limit', `there are ${table.size} sessions already`, 'Kill some first.');
  return undefined;
}

function create(context: Context, request: Of<'start'>): Session | Refusal {
  const { id, spec, terminal } = request;
  const size = terminal ?? request.size ?? { cols: BACKGROUND_COLUMNS, rows: BACKGROUND_ROWS };
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
