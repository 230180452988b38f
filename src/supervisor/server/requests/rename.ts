/** Gives a live session another name; its clients stay attached. */

import { messageOf } from '../../../platform/errors.ts';
import type { Reply } from '../../../protocol/messages.ts';
import { fullNameOf, isValidName } from '../../../store/names.ts';
import type { Context, Of } from '../context.ts';
import { noSession, refuse } from '../refusals.ts';

export function rename({ table }: Context, { id, fullName, name }: Of<'rename'>): Reply {
  const session = table.get(fullName);
  if (!session) return noSession(id, fullName);
  const { project, hash } = session.spec;
  if (!isValidName(name)) return refuse(id, 'bad-message', 'that cannot be the name of a session');
  const taken = table.get(fullNameOf({ name: project, hash }, name));
  if (taken === session) return { type: 'done', id };
  if (taken)
    return refuse(id, 'already-live', `${project}:${name} is running`, 'Choose another name.');
  try {
    table.rename(session, name);
  } catch (error) {
    const message = `${project}:${session.spec.name} keeps its name, as its record cannot be written: ${messageOf(error)}`;
    return refuse(id, 'limit', message, 'Make room, or make the state directory writable.');
  }
  return { type: 'done', id };
}
