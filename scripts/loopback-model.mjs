// @ts-check
/**
 * A model for Codex in this process: a Responses API on the loopback interface.
 * The tests and the demo run the real Codex on it, so they need no account and no network.
 * Plain JavaScript, because the demo runs on Node 20 without a build step.
 */
import { createServer } from 'node:http';
import { readRequest, writeAnswer } from './loopback-wire.mjs';

/**
 * @typedef {import('./loopback-wire.mjs').Answer} Answer
 * @typedef {import('./loopback-wire.mjs').ModelRequest} ModelRequest
 *
 * @typedef {(request: ModelRequest) => Answer | undefined | Promise<Answer | undefined>} Handler
 *
 * @typedef {object} Gate
 * @property {Promise<ModelRequest>} arrived settles when a request that matches is there
 * @property {() => void} release lets the answer go (also the ones that come later)
 */

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
   * @param {Handler} [handler] asked when no rule has an answer; `undefined` leaves it to the echo
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
  request(matches, { timeoutMs = 60_000 } = {}) {
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
      // This is the output of that tool: asking for it again would never end.
      const called = asked.toolOutput !== undefined;
      const calls = typeof answer !== 'string' && /^(tool|calls)$/.test(answer.type);
      if (calls && called) continue;
      return answer;
    }
    return echo(asked);
  }

  /** @param {ModelRequest} asked @param {import('node:http').ServerResponse} response */
  async #answer(asked, response) {
    const held = this.#gates.find(({ matches }) => matches.test(asked.prompt));
    const gate = asked.isTitle ? undefined : held;
    gate?.arrive(asked);
    const decided = await this.#decide(asked);
    /** @type {Exclude<Answer, string>} */
    const answer = typeof decided === 'string' ? { type: 'message', text: decided } : decided;
    this.#ids += 1;
    await writeAnswer(response, answer, `resp_${this.#ids}`, gate?.open);
  }
}
