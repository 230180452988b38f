/** Commands that control and read sessions without attaching, mainly for scripts. */
import { type Command, command } from '../command-spec.ts';
import { ANY_NAME, CWD, NAME_OR_GLOB, THERE } from './shared.ts';

/** Whether what is printed counts as seen by the user. */
const NO_SEEN = {
  type: 'boolean',
  help: 'you have not seen it: status goes on to show ✓',
} as const;
const seen = (where: string) =>
  ({
    seen: { type: 'boolean', help: `you have seen it: status shows no ✓; as it is ${where}` },
    'no-seen': NO_SEEN,
  }) as const;

const TIMEOUT = {
  type: 'duration',
  value: 'time',
  help: 'at most so long, such as 90s, 10m or 2h; 1h if you leave it out',
} as const;

export const SCRIPTING: readonly Command[] = [
  command({
    name: 'send',
    summary: 'type a prompt into a session, without attaching',
    details:
      'The text comes from the arguments or from standard input, and is submitted as one prompt.\n' +
      'Waits until a session that starts is idle; refuses (exit 6) while it waits for an answer or\n' +
      'its status is unknown; a working Codex queues the prompt. Returns once Codex works on it.\n' +
      'With --wait it returns when Codex has recorded the end of the turn, and prints the answer.\n' +
      'A name with * or ? means all matching running sessions, in turn: answers come as they are\n' +
      'ready, each under its name, and the exit code is the worst.',
    args: [
      {
        name: 'name',
        help: "session, or several as 'api:*'",
        required: true,
        completes: 'running',
      },
      {
        name: 'text',
        help: 'the prompt; standard input if you leave it out',
        variadic: true,
        text: true,
      },
    ],
    flags: {
      wait: { type: 'boolean', help: 'until the turn is over; print the answer' },
      key: {
        type: 'strings',
        short: 'k',
        value: 'name',
        help: 'a key in place of text: y, esc, enter, up, ctrl+c, …; several in turn',
        completes: 'key',
      },
      'no-submit': { type: 'boolean', help: 'type only' },
      force: { type: 'boolean', help: 'whatever the session is doing' },
      json: {
        type: 'boolean',
        help: 'with --wait: one object, of several one a line; see docs/scripting.md',
      },
      'no-seen': NO_SEEN,
      timeout: TIMEOUT,
    },
    examples: [
      ['send review "is this safe?"', 'submit a prompt'],
      ['send review --wait < prompt.md', 'a file, and the answer to it'],
      ['send review --key y', 'answer a question'],
      ['send review --key esc', 'interrupt the turn'],
      ['send \'api:*\' --wait "what is left?"', 'ask all that run in a project'],
    ],
    load: () => import('../../commands/send.ts'),
  }),
  command({
    name: 'answer',
    summary: 'print what a session asks, or answer it',
    details:
      'Without a key: the question, its choices and a fingerprint of it. With one: the answer, to the\n' +
      'question with that fingerprint, or else to the one that is asked now. If it is another one by\n' +
      'then, or someone has typed, nothing is typed (exit 6). Returns when Codex goes on; exit 7 if it\n' +
      'does not within 5 s. A name with * or ? means all running sessions that ask something.',
    args: [
      { name: 'name', help: "session, or several as 'api:*'", required: true, completes: 'asking' },
      { name: 'key', help: 'of a choice, such as y or esc, or its number' },
    ],
    flags: {
      for: {
        type: 'string',
        value: 'fingerprint',
        help: 'the question that is meant; as it is now if you leave it out',
      },
      yes: { type: 'boolean', short: 'y', help: 'answer several without asking' },
      json: {
        type: 'boolean',
        help: 'the question as one object, of several one a line; see docs/json.md',
      },
    },
    examples: [
      ['answer review', 'what it asks'],
      ['answer review y', 'yes to what it asks now'],
      ['answer review 2 --for 5c1f…', 'to the question that was printed with it'],
      ["answer -y 'api:*' esc", 'no to all in a project'],
    ],
    load: () => import('../../commands/answer.ts'),
  }),
  command({
    name: 'run',
    summary: 'give a session a prompt, print the answer',
    details:
      'Starts the session if it is not running. Ctrl-C ends the wait, and leaves the session running.\n' +
      'The exit code tells how the turn ended: 0 finished, 1 failed or interrupted, 6 it waits\n' +
      'for an answer, 7 the time limit.',
    args: [
      { name: 'name', help: 'session', required: true, completes: 'any' },
      { name: 'prompt', help: 'standard input if you leave it out', variadic: true },
    ],
    flags: {
      cwd: CWD,
      force: { type: 'boolean', help: 'whatever the session is doing' },
      json: { type: 'boolean', help: 'one object, see docs/scripting.md' },
      'no-seen': NO_SEEN,
      there: THERE,
      timeout: TIMEOUT,
    },
    passthrough: 'codex args',
    examples: [
      ['run tests "run the tests, fix what fails"', 'and wait for the answer'],
      ['run tests < prompt.md > answer.md', 'from a file, into a file'],
    ],
    load: () => import('../../commands/run.ts'),
  }),
  command({
    name: 'wait',
    summary: 'wait until sessions do not go on by themselves',
    details:
      'Without --until: until no turn runs (exit 0), or it waits for an answer (6), or it failed\n' +
      'or ended (1). With --until: until one of these; idle and done are the same here. Prints\n' +
      'each session and the state it reached. Exit 7 at the time limit.',
    args: [
      {
        name: 'name',
        help: "sessions, also as 'api:*'",
        required: true,
        variadic: true,
        completes: 'running',
      },
    ],
    flags: {
      until: {
        type: 'string',
        value: 'states',
        help: 'of idle, done, working, blocked, error, exited, with commas',
        completes: {
          idle: 'nothing runs',
          done: 'the same',
          working: 'a turn runs',
          blocked: 'it waits for an answer',
          error: 'the turn has failed',
          exited: 'it has ended',
        },
        commas: true,
      },
      any: { type: 'boolean', help: 'the first of the sessions is enough' },
      json: { type: 'boolean', help: 'an array of sessions, see docs/json.md' },
      timeout: TIMEOUT,
    },
    examples: [
      ['wait review fix', 'both are done'],
      ['wait --any --until blocked a b c', 'the first that asks something'],
      ["wait 'api:*' --timeout 10m", 'all that run in a project, and not for ever'],
    ],
    load: () => import('../../commands/wait.ts'),
  }),
  command({
    name: 'peek',
    summary: "print a session's screen, without attaching",
    details: 'With * or ? in the name: of all matching running sessions, each under its name.',
    args: [NAME_OR_GLOB],
    flags: {
      ansi: { type: 'boolean', help: 'with colours' },
      lines: {
        type: 'integer',
        short: 'n',
        value: 'count',
        help: 'the last so many, from above too',
      },
      json: {
        type: 'boolean',
        help: 'one object with the session and its lines; of several one a line',
      },
      ...seen('in a terminal'),
    },
    examples: [
      ['peek review', 'as it is now'],
      ['peek review -n 200', 'with what has scrolled away'],
    ],
    load: () => import('../../commands/peek.ts'),
  }),
  command({
    name: 'events',
    summary: 'print a line for each change of the sessions',
    details:
      'started, status, title, conversation, directory, attached, detached, renamed, exited, in\n' +
      'order, none left out.\n' +
      'Of all sessions until you end it; of those named until they have ended. If the supervisor dies\n' +
      'and another goes on, a "gap" says that changes may be missing, followed by the present state.\n' +
      'If none does, all sessions are reported as exited; with names it fails then.',
    args: [
      {
        name: 'name',
        help: 'sessions; all if you leave it out',
        variadic: true,
        completes: 'running',
      },
    ],
    flags: {
      json: { type: 'boolean', help: 'an object a line, see docs/scripting.md' },
      snapshot: { type: 'boolean', help: 'first a line for each session as it is' },
    },
    examples: [
      ['events', 'follow everything'],
      ['events --json | jq -c \'select(.event == "status")\'', 'for scripts'],
    ],
    load: () => import('../../commands/events.ts'),
  }),
  command({
    name: 'log',
    summary: "print a session's conversation",
    details:
      "From Codex's own record, so screen and scrollback play no part, and it works for sessions that\n" +
      'have ended. Exit code 1 if nothing has been said yet. In a terminal with times and colours,\n' +
      'and in a pager ($CODEX_SESSIONS_PAGER, $PAGER, less) if it does not fit on the screen.',
    args: [ANY_NAME],
    flags: {
      follow: { type: 'boolean', short: 'f', help: 'go on until the session ends' },
      items: {
        type: 'integer',
        short: 'n',
        value: 'count',
        help: 'the last so many: prompts, answers, commands and notes',
      },
      since: {
        type: 'string',
        value: 'time',
        help: 'from then on: 2h (ago), 10:30, yesterday, 2026-11-29, "2026-11-29 10:30"',
      },
      last: { type: 'boolean', help: "Codex's last answer only" },
      json: {
        type: 'boolean',
        help: 'one array of objects, with --follow an object a line; see docs/json.md',
      },
      markdown: { type: 'boolean', help: 'as a document' },
      previous: { type: 'boolean', help: 'the conversation that the session had before' },
      list: {
        type: 'boolean',
        short: 'l',
        help: 'the conversations that the session has or had, with id, time and first prompt',
      },
      'no-pager': { type: 'boolean', help: 'all at once, in a terminal too' },
      ...seen('with --last, or in a terminal'),
    },
    examples: [
      ['log review', 'all of it'],
      ['log -f review', 'and what follows'],
      ['log -n 5 review', 'how it ended; with -f also what follows'],
      ['log --since 2h review', 'what was said meanwhile'],
      ['log --last review', 'what Codex said last, for scripts'],
      ['log --markdown review', 'as a document, to keep'],
      ['log --list review', 'its conversations, to go back to one'],
    ],
    load: () => import('../../commands/log.ts'),
  }),
];
