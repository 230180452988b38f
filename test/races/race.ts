/** One race: a question is read, things happen in any order, and it is answered meanwhile. */
import {
  answerQuestion,
  pendingQuestion,
  RefusedError,
  type SupervisorLink,
} from '../../src/client/index.ts';
import { uniqueHex } from '../../src/platform/unique.ts';
import type { Asker, Order, ReadKey } from '../support/rig/asker.ts';
import type { Random } from '../support/screen/screen-streams.ts';
import type { Terminal } from '../support/terminal/terminal.ts';

export interface Place {
  readonly asker: Asker;
  readonly name: string;
  readonly fullName: string;
  /** Another person's. */
  readonly terminal: Terminal;
  readonly link: SupervisorLink;
  /** Keys that the other person has typed, as far as the program should have read them. */
  typed: number;
}

export interface Tally {
  outcomes: Record<string, number>;
  events: Record<string, number>;
  /**
   * Answers that were on their way to the program while it drew another question by itself: no look and no write
   * is atomic with that. Never one that follows another person's key, or is older than the request.
   */
  crossed: number;
}

export function emptyTally(): Tally {
  return { outcomes: {}, events: {}, crossed: 0 };
}

interface Context {
  readonly say: (line: string) => void;
  readonly tally: Tally;
  /** For commands that nobody else asks for. */
  readonly id: string;
}

/** Most of what happens does so within this time; an answer takes about 1 ms. */
const SPREAD_MS = 12;
/** A request is asked for again five times, and an answer that is not taken is waited for 5 s. */
const BETWEEN_DEATHS_MS = 3_000;
let nextDeathAt = 0;
/** Each may cost the report of a question. */
const DEATHS_IN_A_ROW = 5;
/** Keys arrive within some ms; after a death, once its successor has come. */
const KEYS_LIMIT_MS = 3_000;
const KEYS_SURE_LIMIT_MS = 20_000;
/** No person types it: the key is an answer's. */
const ANSWER = 'p';
const DOWN = '\x1b[B';

type Event = (place: Place, random: Random, context: Context) => Promise<unknown> | unknown;

const EVENTS: Readonly<Record<string, Event>> = {
  replaced: ({ asker, name }, _, { id }) => asker.order(name, { ask: `rm other ${id}` }),
  'replaced without a report': ({ asker, name }, _, { id }) =>
    asker.order(name, { ask: `rm silent ${id}`, report: false }),
  'asked for again': ({ asker, name }, _, { id }) =>
    asker.order(name, { work: true }, { ask: `rm ${id}` }),
  withdrawn: ({ asker, name }) => asker.order(name, { work: true }),
  'another person answers': (place) => typeInto(place, 'y'),
  'another person moves': (place) => typeInto(place, DOWN),
  'a script types': ({ link, fullName }) =>
    link
      .ask(
        { type: 'type', fullName, bytes: Buffer.from('1').toString('base64'), key: uniqueHex() },
        'done',
      )
      .catch(maybe),
  resized: ({ terminal }, random) => terminal.resize(70 + random.int(60), 20 + random.int(20)),
  'slow to read': ({ asker, name }, random) => asker.order(name, { deaf: random.int(40) }),
  'drawn again': ({ asker, name }) => asker.order(name, { write: '\x1b[?25l' }),
};
const NAMES = Object.keys(EVENTS);

/** @throws Error for a key that reached another question, and for an outcome that is not true. */
export async function tryRace(place: Place, random: Random, context: Context): Promise<void> {
  const { asker, name, link, fullName } = place;
  const { say, tally, id } = context;
  const command = `rm ${id}`;
  // What another person answers, the next question follows: another one, or the same once more.
  const next = random.pick([[], [`rm next ${id}`], [command]]);
  const orders: Order[] = [{ work: true }, { queue: next }, { ask: command }];
  let number = await asker.order(name, ...orders);
  let seen = await question(place, command);
  for (let lost = 0; seen === undefined; lost++) {
    if (lost === DEATHS_IN_A_ROW || tally.events['a death'] === undefined)
      throw new Error(`${command} is asked, and not seen`);
    // What a supervisor was reading when it died is lost, the report of the question, too.
    number = await asker.order(name, ...orders);
    seen = await question(place, command);
  }
  const fingerprint = seen;
  say(`read ${seen} of question ${number}, then ${JSON.stringify(next)}`);
  const before = answersIn(asker.keys(name)).length;

  const events = Array.from({ length: random.int(4) }, () => random.pick(NAMES));
  const kills = random.chance(10);
  const running = events.map(async (event) => {
    await soon(random);
    say(event);
    tally.events[event] = (tally.events[event] ?? 0) + 1;
    await EVENTS[event]?.(place, random, context);
  });
  if (kills) running.push(soon(random).then(() => killSupervisor(place, context)));
  let sentAt = 0;
  const answered = soon(random).then(async () => {
    say('answer');
    sentAt = Number(process.hrtime.bigint()) / 1e6;
    const outcome = await outcomeOf(answerQuestion(link, fullName, ANSWER, fingerprint));
    say(outcome);
    return outcome;
  });
  await Promise.all(running);
  const outcome = await answered;
  tally.outcomes[outcome] = (tally.outcomes[outcome] ?? 0) + 1;
  await allRead(place, tally);
  await judge(place, { number, command, outcome, before, sentAt }, tally);
}

function typeInto(place: Place, key: string): void {
  place.typed++;
  place.terminal.type(key);
}

/** Until the program has read what the other person has typed, unless a death has cost some of it. */
async function allRead(place: Place, tally: Tally): Promise<void> {
  const { asker, name } = place;
  const read = () => asker.keys(name).filter(({ key }) => key === 'y' || key === DOWN).length;
  const mayBeLost = tally.events['a death'] !== undefined;
  const limit = performance.now() + (mayBeLost ? KEYS_LIMIT_MS : KEYS_SURE_LIMIT_MS);
  while (read() < place.typed && performance.now() < limit)
    await new Promise((resolve) => setTimeout(resolve, 5));
  if (read() < place.typed && tally.events['a death'] === undefined)
    throw new Error('what another person has typed has not arrived');
  place.typed = read();
}

/** Its fingerprint; undefined: none is seen. */
async function question({ link, fullName }: Place, command: string): Promise<string | undefined> {
  const { question } = await pendingQuestion(link, fullName);
  if (question && question.command !== command)
    throw new Error(`read ${JSON.stringify(question)} in place of ${command}`);
  return question?.fingerprint;
}

interface Facts {
  readonly number: number;
  readonly command: string;
  readonly outcome: string;
  readonly before: number;
  /** When the answer was asked for, in ms of hrtime. */
  readonly sentAt: number;
}

async function judge(place: Place, facts: Facts, tally: Tally): Promise<void> {
  const { asker, name } = place;
  const { number, command, outcome, before, sentAt } = facts;
  const mine = () => answersIn(asker.keys(name)).slice(before);
  const expected = TYPED[outcome];
  // It may not have read it yet.
  if (expected === 1) await asker.rig.waitUntil(() => mine().length > 0, 'the answer to be read');
  // By then it has read all.
  await asker.order(name, { work: true });
  const keys = mine();
  for (const key of keys) {
    if (key.asked === number && key.shown === command) continue;
    if (key.drawn.byKey || key.drawn.at < sentAt)
      throw new Error(`an answer to question ${number} reached ${JSON.stringify(key)}`);
    tally.crossed++;
  }
  if (keys.length > 1) throw new Error('it was typed twice');
  if (expected !== undefined && keys.length !== expected)
    throw new Error(`"${outcome}", and it was typed ${keys.length} times`);
}

/** How often an answer with this outcome was typed; what is not here, nobody knows. */
const TYPED: Readonly<Record<string, number>> = {
  taken: 1,
  'not-taken': 1,
  'no-question': 0,
  'other-question': 0,
  limit: 0,
};

async function outcomeOf(answer: Promise<unknown>): Promise<string> {
  try {
    await answer;
    return 'taken';
  } catch (error) {
    if (error instanceof RefusedError) return error.code;
    throw error;
  }
}

/** A script learns that nobody knows what came of its key. */
function maybe(error: unknown): void {
  if (!(error instanceof RefusedError && error.code === 'maybe-typed')) throw error;
}

function answersIn(keys: readonly ReadKey[]): readonly ReadKey[] {
  return keys.filter(({ key }) => key === ANSWER);
}

function soon(random: Random): Promise<void> {
  // Many in the same moment.
  const ms = random.chance(30) ? 0 : random.int(SPREAD_MS * 100) / 100;
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Its sessions go on with a successor. */
function killSupervisor({ asker }: Place, { say, tally }: Context): void {
  const pid = asker.rig.supervisorPid();
  if (pid === undefined || performance.now() < nextDeathAt) return;
  nextDeathAt = performance.now() + BETWEEN_DEATHS_MS;
  say(`SIGKILL to the supervisor ${pid}`);
  tally.events['a death'] = (tally.events['a death'] ?? 0) + 1;
  process.kill(pid, 'SIGKILL');
}
