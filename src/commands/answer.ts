/** `answer`: prints what sessions ask, or answers it. */
import {
  answerQuestion,
  listSessions,
  notRunning,
  pendingQuestion,
  RefusedError,
  type Selection,
  SupervisorLink,
  selectSessions,
} from '../client/index.ts';
import { EXIT, UserError, usageError } from '../platform/errors.ts';
import { waitsForAnswer } from '../protocol/asks-at-start.ts';
import type { SessionInfo } from '../protocol/messages.ts';
import type { Choice, Question } from '../protocol/question.ts';
import { statePaths } from '../store/paths.ts';
import { isInteractive, print, printJson, printJsonLine, say } from '../terminal/output.ts';
import { listed, questionLines } from '../ui/question-lines.ts';
import { displayName, here, typedName } from './shared/context.ts';
import { Headings, needsYes, onOneOf, sayMatches, worstOf } from './shared/selection.ts';

interface Options {
  readonly for: string | undefined;
  readonly yes: boolean;
  readonly json: boolean;
}

/** A session, and its question as it was read. */
interface Asking {
  readonly session: SessionInfo;
  readonly question: Question;
}

export async function run(
  options: Options,
  [typed = '', choice]: readonly string[],
): Promise<number> {
  check(options, choice);
  using link = new SupervisorLink(statePaths());
  const selection = thoseThatAsk(
    selectSessions([typed], here(), await listSessions(link, { all: true }), { running: true }),
  );
  sayMatches(selection);
  const { sessions, globs } = selection;
  const [only] = globs.length === 0 ? sessions : [];
  if (options.for !== undefined && !only)
    throw usageError('--for names a question of one session', 'Type the name of that session.');
  if (choice === undefined) return await show(link, sessions, only === undefined, options.json);
  const key = keyOf(choice);
  if (!only) return await answerAll(link, selection, key, { typed, yes: options.yes });
  return options.for === undefined
    ? await answer(link, await read(link, only), key)
    : await answerFor(link, only, key, options.for);
}

function check({ for: fingerprint, json }: Options, choice: string | undefined): void {
  if (fingerprint !== undefined && choice === undefined)
    throw usageError('--for says which question is answered, and needs an answer', 'Add a key.');
  if (json && choice !== undefined)
    throw usageError('--json prints the question, and takes no answer', 'Leave out --json.');
}

/** Names of keys have more than one letter, and are in lower case. */
function keyOf(choice: string): string {
  const key = choice.length > 1 ? choice.toLowerCase() : choice;
  return key === 'escape' ? 'esc' : key;
}

/**
 * A glob stands for the sessions that ask something.
 * @throws UserError 6 when none of them does
 */
function thoseThatAsk({ globs, sessions }: Selection): Selection {
  if (globs.length === 0) return { globs, sessions };
  const [{ glob = '' } = {}] = globs;
  const asking = sessions.filter(waitsForAnswer);
  if (asking.length === 0)
    throw new UserError(
      `${glob} matches ${sessions.map(displayName).join(', ')}: nothing is asked there`,
      'See what they do: codex-sessions ls',
      EXIT.notReady,
    );
  return { globs: [{ glob, sessions: asking }], sessions: asking };
}

/** @throws UserError 3 when it is not running, 6 when it asks nothing */
async function read(link: SupervisorLink, session: SessionInfo): Promise<Asking> {
  if (session.state !== 'running') throw notRunning(session);
  const { question, session: now } = await pendingQuestion(link, session.fullName);
  if (question) return { session: now, question };
  const name = displayName(now);
  throw waitsForAnswer(now)
    ? new UserError(
        `${name} waits for an answer, but its question is not on the screen`,
        `See the screen: codex-sessions peek ${typedName(now)}`,
        EXIT.notReady,
      )
    : new UserError(
        `${name} asks nothing`,
        `It is ${now.status ?? 'running'}. Wait until it asks: codex-sessions wait ${typedName(now)} --until blocked`,
        EXIT.notReady,
      );
}

async function show(
  link: SupervisorLink,
  sessions: readonly SessionInfo[],
  several: boolean,
  json: boolean,
): Promise<number> {
  const headings = several ? new Headings() : undefined;
  const one = async (session: SessionInfo) => {
    const asking = await read(link, session);
    if (json)
      (several ? printJsonLine : printJson)({ session: asking.session, ...asking.question });
    else {
      headings?.print(session);
      print(questionLines(asking.question).join('\n'));
      say(howToAnswer(asking));
    }
    return EXIT.ok;
  };
  const [only] = sessions;
  if (!several && only) return await one(only);
  const codes: number[] = [];
  for (const session of sessions) codes.push(await onOneOf(session, () => one(session)));
  return worstOf(codes);
}

function howToAnswer({ session, question }: Asking): string {
  const name = typedName(session);
  const [first] = question.choices;
  if (!first) return `Answer it in the session: codex-sessions attach ${name}`;
  return `Answer it: codex-sessions answer ${name} ${first.key ?? first.number} --for ${question.fingerprint}`;
}

/**
 * Answers the question as it was read.
 * @throws UserError as {@link answerQuestion} and {@link choiceOf}
 */
async function answer(link: SupervisorLink, asking: Asking, key: string): Promise<number> {
  const { session, question } = asking;
  const { label } = choiceOf(asking, key);
  await answerQuestion(link, session.fullName, key, question.fingerprint);
  say(`Answered ${displayName(session)}: ${label}`);
  return EXIT.ok;
}

/** @throws UserError 2 for a choice that does not exist, 6 when no choice can be given */
function choiceOf({ session, question: { choices } }: Asking, key: string): Choice {
  const name = typedName(session);
  if (choices.length === 0)
    throw new UserError(
      `${displayName(session)} asks what can be answered in the session only`,
      `See it: codex-sessions answer ${name}. Answer it: codex-sessions attach ${name}`,
      EXIT.notReady,
    );
  const chosen =
    choices.find((choice) => choice.key === key) ??
    choices.find(({ number }) => String(number) === key);
  if (chosen) return chosen;
  throw usageError(
    `${displayName(session)} asks something that ${key} is no answer to`,
    `Its answers are: ${listed(choices)}`,
  );
}

/** Answers the question with this fingerprint, which was read earlier. */
async function answerFor(
  link: SupervisorLink,
  session: SessionInfo,
  key: string,
  fingerprint: string,
): Promise<number> {
  if (session.state !== 'running') throw notRunning(session);
  try {
    await answerQuestion(link, session.fullName, key, fingerprint);
  } catch (error) {
    if (!(error instanceof RefusedError && error.code === 'no-such-choice')) throw error;
    // Names the choices, unless the session asks another question by now.
    const asking = await read(link, session);
    if (asking.question.fingerprint === fingerprint) choiceOf(asking, key);
    throw error;
  }
  say(`Answered ${displayName(session)}.`);
  return EXIT.ok;
}

/** Each answer is for the question that was read before the user was asked to confirm. */
async function answerAll(
  link: SupervisorLink,
  selection: Selection,
  key: string,
  { typed, yes }: { readonly typed: string; readonly yes: boolean },
): Promise<number> {
  const many = selection.sessions.length > 1;
  if (many && !yes && !isInteractive()) throw needsYes('answer', [typed], selection, [key]);
  const asked: Asking[] = [];
  const codes: number[] = [];
  for (const session of selection.sessions)
    codes.push(
      await onOneOf(session, async () => {
        asked.push(await read(link, session));
        return EXIT.ok;
      }),
    );
  if (many && !yes && !(await agreed(asked, key))) return EXIT.ok;
  for (const one of asked) codes.push(await onOneOf(one.session, () => answer(link, one, key)));
  return worstOf(codes);
}

async function agreed(asked: readonly Asking[], key: string): Promise<boolean> {
  for (const { session, question } of asked)
    say(`${displayName(session)}: ${question.command ?? question.title}`);
  const { confirm } = await import('../ui/prompts.ts');
  if (await confirm(`Answer these ${asked.length} with ${key}?`)) return true;
  say('Nothing was answered.');
  return false;
}
