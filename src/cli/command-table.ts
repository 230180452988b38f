/**
 * Every command and every flag of the program, on one screen. What a command needs is loaded when
 * it runs.
 */
import { type Argument, type Command, command, type Flags } from './command-spec.ts';

const NAME: Argument = { name: 'name', help: 'session; "main" if you leave it out' };
const NAMES: Argument = {
  name: 'name',
  help: 'sessions; asked for if you leave it out',
  variadic: true,
};
const NEST = { type: 'boolean', help: 'even inside a session' } as const;
const YES = { type: 'boolean', short: 'y', help: 'do not ask' } as const;
const HERE = { type: 'boolean', help: 'only sessions of this project' } as const;

const TIMEOUT = {
  type: 'duration',
  value: 'time',
  help: 'at most so long, such as 90s, 10m or 2h; 1h if you leave it out',
} as const;

const flags = <const F extends Flags>(f: F): F => f;

export const COMMANDS: readonly Command[] = [
  command({
    name: 'start',
    summary: "start this project's session, or come back to it",
    details:
      'Attaches to the session if it is running; otherwise starts Codex in it and attaches. One that\n' +
      'ran before goes on with its conversation, in its directory and with its options.\n' +
      'What stands after -- goes to Codex unchanged; a running session refuses it.',
    args: [NAME],
    flags: flags({
      detach: {
        type: 'boolean',
        short: 'd',
        help: 'leave it in the background, print its full name',
      },
      ask: { type: 'boolean', short: 'i', help: 'ask for the name' },
      cwd: { type: 'string', short: 'C', value: 'dir', help: 'start in this directory' },
      new: { type: 'boolean', help: 'with a new conversation; the one before is kept' },
      fork: { type: 'boolean', help: 'with a conversation that starts from the last one' },
      resume: { type: 'string', value: 'id', help: 'with this conversation of Codex' },
      nest: NEST,
    }),
    passthrough: 'codex args',
    examples: [
      ['start', "this project's main session"],
      ['start review', 'a second one beside it'],
      ['start fix -- -m gpt-5.1-codex', 'with arguments for Codex'],
      ['start -d -C ~/src/api tests', 'in the background, in another directory'],
    ],
    load: () => import('../commands/start.ts'),
  }),
  command({
    name: 'attach',
    summary: 'attach to a running session',
    details: 'Several terminals may be attached at once; the size follows the one that typed last.',
    args: [NAME],
    flags: flags({
      'read-only': { type: 'boolean', help: 'look on; nothing you type reaches the session' },
      nest: NEST,
    }),
    examples: [
      ['attach', "this project's main session"],
      ['attach review', 'another one'],
      ['attach api:main --read-only', 'watch one of another project'],
    ],
    load: () => import('../commands/attach.ts'),
  }),
  command({
    name: 'detach',
    summary: 'send the terminals of a session home',
    details: 'The session goes on running.',
    args: [NAME],
    examples: [['detach review', 'every terminal that is attached to it']],
    load: () => import('../commands/detach.ts'),
  }),
  command({
    name: 'list',
    aliases: ['ls'],
    summary: 'list the sessions',
    details:
      "This project's sessions come first. Within that: blocked, error, done, working, idle, and what\n" +
      'died without being asked to, until it is started again or killed. --all also shows what was\n' +
      'ended on purpose, until it is forgotten (after 30 days, or by "forget").',
    flags: flags({
      here: HERE,
      json: { type: 'boolean', help: 'one array of objects, see docs/json.md' },
      full: { type: 'boolean', help: 'with full names, and nothing cut off' },
      all: { type: 'boolean', help: 'also those that were ended on purpose' },
    }),
    examples: [
      ['ls', 'all projects'],
      ['ls --here', 'this one'],
      ["ls --json | jq -r '.[].fullName'", 'for scripts'],
    ],
    load: () => import('../commands/list.ts'),
  }),
  command({
    name: 'switch',
    summary: 'choose a session by typing a part of its name',
    details:
      'Matches name, project and title. A query that fits one session only attaches at once; a\n' +
      'name that does not exist yet is offered as a new session.',
    args: [{ name: 'query', help: 'part of a name, project or title' }],
    flags: flags({ nest: NEST }),
    examples: [
      ['switch', 'choose from all'],
      ['switch rev', 'the one that fits, or those that do'],
    ],
    load: () => import('../commands/switch.ts'),
  }),
  command({
    name: 'status',
    summary: 'say who needs you, in lines or in a few signs',
    details:
      '--short prints how many are blocked (!), failed (✗), done and not looked at (✓) and at work\n' +
      '(…), nothing where there are none, and one word with a name: for a shell prompt or a status\n' +
      'line, see docs/scripting.md.',
    args: [{ name: 'name', help: 'one session only' }],
    flags: flags({
      short: { type: 'boolean', short: 's', help: 'such as "2! 1✓ 3…"' },
      here: HERE,
      json: { type: 'boolean', help: 'as ls --json; with a name one object' },
    }),
    examples: [
      ['status', 'all of them'],
      ['status --short', 'for PS1 or tmux'],
      ['status --short review', 'blocked, working, done, idle …'],
    ],
    load: () => import('../commands/status.ts'),
  }),
  command({
    name: 'watch',
    summary: 'follow all sessions live, and go to who needs you',
    details:
      'A table that is always true, on the alternate screen. Enter attaches to the one that needs you\n' +
      'most, or to the one chosen with the arrows; leaving that session comes back here. q, Esc and\n' +
      'Ctrl-C leave. Waits where no session runs; when the supervisor is lost, says so and exits 1.',
    flags: flags({ here: HERE, nest: NEST }),
    examples: [
      ['watch', 'all projects'],
      ['watch --here', 'this one'],
    ],
    load: () => import('../commands/watch.ts'),
  }),
  command({
    name: 'explain',
    summary: "say how a session's status was arrived at",
    details: 'With who said so, since when, and the last reports.',
    args: [NAME],
    flags: flags({ json: { type: 'boolean', help: 'one object, see docs/json.md' } }),
    examples: [['explain review', 'why it is shown as it is']],
    load: () => import('../commands/explain.ts'),
  }),
  command({
    name: 'send',
    summary: 'type a prompt into a session, without attaching',
    details:
      'The text comes from the arguments or from standard input, and is submitted as one prompt.\n' +
      'Waits until a session that starts is idle; refuses (exit 6) while it waits for an answer or\n' +
      'its status is unknown; a working Codex queues the prompt. Returns once Codex works on it.\n' +
      'With --wait it returns when Codex has recorded the end of the turn, and prints the answer.',
    args: [
      { name: 'name', help: 'session', required: true },
      { name: 'text', help: 'the prompt; standard input if you leave it out', variadic: true },
    ],
    flags: flags({
      wait: { type: 'boolean', help: 'until the turn is over; print the answer' },
      key: {
        type: 'strings',
        short: 'k',
        value: 'name',
        help: 'a key in place of text: y, esc, enter, up, ctrl+c, …; several in turn',
      },
      'no-submit': { type: 'boolean', help: 'type only' },
      force: { type: 'boolean', help: 'whatever the session is doing' },
      json: { type: 'boolean', help: 'with --wait: one object, see docs/scripting.md' },
      timeout: TIMEOUT,
    }),
    examples: [
      ['send review "is this safe?"', 'submit a prompt'],
      ['send review --wait < prompt.md', 'a file, and the answer to it'],
      ['send review --key y', 'answer a question'],
      ['send review --key esc', 'interrupt the turn'],
    ],
    load: () => import('../commands/send.ts'),
  }),
  command({
    name: 'run',
    summary: 'give a session a prompt, print the answer',
    details:
      'Starts the session if it does not run. Ctrl-C ends the waiting, and leaves it running.\n' +
      'The exit code tells how the turn ended: 0 finished, 1 failed or interrupted, 6 it waits\n' +
      'for an answer, 7 the time limit.',
    args: [
      { name: 'name', help: 'session', required: true },
      { name: 'prompt', help: 'standard input if you leave it out', variadic: true },
    ],
    flags: flags({
      cwd: { type: 'string', short: 'C', value: 'dir', help: 'start in this directory' },
      force: { type: 'boolean', help: 'whatever the session is doing' },
      json: { type: 'boolean', help: 'one object, see docs/scripting.md' },
      timeout: TIMEOUT,
    }),
    passthrough: 'codex args',
    examples: [
      ['run tests "run the tests, fix what fails"', 'and wait for the answer'],
      ['run tests < prompt.md > answer.md', 'from a file, into a file'],
    ],
    load: () => import('../commands/run.ts'),
  }),
  command({
    name: 'wait',
    summary: 'wait until sessions do not go on by themselves',
    details:
      'Without --until: until no turn runs (exit 0), or it waits for an answer (6), or it failed\n' +
      'or ended (1). With --until: until one of these; idle and done are the same here. Prints\n' +
      'each session and where it got to. Exit 7 at the time limit.',
    args: [{ name: 'name', help: 'sessions', required: true, variadic: true }],
    flags: flags({
      until: {
        type: 'string',
        value: 'states',
        help: 'of idle, done, working, blocked, error, exited, with commas',
      },
      any: { type: 'boolean', help: 'the first of the sessions is enough' },
      json: { type: 'boolean', help: 'an array of sessions, see docs/json.md' },
      timeout: TIMEOUT,
    }),
    examples: [
      ['wait review fix', 'both are done'],
      ['wait --any --until blocked a b c', 'the first that asks something'],
      ['wait review --timeout 10m', 'not for ever'],
    ],
    load: () => import('../commands/wait.ts'),
  }),
  command({
    name: 'peek',
    summary: "print a session's screen, without attaching",
    args: [NAME],
    flags: flags({
      ansi: { type: 'boolean', help: 'with colours' },
      lines: {
        type: 'integer',
        short: 'n',
        value: 'count',
        help: 'the last so many, from above too',
      },
      json: { type: 'boolean', help: 'one object with the session and its lines' },
    }),
    examples: [
      ['peek review', 'as it is now'],
      ['peek review -n 200', 'with what has scrolled away'],
    ],
    load: () => import('../commands/peek.ts'),
  }),
  command({
    name: 'events',
    summary: 'print a line for each change of the sessions',
    details:
      'started, status, title, conversation, attached, detached, renamed, exited, in order, none\n' +
      'left out.\n' +
      'Of all sessions until you end it; of those named until they have ended. Where the supervisor\n' +
      'is lost, all that ran is told as exited; with names it fails then.',
    args: [{ name: 'name', help: 'sessions; all if you leave it out', variadic: true }],
    flags: flags({
      json: { type: 'boolean', help: 'an object a line, see docs/scripting.md' },
      snapshot: { type: 'boolean', help: 'first a line for each session as it is' },
    }),
    examples: [
      ['events', 'follow everything'],
      ['events --json | jq -c \'select(.event == "status")\'', 'for scripts'],
    ],
    load: () => import('../commands/events.ts'),
  }),
  command({
    name: 'log',
    summary: "print a session's conversation",
    details:
      "From Codex's own record, so screen and scrollback play no part, and it works for sessions that\n" +
      'have ended. Exit code 1 where nothing has been said yet.',
    args: [NAME],
    flags: flags({
      follow: { type: 'boolean', short: 'f', help: 'go on until the session ends' },
      last: { type: 'boolean', help: "Codex's last answer only" },
      json: {
        type: 'boolean',
        help: 'one array of objects, with --follow an object a line; see docs/json.md',
      },
      markdown: { type: 'boolean', help: 'as a document' },
      previous: { type: 'boolean', help: 'the conversation that the session had before' },
    }),
    examples: [
      ['log review', 'all of it'],
      ['log -f review', 'and what follows'],
      ['log --last review', 'what Codex said last, for scripts'],
      ['log --markdown review', 'as a document, to keep'],
    ],
    load: () => import('../commands/log.ts'),
  }),
  command({
    name: 'kill',
    summary: 'end sessions',
    details:
      'Asks Codex to go, and insists after some seconds. Asks you first, where it runs in a terminal,\n' +
      'if a turn is running or waits for an answer.\n' +
      'A session that has ended already is taken off the list. Where one of several names is wrong,\n' +
      'nothing is killed.',
    args: [NAMES],
    flags: flags({ yes: YES }),
    examples: [
      ['kill review', 'one'],
      ['kill', 'choose which'],
      ['kill -y review fix', 'without a question'],
    ],
    load: () => import('../commands/kill.ts'),
  }),
  command({
    name: 'kill-all',
    summary: 'end all running sessions',
    details:
      'Where a turn is running or waits for an answer it shows the sessions and asks; without a\n' +
      'terminal to ask in, -y is required then.',
    flags: flags({ here: HERE, yes: YES }),
    examples: [
      ['kill-all --here', 'those of this project'],
      ['kill-all -y', 'all of them, without a question'],
    ],
    load: () => import('../commands/kill-all.ts'),
  }),
  command({
    name: 'restore',
    summary: 'bring back what a crash or a reboot has ended',
    details:
      'Each session under its name, in the background, with its conversation; a turn that was\n' +
      'running is lost. Prints a line for each; exit 1 if one could not be brought back.',
    flags: flags({
      here: HERE,
      jobs: { type: 'integer', short: 'j', value: 'count', help: 'so many at a time (4)' },
    }),
    examples: [
      ['restore', 'everything'],
      ['restore --here', 'this project'],
    ],
    load: () => import('../commands/restore.ts'),
  }),
  command({
    name: 'restart',
    summary: 'the same conversation on the Codex installed now',
    details: 'With the environment of this command. Whoever is attached is sent home.',
    args: [NAME],
    flags: flags({
      'when-idle': { type: 'boolean', help: 'once no turn is running' },
    }),
    examples: [['restart review --when-idle', 'after an upgrade of Codex']],
    load: () => import('../commands/restart.ts'),
  }),
  command({
    name: 'rename',
    summary: 'give a session another name',
    details:
      'Running or not; whoever is attached stays. What runs inside it still finds the old name in\n' +
      'CODEX_SESSIONS_SESSION.',
    args: [
      { name: 'old', help: 'session', required: true },
      { name: 'new', help: 'its new name', required: true },
    ],
    examples: [['rename main parser', 'in this project']],
    load: () => import('../commands/rename.ts'),
  }),
  command({
    name: 'fork',
    summary: "start a second session from a session's conversation",
    args: [
      { name: 'name', help: 'session', required: true },
      { name: 'new', help: 'name of the second one', required: true },
    ],
    flags: flags({
      detach: {
        type: 'boolean',
        short: 'd',
        help: 'leave it in the background, print its full name',
      },
      nest: NEST,
    }),
    passthrough: 'codex args',
    examples: [['fork main other-way', 'try something else from here']],
    load: () => import('../commands/fork.ts'),
  }),
  command({
    name: 'forget',
    summary: 'take ended sessions out of the list for good',
    details:
      'Codex keeps their conversations. Where one of several names is wrong, or one still runs,\n' +
      'nothing is forgotten.',
    args: [{ name: 'name', help: 'sessions', required: true, variadic: true }],
    examples: [['forget review', 'one that has ended']],
    load: () => import('../commands/forget.ts'),
  }),
  command({
    name: 'reset-terminal',
    summary: 'put a terminal right that was left in a bad state',
    details: 'Mouse and keyboard modes off, colours back, cursor visible. Clears nothing.',
    load: () => import('../commands/reset-terminal.ts'),
  }),
  command({
    name: 'supervisor',
    summary: 'the process that holds the terminals: its version',
    details:
      '"upgrade" hands every live terminal and client over to a supervisor of this version; no\n' +
      'Codex notices. Should anything fail, the old one goes on. How a program that was handed\n' +
      'over ended cannot be known: its exit code is null.',
    args: [{ name: 'action', help: '"status" (the default) or "upgrade"' }],
    flags: flags({ json: { type: 'boolean', help: 'one object' } }),
    examples: [
      ['supervisor', 'which version runs, and with how many sessions'],
      ['supervisor upgrade', 'after npm i -g codex-sessions'],
    ],
    load: () => import('../commands/supervisor.ts'),
  }),
  command({
    name: 'doctor',
    summary: 'check the installation and say what to do',
    details:
      'Node, terminals, Codex, the state directory, the supervisor, records, what a logout would\n' +
      'do to the sessions, and this terminal. A line for each; exit 1 with findings.',
    flags: flags({ json: { type: 'boolean', help: 'an array of {check, level, text, hint}' } }),
    examples: [
      ['doctor', 'look at everything'],
      ['doctor --json', 'for a report'],
    ],
    load: () => import('../commands/doctor.ts'),
  }),
];
