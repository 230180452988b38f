/**
 * Hostile input to the control socket of a real supervisor: messages made from the schemas and
 * broken in every way, bytes that are no messages, connections that behave as no client would.
 * Every connection is answered or closed, and nobody else's session is touched.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { FirstLine } from '../../src/protocol/messages.ts';
import { HELLO, RawConnection, RawControl } from '../support/process/raw-client.ts';
import { waitUntil } from '../support/process/wait-until.ts';
import { Random } from '../support/screen/screen-streams.ts';
import { Grammar, nested, REQUESTS } from './grammar.ts';

const MB = 1024 * 1024;
/** Messages that one connection sends without waiting. */
const BATCH = 250;
/** Connections that are at it at the same time. */
const AT_ONCE = 4;
/** Answered long before this on any machine; later than this is a hang. */
const ANSWER_MS = 60_000;

export interface ProtocolFuzzOptions {
  seed: number;
  inputs: number;
  socket: string;
  /** Sessions that are only looked at, and names under which others may be started and ended. */
  untouchable: readonly string[];
  victims: readonly { fullName: string; project: string; name: string; hash: string }[];
  supervisorPid: number;
  silentConnections: number;
  progress?: (done: number, rssBytes: number) => void;
}

export interface ProtocolFuzzReport {
  seed: number;
  inputs: number;
  connections: number;
  byType: Record<string, number>;
  refusals: Record<string, number>;
  maxRssBytes: number;
  /** How long somebody else waited for an answer directly after each of these. */
  expensiveMs: Record<string, number>;
}

export async function protocolFuzz(options: ProtocolFuzzOptions): Promise<ProtocolFuzzReport> {
  const run = new ProtocolFuzz(options);
  await run.misbehave();
  await Promise.all(Array.from({ length: AT_ONCE }, () => run.batches()));
  await run.silence();
  return run.report;
}

/** Requests that only look, and so may be about any session. */
const HARMLESS: ReadonlySet<string> = new Set([
  ...['list', 'peek', 'preview', 'describe', 'explain', 'subscribe'],
]);

class ProtocolFuzz {
  readonly report: ProtocolFuzzReport;
  readonly #options: ProtocolFuzzOptions;
  readonly #random: Random;
  readonly #grammar: Grammar;
  #harmless = false;
  #victim: ProtocolFuzzOptions['victims'][number];

  constructor(options: ProtocolFuzzOptions) {
    this.#options = options;
    this.#random = new Random(options.seed);
    this.#victim = options.victims[0] as ProtocolFuzzOptions['victims'][number];
    this.#grammar = new Grammar(this.#random, (field) => this.#text(field));
    this.report = {
      seed: options.seed,
      inputs: 0,
      connections: 0,
      byType: {},
      refusals: {},
      maxRssBytes: 0,
      expensiveMs: {},
    };
  }

  async batches(): Promise<void> {
    while (this.report.inputs < this.#options.inputs) {
      if (this.#random.chance(10)) await this.#firstLine();
      else if (this.#random.chance(5)) await this.#torn();
      else await this.#batch();
      this.#noteMemory();
    }
  }

  /** Many messages and then a question: it is answered, unless nonsense has ended the connection. */
  async #batch(): Promise<void> {
    const control = await RawControl.open(this.#options.socket);
    this.report.connections++;
    const lines: (string | Buffer)[] = [];
    for (let n = 0; n < BATCH; n++) lines.push(this.#line());
    lines.push(`${JSON.stringify({ type: 'list', id: 999_999_999 })}\n`);
    this.report.inputs += BATCH;
    control.send(Buffer.concat(lines.map((line) => Buffer.from(line))));
    await this.#answered(control, 999_999_999, lines);
    this.#count(control);
    control.close();
  }

  #line(): string | Buffer {
    const kind = this.#random.int(1_000);
    if (kind < 2) return Buffer.concat([randomBytes(1 + this.#random.int(200)), Buffer.from('\n')]);
    if (kind < 3) return `${this.#random.pick(['{', '[]', 'null', '"', '{"type":', '\ufeff{}'])}\n`;
    const { type, schema } = this.#random.pick(REQUESTS);
    this.report.byType[type] = (this.report.byType[type] ?? 0) + 1;
    this.#harmless = HARMLESS.has(type);
    this.#victim = this.#random.pick(this.#options.victims);
    const message = this.#grammar.valid(schema) as Record<string, unknown>;
    // A whole one would stop everything for as long as its successor takes to fail.
    const mutate = type === 'hand-over' || (type === 'start' ? kind < 990 : kind < 800);
    if (type === 'kill' && typeof message.graceMs === 'number') message.graceMs %= 50;
    if (type === 'hand-over') delete message.script;
    const value = mutate ? this.#grammar.mutated(message) : message;
    if (type === 'start' && kind < 970 && value === Object(value))
      delete (value as { spec?: 0 }).spec;
    if (kind > 995)
      return `${JSON.stringify({ ...Object(value), type: this.#grammar.nastyText() })}\n`;
    return `${JSON.stringify(value)}\n`;
  }

  /** Only throw-away sessions are named where something could happen to them. */
  #text(field: string): string | undefined {
    const victim = this.#victim;
    switch (field) {
      case 'fullName':
      case 'fullNames':
        return this.#harmless && this.#random.chance(50)
          ? this.#random.pick(this.#options.untouchable)
          : victim.fullName;
      case 'name':
        return victim.name;
      case 'project':
        return victim.project;
      case 'hash':
        return victim.hash;
      case 'file':
        return this.#random.chance(80) ? '/bin/cat' : '/nowhere/at-all';
      case 'root':
      case 'cwd':
        return this.#random.chance(80) ? '/' : '/nowhere';
      case 'node':
        return '/nowhere/node';
      case 'bytes':
        return Buffer.from(this.#grammar.nastyText()).toString('base64');
      default:
        return undefined;
    }
  }

  async #answered(control: RawControl, id: number, lines: readonly (string | Buffer)[]) {
    const wanted = Buffer.from(`"id":${id},`);
    await waitUntil(() => control.isClosed || control.heard().includes(wanted), {
      what: 'an answer or an end',
      timeout: ANSWER_MS,
      describe: () =>
        `seed ${this.#options.seed}, after ${this.report.inputs}\n${control.heard().toString('utf8').slice(-3_000)}\n${lines.map(String).join('').slice(-2_000)}`,
    });
  }

  #count(control: RawControl): void {
    const { refusals } = this.report;
    for (const [, code] of control
      .heard()
      .toString('latin1')
      .matchAll(/"code":"([a-z-]+)"/g))
      refusals[code as string] = (refusals[code as string] ?? 0) + 1;
  }

  /** A first line that is not what it should be: welcomed all the same, refused, or closed. */
  async #firstLine(): Promise<void> {
    const connection = await RawConnection.connect(this.#options.socket);
    this.report.connections++;
    this.report.inputs++;
    const schema = this.#random.pick(FirstLine.options) as never;
    const first = this.#grammar.mutated(this.#grammar.valid(schema) as Record<string, unknown>);
    connection.send(`${JSON.stringify(first)}\n{"type":"list","id":1}\n`);
    // A data connection whose token nobody asks for stays silent: it is left to its fate.
    setTimeout(() => connection.close(), 50 + this.#random.int(200)).unref();
  }

  /** Half a message, byte by byte or in one piece, and gone. */
  async #torn(): Promise<void> {
    const connection = await RawConnection.connect(this.#options.socket);
    this.report.connections++;
    this.report.inputs++;
    const bytes = Buffer.concat([
      Buffer.from(`${JSON.stringify(HELLO)}\n`),
      Buffer.from(this.#line()),
    ]);
    const end = 1 + this.#random.int(bytes.length);
    if (this.#random.chance(50)) connection.send(bytes.subarray(0, end));
    else
      for (let at = 0; at < end && !connection.isClosed; at++) {
        connection.send(bytes.subarray(at, at + 1));
        if (at % 8 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    connection.close();
  }

  /** The few that are expensive: each once. */
  async misbehave(): Promise<void> {
    const zeros = (count: number) => `[${'0,'.repeat(count - 1)}0]`;
    const expensive: [string, () => Iterable<string>][] = [
      ['a line of 64 MB that does not end', () => repeated('x'.repeat(MB), 64)],
      ['a first line that does not end', () => repeated('{"type":', 10_000)],
      ['brackets without an end', () => ['['.repeat(7 * MB), '\n']],
      ['objects without an end', () => ['{"a":'.repeat(MB), '\n']],
      ['deeply nested', () => [`{"type":"list","id":${JSON.stringify(nested(2_000))}}\n`]],
      [
        'names that are numbers',
        () => [`{"type":"kill","id":1,"fullNames":${zeros(4_000_000)}}\n`],
      ],
      [
        'too many names',
        () => [`{"type":"kill","id":1,"fullNames":["${'","'.repeat(2_000_000)}"]}\n`],
      ],
      ['surplus fields', () => [`{"type":"list","id":1,${surplus(400_000)}}\n`]],
      ['an enormous number', () => [`{"type":"list","id":${'9'.repeat(MB)}}\n`]],
      [
        '8 MB of text to a stranger',
        () => [`{"type":"type","id":1,"fullName":"x","bytes":"${'QUJD'.repeat(2 * MB - 100)}"}\n`],
      ],
      [
        'a thousand looks',
        () =>
          repeated(
            `${JSON.stringify({ type: 'peek', id: 1, fullName: this.#options.untouchable[1], lines: 5_000 })}\n`,
            1_000,
          ),
      ],
      ['fifty thousand lists', () => repeated('{"type":"list","id":1}\n', 50_000)],
      ['attachments whose data never come', () => attachments(this.#victim.fullName, 20_000)],
    ];
    for (const [what, bytes] of expensive) {
      for (const greet of what.includes('first line') ? [false] : [true]) {
        const connection = await RawConnection.connect(this.#options.socket);
        if (greet) connection.say(HELLO);
        for (const part of bytes()) if (!connection.isClosed) await connection.sent(part);
        connection.say({ type: 'list', id: 7 });
        connection.close();
        this.report.inputs++;
        this.report.connections++;
      }
      const begun = performance.now();
      await this.#stillServes(what);
      this.report.expensiveMs[what] = Math.round(performance.now() - begun);
      this.#noteMemory();
    }
  }

  /** Thousands that connect and say nothing; those who say something are served meanwhile. */
  async silence(): Promise<void> {
    const silent: RawConnection[] = [];
    try {
      for (let n = 0; n < this.#options.silentConnections; n++)
        silent.push(await RawConnection.connect(this.#options.socket));
      await this.#stillServes('silent connections');
      await Promise.all(silent.map(({ closed }) => closed));
    } finally {
      for (const connection of silent) connection.close();
    }
    this.report.connections += silent.length;
    this.report.inputs += silent.length;
    await this.#stillServes('silent connections were closed');
  }

  async #stillServes(what: string): Promise<void> {
    const control = await RawControl.open(this.#options.socket);
    try {
      const { sessions } = await control.ask({ type: 'list' }, 'sessions');
      const names = (sessions as { fullName: string }[]).map(({ fullName }) => fullName);
      for (const name of this.#options.untouchable)
        if (!names.includes(name)) throw new Error(`${name} is gone after ${what}`);
    } finally {
      control.close();
    }
  }

  #noteMemory(): void {
    const { supervisorPid, progress } = this.#options;
    const rss = rssBytes(supervisorPid);
    this.report.maxRssBytes = Math.max(this.report.maxRssBytes, rss);
    progress?.(this.report.inputs, rss);
  }
}

/** @throws Error when there is no such process. */
export function rssBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
}

function* repeated(text: string, times: number): Generator<string> {
  for (let n = 0; n < times; n++) yield text;
}

function* attachments(fullName: string, count: number): Generator<string> {
  for (let n = 0; n < count; n++) {
    const terminal = { token: n.toString(16).padStart(32, '0'), cols: 80, rows: 24 };
    yield `${JSON.stringify({ type: 'attach', id: n, fullName, terminal })}\n`;
  }
}

function surplus(count: number): string {
  return Array.from({ length: count }, (_, n) => `"k${n}":0`).join(',');
}
