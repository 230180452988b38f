/** Requests about a session's question: to read it, and to answer the one that was read. */
import type { Refusal, Reply } from '../../../protocol/messages.ts';
import { shortName } from '../../../store/names.ts';
import { type AnswerOutcome, answerQuestion, whetherTaken } from '../../session/question-answer.ts';
import type { Session } from '../../session/session.ts';
import type { Context, Of } from '../context.ts';
import { noSession, refuse } from '../refusals.ts';

export async function read(context: Context, request: Of<'question'>): Promise<Reply> {
  const { id, fullName } = request;
  const session = context.table.get(fullName);
  const question = await session?.question.read();
  if (!session || session.exit || question === undefined) return noSession(id, fullName);
  return { type: 'question', id, session: session.info(), question };
}

export async function answer(context: Context, request: Of<'answer'>): Promise<Reply> {
  const { id, fullName, key = '' } = request;
  const session = context.table.get(fullName);
  if (!session) return noSession(id, fullName);
  const before = session.memory?.file.ledger.stateOf(key) ?? 'none';
  if (before === 'begun')
    return refuse(
      id,
      'maybe-typed',
      'the supervisor died while it typed this answer: it may be there, or not',
    );
  const outcome =
    before === 'typed'
      ? await whetherTaken(session, request.fingerprint)
      : await once(session, request, key);
  if (outcome === 'taken') return { type: 'answered', id, session: session.info() };
  if (session.exit) return noSession(id, fullName);
  return refusal(id, shortName(session.spec), outcome);
}

/** A repeated request does not type the answer again. */
function once(session: Session, request: Of<'answer'>, key: string): Promise<AnswerOutcome> {
  const { choice, fingerprint } = request;
  let begun = false;
  return answerQuestion(session, {
    choice,
    fingerprint,
    begin: () => {
      if (!begun) session.memory?.count((ledger) => ledger.begin(key));
      begun = true;
    },
    typed: () => session.memory?.count((ledger) => ledger.typed(key)),
  });
}

function refusal(id: number, name: string, why: Exclude<AnswerOutcome, 'taken'>): Refusal {
  switch (why) {
    case 'no-question':
      return refuse(id, why, `${name} asks nothing any more; nothing was typed`);
    case 'other-question':
      return refuse(
        id,
        why,
        `${name} asks something else by now, or someone has typed; nothing was typed`,
        'See what it asks now: "codex-sessions answer" with its name.',
      );
    case 'no-such-choice':
      return refuse(id, why, 'the question has no such choice; nothing was typed');
    case 'no-rest':
      return refuse(
        id,
        'limit',
        `${name} draws all the time, or reads nothing; nothing was typed`,
        'Look what it does: codex-sessions peek',
      );
    case 'not-taken':
      return refuse(id, why, `${name} has not taken the answer in 5 s; it may yet`);
    default:
      return why satisfies never;
  }
}
