// @ts-check
/**
 * A model for Codex that lives in this process: a Responses API on the loopback interface.
 * The tests and the demo run the real Codex on it, so they need no account and no network.
 * Plain JavaScript, because the demo runs on Node 20 without a build step.
 */
import { createServer } from 'node:http';

/** Codex asks for a title after the first turn with a prompt that begins so. */
const TITLE_PROMPT = 'Generate a concise';
const DELTAS = 4;

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
 * @typedef {object} ErrorAnswer
 * @property {'error'} type
 * @property {number} [status] HTTP status (default 400, which Codex does not retry)
 * @property {string} message
 *
 * @typedef {string | MessageAnswer | ToolAnswer | ErrorAnswer} Answer a string is a message
 *
 * @typedef {object} ModelRequest
 * @property {string} threadId the conversation's UUID, '' if Codex sent none
 * @property {string} prompt the user's last message
 * @property {string[]} prompts every message of the user in this conversation, oldest first
 * @property {string | undefined} toolOutput set when this request follows a tool call
 * @property {boolean} isTitle Codex wants a title for the conversation
 * @property {boolean} aborted Codex hung up before the answer was complete
 * @property {any} body the request as it came
 *
 * @typedef {(request: ModelRequest) => Answer | undefined | Promise<Answer | undefined>} Handler
 *
 * @typedef {object} Gate
 * @property {Promise<ModelRequest>} arrived settles when a request that matches is there
 * @property {() => void} release lets the answer go (also the ones that come later)
 */

/** @param {any} item */
function textOf(item) {
  if (typeof item.content === 'string') return item.content;
  return (item.content ?? []).map((/** @type {any} */ part) => part.text ?? '').join('');
}

/** Codex sends its own context as messages of the user, too; those begin with a tag. */
/** @param {any} item */
function isPrompt(item) {
  return item.role === 'user' && !/^\s*(<|# AGENTS\.md)/.test(textOf(item));
}

/** @param {any} body @returns {ModelRequest} */
function readRequest(body) {
  const input = Array.isArray(body.input) ? body.input : [];
  const users = input.filter((/** @type {any} */ item) => item.role === 'user');
  const prompts = input.filter(isPrompt).map(textOf);
  const last = input.at(-1);
  const output = last?.type === 'function_call_output' ? last.output : undefined;
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

/** @param {ModelRequest} request @returns {Answer} */
function echo(request) {
  if (request.isTitle) return { type: 'message', text: 'A loopback conversation', deltas: 1 };
  if (request.toolOutput !== undefined) return `The tool said: ${request.toolOutput}`;
  return `You said: ${request.prompt}`;
}

export class LoopbackModel {
  /** Everything that Codex asked, in order. @type {ModelRequest[]} */
  requests = [];
  /** @type {{ matches: RegExp, answer: Handler }[]} */
  #rules = [];
  /** @type {{ matches: RegExp, arrive: (request: ModelRequest) => void, open: Promise<void> }[]} */
  #gates = [];
  /** @type {Set<{ matches: (request: ModelRequest) => boolean, resolve: (request: ModelRequest) => void }>} */
  #watchers = new Set();
  #ids = 0;
  #server = createServer((request, response) => {
    this.#serve(request, response).catch((error) => response.destroy(error));
  });

  /**
   * @param {Handler} [handler] asked first; `undefined` leaves it to the rules and the echo
   * @returns {Promise<LoopbackModel>}
   */
  static async start(handler) {
    const model = new LoopbackModel();
    if (handler !== undefined) model.on(/^/, handler);
    await new Promise((resolve, reject) => {
      model.#server.once('error', reject);
      model.#server.listen(0, '127.0.0.1', () => resolve(undefined));
    });
    return model;
  }

  get port() {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the model has stopped');
    return address.port;
  }

  /**
   * Steers what prompts get. The latest rule that matches and has an answer wins. A tool's output
   * is offered to the rules of its prompt, too; one that only asks for a tool is passed over.
   * @param {RegExp} matches against the prompt
   * @param {Answer | Handler} answer
   */
  on(matches, answer) {
    this.#rules.unshift({ matches, answer: typeof answer === 'function' ? answer : () => answer });
    return this;
  }

  /**
   * Holds back the answers to prompts that match, so that the test decides when a turn ends.
   * @param {RegExp} matches
   * @returns {Gate}
   */
  hold(matches) {
    /** @type {(request: ModelRequest) => void} */
    let arrive = () => {};
    let release = () => {};
    /** @type {Promise<ModelRequest>} */
    const arrived = new Promise((resolve) => {
      arrive = resolve;
    });
    /** @type {Promise<void>} */
    const open = new Promise((resolve) => {
      release = resolve;
    });
    this.#gates.unshift({ matches, arrive, open });
    return { arrived, release };
  }

  /**
   * The first request, come or still to come, whose prompt matches.
   * @param {RegExp} matches
   * @param {{ timeoutMs?: number }} [options]
   * @returns {Promise<ModelRequest>}
   */
  request(matches, { timeoutMs = 15_000 } = {}) {
    const fits = (/** @type {ModelRequest} */ request) =>
      !request.isTitle && matches.test(request.prompt);
    const known = this.requests.find(fits);
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve, reject) => {
      const watcher = {
        matches: fits,
        resolve: (/** @type {ModelRequest} */ request) => {
          clearTimeout(timer);
          resolve(request);
        },
      };
      const timer = setTimeout(() => {
        this.#watchers.delete(watcher);
        const seen = this.requests.map(({ prompt }) => JSON.stringify(prompt)).join(', ');
        reject(new Error(`no prompt like ${matches} in ${timeoutMs} ms; there were: ${seen}`));
      }, timeoutMs);
      this.#watchers.add(watcher);
    });
  }

  /** Ends at once; what Codex still waits for is cut off. */
  async close() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async [Symbol.asyncDispose]() {
    await this.close();
  }

  /** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
  async #serve(request, response) {
    if (request.method === 'GET') {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ models: [], data: [] }));
      return;
    }
    /** @type {Buffer[]} */
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    if (request.method !== 'POST' || !request.url?.endsWith('/responses')) {
      response.writeHead(404).end();
      return;
    }
    const asked = readRequest(JSON.parse(Buffer.concat(chunks).toString('utf8')));
    this.#note(asked);
    response.on('close', () => {
      asked.aborted = !response.writableFinished;
    });
    await this.#answer(asked, response);
  }

  /** @param {ModelRequest} asked */
  #note(asked) {
    this.requests.push(asked);
    for (const watcher of this.#watchers) {
      if (!watcher.matches(asked)) continue;
      this.#watchers.delete(watcher);
      watcher.resolve(asked);
    }
  }

  /** @param {ModelRequest} asked @returns {Promise<Answer>} */
  async #decide(asked) {
    if (asked.isTitle) return echo(asked);
    for (const rule of this.#rules) {
      const answer = rule.matches.test(asked.prompt) ? await rule.answer(asked) : undefined;
      if (answer === undefined) continue;
      // The call was made and this is its output: making it again would never end.
      const called = asked.toolOutput !== undefined;
      if (typeof answer !== 'string' && answer.type === 'tool' && called) continue;
      return answer;
    }
    return echo(asked);
  }

  /** @param {ModelRequest} asked @param {import('node:http').ServerResponse} response */
  async #answer(asked, response) {
    const gate = asked.isTitle
      ? undefined
      : this.#gates.find(({ matches }) => matches.test(asked.prompt));
    gate?.arrive(asked);
    const decided = await this.#decide(asked);
    const answer =
      typeof decided === 'string'
        ? { type: /** @type {const} */ ('message'), text: decided }
        : decided;
    if (answer.type === 'error') {
      await gate?.open;
      response.writeHead(answer.status ?? 400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: answer.message } }));
      return;
    }
    const id = `resp_${++this.#ids}`;
    const send = (/** @type {string} */ type, /** @type {object} */ data) =>
      response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    send('response.created', { response: { id } });
    await gate?.open;
    if (answer.type === 'tool') sendTool(send, answer, id);
    else await sendMessage(send, answer, id);
    const usage = { input_tokens: 10, input_tokens_details: null, output_tokens: 10 };
    const total = { output_tokens_details: null, total_tokens: 20 };
    send('response.completed', { response: { id, usage: { ...usage, ...total } } });
    response.end();
  }
}

/** @typedef {(type: string, data: object) => void} Send */

/** @param {Send} send @param {ToolAnswer} answer @param {string} id */
function sendTool(send, answer, id) {
  const escalation = {
    sandbox_permissions: 'require_escalated',
    justification: answer.justification,
  };
  const item = {
    type: 'function_call',
    id: `fc_${id}`,
    call_id: `call_${id}`,
    name: 'exec_command',
    arguments: JSON.stringify({
      cmd: answer.cmd,
      ...(answer.justification === undefined ? {} : escalation),
    }),
  };
  send('response.output_item.added', { output_index: 0, item });
  send('response.output_item.done', { output_index: 0, item });
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

/** The value of the variable that the provider of `modelConfig` wants to see. */
export const MODEL_ENV = { MOCK_KEY: 'loopback' };

/**
 * A `config.toml` for a `CODEX_HOME` that makes Codex talk to this model and ask for nothing.
 * @param {{ port: number, trusted: readonly string[], extra?: string }} options absolute paths
 */
export function modelConfig({ port, trusted, extra = '' }) {
  const projects = trusted.map(
    (path) => `[projects.${JSON.stringify(path)}]\ntrust_level = "trusted"\n`,
  );
  return `model = "gpt-5-codex"
model_provider = "loopback"
approval_policy = "on-request"
sandbox_mode = "read-only"
check_for_update_on_startup = false
${extra}
[model_providers.loopback]
name = "Loopback"
base_url = "http://127.0.0.1:${port}/v1"
wire_api = "responses"
env_key = "MOCK_KEY"

[analytics]
enabled = false

${projects.join('\n')}`;
}
