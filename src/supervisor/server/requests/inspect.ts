/** Describes sessions, and marks what was described as seen. */
import type { Reply } from '../../../protocol/messages.ts';
import type { Context, Of } from '../context.ts';
import { noSession } from '../refusals.ts';

export function list({ table, guard }: Context, { id }: Of<'list'>): Reply | Promise<Reply> {
  const reply = (): Reply => {
    const sessions = [...table.all()].map((session) => session.info());
    return { type: 'sessions', id, sessions, guard: guard.info };
  };
  return table.whenRead()?.then(reply) ?? reply();
}

/** The user has not seen a later status. */
export function seen({ table }: Context, { id, fullName, statusSince }: Of<'seen'>): Reply {
  const session = table.get(fullName);
  if (!session) return noSession(id, fullName);
  if (session.info().statusSince === statusSince) session.program.seen();
  return { type: 'done', id };
}

/** How a session's status came about. */
export function explain({ table }: Context, { id, fullName }: Of<'explain'>): Reply {
  const session = table.get(fullName);
  if (!session) return noSession(id, fullName);
  const events = session.program
    .explain()
    .map((event) => ({ ...event, at: new Date(event.at).toISOString() }));
  return { type: 'explained', id, session: session.info(), events };
}
