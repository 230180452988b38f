/** Ends sessions, all of them at once. */
import { KILL_GRACE_MS } from '../../../protocol/limits.ts';
import type { Reply } from '../../../protocol/messages.ts';
import { jobsOf } from '../../session/background-jobs.ts';
import { endSession } from '../../session/kill.ts';
import type { Context, Of } from '../context.ts';

/** The reply names the sessions that have ended. */
export async function kill({ table }: Context, request: Of<'kill'>): Promise<Reply> {
  const graceMs = request.graceMs ?? KILL_GRACE_MS;
  const sessions = [...new Set(request.fullNames)].flatMap((name) => table.get(name) ?? []);
  const jobs = jobsOf(new Set(sessions.map(({ pid }) => pid)));
  const ended = await Promise.all(
    sessions.map(async (session) => {
      const own = jobs.get(session.pid) ?? [];
      return (await endSession(table, session, own, graceMs)) ? [session.fullName] : [];
    }),
  );
  return { type: 'killed', id: request.id, fullNames: ended.flat() };
}
