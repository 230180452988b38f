/** Takes the colours of a client's terminal, for programs that ask while no client is attached. */
import type { Reply } from '../../../protocol/messages.ts';
import type { Context, Of } from '../context.ts';

export function colors({ table }: Context, { id, colors: told }: Of<'colors'>): Reply {
  table.learnColors(told);
  return { type: 'done', id };
}
