/**
 * Passes each request to its handler. An expected refusal is a reply; anything thrown is a defect, and
 * is answered as one.
 */
import type { Reply, Request } from '../../protocol/messages.ts';
import type { Answered, Context, Requester } from './context.ts';
import { attach, detach, leave, onTerminalChange } from './requests/attach.ts';
import { colors } from './requests/colors.ts';
import { explain, list, seen } from './requests/inspect.ts';
import { kill } from './requests/kill.ts';
import { preview } from './requests/preview.ts';
import * as question from './requests/question.ts';
import { rename } from './requests/rename.ts';
import * as script from './requests/script.ts';
import { start } from './requests/start.ts';

type Answer = Reply | undefined | Promise<Reply | undefined> | Promise<Answered | Reply>;

export function handle(context: Context, requester: Requester, request: Request): Answer {
  switch (request.type) {
    case 'list':
      return list(context, request);
    case 'start':
      return start(context, requester, request);
    case 'colors':
      return colors(context, request);
    case 'attach':
      return attach(context, requester, request);
    case 'resize':
    case 'repaint':
    case 'lend':
    case 'lent':
    case 'reclaim':
      onTerminalChange(requester, request);
      return undefined;
    case 'leave':
      return leave(requester);
    case 'detach':
      return detach(context, request);
    case 'rename':
      return rename(context, request);
    case 'explain':
      return explain(context, request);
    case 'seen':
      return seen(context, request);
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
    case 'preview':
      return preview(context, requester, request);
    case 'question':
      return question.read(context, request);
    case 'answer':
      return question.answer(context, request);
    default:
      // Does not compile if a request has no handler.
      return request satisfies never;
  }
}
