// @ts-check
/** The part of the Responses API that Codex speaks: a request read, an answer written. */

/** Codex asks for a title after the first turn with a prompt that begins so. */
const TITLE_PROMPT = 'Generate a concise';
const DELTAS = 4;
const OUTPUTS = ['function_call_output', 'custom_tool_call_output'];

/**
 * @typedef {object} MessageAnswer
 * @property {'message'} type
 * @property {string} text
 * @property {number} [deltas] in how many pieces it is sent (default 4)
 * @property {number} [delayMs] before each piece (default 0)
 *
 * @typedef {object} ToolAnswer what Codex is asked to run; its output comes in the next request
 * @property {'tool'} type
 * @property {string} cmd
 * @property {string} [justification] present: run outside of the sandbox, so Codex asks the user
 *
 * @typedef {object} Call one tool with its arguments, or, if it takes free text, its input
 * @property {string} name
 * @property {string} [namespace] `mcp__SERVER` for a tool of an MCP server
 * @property {Record<string, unknown>} [arguments]
 * @property {string} [input]
 *
 * @typedef {object} CallsAnswer several tools at once
 * @property {'calls'} type
 * @property {Call[]} calls
 *
 * @typedef {object} ErrorAnswer
 * @property {'error'} type
 * @property {number} [status] HTTP status (default 400, which Codex does not retry)
 * @property {string} message
 *
 * @typedef {string | MessageAnswer | ToolAnswer | CallsAnswer | ErrorAnswer} Answer a string is a message
 *
 * @typedef {object} ModelRequest
 * @property {string} threadId the conversation's UUID, '' if Codex sent none
 * @property {string} prompt the user's last message
 * @property {string[]} prompts every message of the user in this conversation, oldest first
 * @property {string | undefined} toolOutput set when this request follows a tool call
 * @property {boolean} isTitle Codex wants a title for the conversation
 * @property {boolean} aborted Codex hung up before the answer was complete
 * @property {any} body the request as it came
 */

/** @param {any} item */
function textOf(item) {
  if (typeof item.content === 'string') return item.content;
  return (item.content ?? []).map((/** @type {any} */ part) => part.text ?? '').join('');
}

/**
 * Codex sends its own context as messages of the user, too; those begin with a tag.
 * @param {any} item
 */
function isPrompt(item) {
  return item.role === 'user' && !/^\s*(<|# AGENTS\.md)/.test(textOf(item));
}

/** @param {any} body a parsed request @returns {ModelRequest} */
export function readRequest(body) {
  const input = Array.isArray(body.input) ? body.input : [];
  const users = input.filter((/** @type {any} */ item) => item.role === 'user');
  const prompts = input.filter(isPrompt).map(textOf);
  const last = input.at(-1);
  const output = OUTPUTS.includes(last?.type) ? last.output : undefined;
  const prompt = prompts.at(-1) ?? (users.length > 0 ? textOf(users.at(-1)) : '');
  return {
    threadId: body.client_metadata?.thread_id ?? '',
    prompt,
    prompts,
    toolOutput:
      output === undefined || typeof output === 'string' ? output : JSON.stringify(output),
    isTitle: prompt.startsWith(TITLE_PROMPT),
    aborted: false,
    body,
  };
}

/** @param {string} text @param {number} count */
function pieces(text, count) {
  const size = Math.max(1, Math.ceil(text.length / count));
  const list = [];
  for (let at = 0; at < text.length; at += size) list.push(text.slice(at, at + size));
  return list;
}

/** @typedef {(type: string, data: object) => void} Send */

/** @param {ToolAnswer} answer @returns {Call} */
function commandCall({ cmd, justification }) {
  const escalation = { sandbox_permissions: 'require_escalated', justification };
  const more = justification === undefined ? {} : escalation;
  return { name: 'exec_command', arguments: { cmd, ...more } };
}

/** @param {Send} send @param {Call[]} calls @param {string} id */
function sendCalls(send, calls, id) {
  for (const [index, { name, namespace, input, arguments: args }] of calls.entries()) {
    const ids = { id: `fc_${id}_${index}`, call_id: `call_${id}_${index}` };
    const item =
      input === undefined
        ? { type: 'function_call', ...ids, name, namespace, arguments: JSON.stringify(args) }
        : { type: 'custom_tool_call', ...ids, name, input };
    send('response.output_item.added', { output_index: index, item });
    send('response.output_item.done', { output_index: index, item });
  }
}

/** @param {Send} send @param {MessageAnswer} answer @param {string} id */
async function sendMessage(send, answer, id) {
  const item = { type: 'message', role: 'assistant', id: `msg_${id}` };
  send('response.output_item.added', { output_index: 0, item: { ...item, content: [] } });
  for (const delta of pieces(answer.text, answer.deltas ?? DELTAS)) {
    if (answer.delayMs) await new Promise((resolve) => setTimeout(resolve, answer.delayMs));
    send('response.output_text.delta', {
      item_id: item.id,
      output_index: 0,
      content_index: 0,
      delta,
    });
  }
  const content = [{ type: 'output_text', text: answer.text }];
  send('response.output_item.done', { output_index: 0, item: { ...item, content } });
}

/**
 * @param {import('node:http').ServerResponse} response
 * @param {Exclude<Answer, string>} answer
 * @param {string} id unique to this response
 * @param {Promise<void>} [gate] nothing of the answer is written before it opens
 */
export async function writeAnswer(response, answer, id, gate) {
  if (answer.type === 'error') {
    await gate;
    response.writeHead(answer.status ?? 400, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { message: answer.message } }));
    return;
  }
  /** @type {Send} */
  const send = (type, data) =>
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  send('response.created', { response: { id } });
  await gate;
  if (answer.type === 'tool') sendCalls(send, [commandCall(answer)], id);
  else if (answer.type === 'calls') sendCalls(send, answer.calls, id);
  else await sendMessage(send, answer, id);
  const usage = { input_tokens: 10, input_tokens_details: null, output_tokens: 10 };
  const total = { output_tokens_details: null, total_tokens: 20 };
  send('response.completed', { response: { id, usage: { ...usage, ...total } } });
  response.end();
}
