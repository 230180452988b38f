/**
 * Codex's own record of a conversation (a "rollout": one JSON object per line) as turns and items.
 * The format is Codex's and changes: what is unknown is ignored, what does not parse is counted, and
 * no line causes an error.
 *
 * There are two dialects: 0.144 writes `event_msg` lines of type `user_message` and `agent_message`;
 * 0.154 and 0.169 write `item_completed` with the item in it. Commands: all versions write
 * `function_call` and `function_call_output`, the newer ones also `CommandExecution`, perhaps after
 * the end of the turn. Messages in `response_item` lines are not read: they include texts that Codex
 * itself adds to the conversation.
 *
 * A turn that failed has an `error` at its end, but not in 0.144, which records the same as for one that
 * finished. There it is certain only if the model has said nothing at all.
 */
import {
  commandOf,
  fromOutput,
  isObject,
  type Json,
  metaOf,
  parsed,
  stringOf,
  textOf,
} from './transcript-json.ts';
import type {
  ItemType,
  TranscriptEvent,
  TranscriptItem,
  TranscriptMeta,
  Turn,
} from './transcript-types.ts';

/** Names of the tools that run a command. */
const COMMAND_TOOLS: ReadonlySet<string> = new Set([
  ...['exec_command', 'shell', 'shell_command', 'local_shell', 'container.exec', 'unified_exec'],
]);

interface Call {
  readonly command: string;
  readonly turnId: string | undefined;
  readonly time: string;
}

/** Built from the lines of one record, in order. */
export class Transcript {
  readonly items: TranscriptItem[] = [];
  readonly turns: Turn[] = [];
  meta: TranscriptMeta | undefined;
  /** Number of lines that were not a JSON object. */
  garbage = 0;
  #turn: Turn | undefined;
  /** The running turn has a prompt; and the model has said or done something in it. */
  #prompted = false;
  #heard = false;
  /** Commands without an outcome so far, by call id. */
  readonly #calls = new Map<string, Call>();

  /** Adds one line, without its line feed. */
  line(text: string): TranscriptEvent[] {
    if (text.trim() === '') return [];
    let entry: unknown;
    try {
      entry = JSON.parse(text);
    } catch {
      entry = undefined;
    }
    if (!isObject(entry)) {
      this.garbage += 1;
      return [];
    }
    const payload = isObject(entry.payload) ? entry.payload : {};
    const events = this.#entry(stringOf(entry.type), payload, stringOf(entry.timestamp) ?? '');
    for (const event of events) if (event.type === 'item') this.items.push(event.item);
    return events;
  }

  /** The running turn, or else the last one. */
  get lastTurn(): Readonly<Turn> | undefined {
    return this.turns.at(-1);
  }

  #entry(type: string | undefined, payload: Json, time: string): TranscriptEvent[] {
    if (type === 'session_meta') this.meta ??= metaOf(payload);
    if (type === 'compacted') return [this.#note('The conversation so far was summarised.', time)];
    if (type === 'response_item') return this.#responseItem(payload, time);
    if (type !== 'event_msg') return [];
    switch (stringOf(payload.type)) {
      case 'task_started':
      case 'turn_started':
        return this.#begin(payload, time);
      case 'task_complete':
      case 'turn_complete':
        return this.#end(payload, time, this.#outcomeOf(payload));
      case 'turn_aborted':
        return this.#end(payload, time, 'aborted');
      case 'item_completed':
        return isObject(payload.item) ? this.#item(payload.item, payload, time) : [];
      default:
        return this.#oldEvent(payload, time);
    }
  }

  /** `event_msg` lines of 0.144 and older. */
  #oldEvent(payload: Json, time: string): TranscriptEvent[] {
    const text = stringOf(payload.message) ?? stringOf(payload.text) ?? '';
    switch (stringOf(payload.type)) {
      case 'user_message':
        return this.#said('prompt', text, time);
      case 'agent_message':
        return this.#said('answer', text, time);
      case 'agent_reasoning':
        return this.#said('reasoning', text, time);
      case 'error':
      case 'stream_error':
        return this.#said('note', text, time);
      default:
        return [];
    }
  }

  #item(item: Json, payload: Json, time: string): TranscriptEvent[] {
    const turnId = stringOf(payload.turn_id);
    if (item.type !== 'UserMessage') this.#heard = true;
    switch (stringOf(item.type)) {
      case 'UserMessage':
        return this.#said('prompt', textOf(item.content), time, turnId);
      case 'AgentMessage':
        return this.#said('answer', textOf(item.content), time, turnId);
      case 'Reasoning':
        return this.#said('reasoning', textOf(item.summary_text), time, turnId);
      case 'Plan':
        return this.#said('note', stringOf(item.text) ?? '', time, turnId);
      case 'CommandExecution':
        return this.#execution(item, time, turnId);
      case 'FileChange':
        return this.#fileChange(item, time, turnId);
      case 'McpToolCall':
        return this.#said('note', `Tool ${item.server}.${item.tool}`, time, turnId);
      case 'WebSearch':
        return this.#said('note', `Web search: ${stringOf(item.query) ?? ''}`, time, turnId);
      default:
        return [];
    }
  }

  #execution(item: Json, time: string, turnId: string | undefined): TranscriptEvent[] {
    this.#calls.delete(stringOf(item.id) ?? '');
    const exitCode = item.exit_code;
    const status = stringOf(item.status);
    const outcome = status === 'declined' || status === 'failed' ? status : 'completed';
    return this.#command({
      time,
      text: stringOf(item.aggregated_output) ?? '',
      command: commandOf(item.command),
      outcome,
      ...(typeof exitCode === 'number' && { exitCode }),
      ...(turnId !== undefined && { turnId }),
    });
  }

  #fileChange(item: Json, time: string, turnId: string | undefined): TranscriptEvent[] {
    this.#calls.delete(stringOf(item.id) ?? '');
    const changes = isObject(item.changes) ? Object.entries(item.changes) : [];
    const lines = changes.map(([path, change]) => {
      const kind = isObject(change) ? stringOf(change.type) : undefined;
      return `${kind ?? 'change'} ${path}`;
    });
    const failed = item.status === 'completed' ? '' : ` (${item.status})`;
    return this.#said('note', `Files${failed}: ${lines.join(', ')}`, time, turnId);
  }

  #responseItem(payload: Json, time: string): TranscriptEvent[] {
    const callId = stringOf(payload.call_id) ?? '';
    const type = stringOf(payload.type);
    if (type !== 'message' || payload.role === 'assistant') this.#heard = true;
    if (type === 'function_call' && COMMAND_TOOLS.has(stringOf(payload.name) ?? '')) {
      const command = commandOf(parsed(payload.arguments));
      this.#calls.set(callId, { command, turnId: this.#turn?.id, time });
    }
    const call = this.#calls.get(callId);
    if (type !== 'function_call_output' || call === undefined) return [];
    const output = stringOf(payload.output) ?? textOf(payload.output);
    // It still runs in the background: the outcome follows, or the turn ends without it.
    if (/^Process running with session ID/m.test(output)) return [];
    this.#calls.delete(callId);
    return this.#command({ ...fromOutput(output), ...callFields(call), time });
  }

  #begin(payload: Json, time: string): TranscriptEvent[] {
    const id = stringOf(payload.turn_id) ?? `turn-${this.turns.length + 1}`;
    // A process that was killed leaves a turn without an end.
    const cut = this.#turn === undefined ? [] : this.#end({}, time, 'aborted');
    this.#turn = { id, state: 'running', startedAt: time };
    this.#prompted = false;
    this.#heard = false;
    this.turns.push(this.#turn);
    return [...cut, { type: 'turn', turn: { ...this.#turn } }];
  }

  #outcomeOf(payload: Json): Turn['state'] {
    if (isObject(payload.error)) return 'failed';
    const answered = stringOf(payload.last_agent_message) !== undefined;
    return this.#prompted && !this.#heard && !answered ? 'failed' : 'finished';
  }

  #end(payload: Json, time: string, state: Turn['state']): TranscriptEvent[] {
    const id = stringOf(payload.turn_id);
    const turn = this.turns.findLast((one) => one.id === id) ?? this.#turn;
    if (turn === undefined || turn.state !== 'running') return [];
    if (turn === this.#turn) this.#turn = undefined;
    const error = isObject(payload.error) ? stringOf(payload.error.message) : undefined;
    const silent = state === 'failed' ? 'Codex has recorded no answer of the model' : undefined;
    const reason = error ?? stringOf(payload.reason) ?? silent;
    const answer = stringOf(payload.last_agent_message);
    turn.state = state;
    turn.endedAt = time;
    if (reason !== undefined) turn.reason = reason;
    if (answer !== undefined) turn.answer = answer;
    return [
      ...(state === 'aborted' ? this.#interrupted(turn.id, time) : []),
      ...(error === undefined ? [] : this.#said('note', `Error: ${error}`, time, turn.id)),
      { type: 'turn', turn: { ...turn } },
    ];
  }

  /** The commands without an outcome in an aborted turn. */
  #interrupted(turnId: string, time: string): TranscriptEvent[] {
    const events: TranscriptEvent[] = [];
    for (const [callId, call] of this.#calls) {
      if (call.turnId !== turnId) continue;
      this.#calls.delete(callId);
      events.push(
        ...this.#command({ ...callFields(call), time, text: '', outcome: 'interrupted' }),
      );
    }
    return events;
  }

  #command(item: Omit<TranscriptItem, 'type'>): TranscriptEvent[] {
    this.#heard = true;
    return [{ type: 'item', item: { type: 'command', ...item } }];
  }

  #note(text: string, time: string): TranscriptEvent {
    return { type: 'item', item: { type: 'note', time, text } };
  }

  #said(type: ItemType, text: string, time: string, turn?: string): TranscriptEvent[] {
    if (text === '') return [];
    if (type === 'prompt') this.#prompted = true;
    else if (type !== 'note') this.#heard = true;
    const turnId = turn ?? this.#turn?.id;
    const item = { type, time, text, ...(turnId !== undefined && { turnId }) };
    if (type === 'answer' && this.#turn !== undefined) this.#turn.answer = text;
    return [{ type: 'item', item }];
  }
}

function callFields(call: Call): Pick<TranscriptItem, 'command' | 'turnId'> {
  return { command: call.command, ...(call.turnId !== undefined && { turnId: call.turnId }) };
}
