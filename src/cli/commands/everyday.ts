/** Everyday commands: start sessions, return to them, and see which ones need the user. */
import { type Command, command } from '../command-spec.ts';
import {
  ANY_NAME,
  CWD,
  FILTERS,
  HERE,
  MACHINES,
  NAME,
  NEST,
  NO_WAIT,
  OPEN,
  QUERY,
  THERE,
} from './shared.ts';

export const EVERYDAY: readonly Command[] = [
  command({
    name: 'start',
    summary: "start this project's session, or come back to it",
    details:
      'Attaches to the session if it is running; otherwise starts Codex in it and attaches. One that\n' +
      'ran before goes on with its conversation, in its directory and with its options.\n' +
      'With -d it returns when Codex is up, after 2 seconds at most; exit 1 if it has ended instead.\n' +
      'What stands after -- goes to Codex unchanged; a running session refuses it.',
    args: [ANY_NAME],
    flags: {
      detach: {
        type: 'boolean',
        short: 'd',
        help: 'leave it in the background, print its full name',
      },
      'no-wait': NO_WAIT,
      ask: { type: 'boolean', short: 'i', help: 'ask for the name' },
      cwd: CWD,
      new: { type: 'boolean', help: 'with a new conversation; the one before is kept' },
      fork: { type: 'boolean', help: 'with a conversation that starts from the last one' },
      resume: {
        type: 'string',
        value: 'id',
        help: 'with this conversation of Codex',
        completes: 'conversation',
      },
      open: OPEN,
      there: THERE,
      nest: NEST,
    },
    passthrough: 'codex args',
    examples: [
      ['start', "this project's main session"],
      ['start review', 'a second one beside it'],
      ['start fix -- -m gpt-5.1-codex', 'with arguments for Codex'],
      ['start --open review', 'in a new tab of tmux, zellij, kitty or WezTerm'],
      ['start -d -C ~/src/api tests', 'in the background, in another directory'],
    ],
    load: () => import('../../commands/start.ts'),
  }),
  command({
    name: 'attach',
    summary: 'attach to a running session',
    details:
      'Several terminals may be attached at once; the size follows the one that typed last.\n' +
      'In a terminal, a session of that name in another project is offered; if no name is given and\n' +
      'there is no main, the switcher.',
    args: [NAME],
    instead: 'To give a session a prompt: codex-sessions send NAME "a prompt"',
    flags: {
      'read-only': { type: 'boolean', help: 'look on; nothing you type reaches the session' },
      open: OPEN,
      nest: NEST,
    },
    examples: [
      ['attach', "this project's main session"],
      ['attach review', 'another one'],
      ['attach api:main --read-only', 'watch one of another project'],
    ],
    load: () => import('../../commands/attach.ts'),
  }),
  command({
    name: 'detach',
    summary: 'detach all terminals from a session',
    details: 'The session goes on running.',
    args: [{ ...NAME, completes: 'attached' }],
    examples: [['detach review', 'every terminal that is attached to it']],
    load: () => import('../../commands/detach.ts'),
  }),
  command({
    name: 'list',
    aliases: ['ls'],
    summary: 'list the sessions',
    details:
      "This project's sessions come first. Within that: blocked, error, done, working, idle, and those\n" +
      'that died unasked, until they are started again or killed. --all also shows those that were\n' +
      'ended on purpose, until they are forgotten (after 30 days, or by "forget"). In a terminal it also\n' +
      'shows what each is about, and the context left, if there is room. A query is as for "switch", or\n' +
      'a name with * and ?. "*" marks the session that you are in. Sessions of the machines in the\n' +
      'configuration follow, if they answer within 2 seconds; "box/" lists those of one.\n' +
      '--json, -q and --format are of this machine.',
    args: [QUERY],
    flags: {
      ...FILTERS,
      ...MACHINES,
      json: { type: 'boolean', help: 'one array of objects, see docs/json.md' },
      wide: {
        type: 'boolean',
        help: 'with topic and context left, also in a pipe; other columns get less room',
      },
      full: { type: 'boolean', help: 'with full names, and nothing cut off' },
      all: { type: 'boolean', short: 'a', help: 'also those that were ended on purpose' },
      quiet: { type: 'boolean', short: 'q', help: 'names alone, with --full the full ones' },
      format: {
        type: 'string',
        value: 'text',
        help: "a line for each, such as '{name}\\t{status}'; keys: docs/json.md",
      },
    },
    examples: [
      ['ls', 'all projects'],
      ['ls --here', 'this one'],
      ['ls box/', 'those of another machine, by ssh'],
      ['ls --status blocked,done', 'who needs you'],
      ["ls --format '{name}\\t{status}\\t{topic}'", 'for scripts'],
      ["ls --json | jq -r '.[].fullName'", 'the same, with everything'],
    ],
    load: () => import('../../commands/list.ts'),
  }),
  command({
    name: 'switch',
    summary: 'choose a session by typing a part of its name',
    details:
      'Matches name, project and title. A query that fits only one session attaches at once; a\n' +
      'name that does not exist yet is offered as a new session. "-" is the session that this terminal\n' +
      'showed before the last one, as in "cd -". Those of the machines in the configuration follow as\n' +
      'they answer; "box/" shows those of one, and "box/new" is offered as a new session there.\n\n' +
      'Ctrl-Y shows what the chosen one asks and takes the answer, Ctrl-T a prompt for it;\n' +
      'Ctrl-X interrupts, Ctrl-D kills, Ctrl-R renames it, Ctrl-O opens it beside; Ctrl-P shows its\n' +
      'screen, or not.',
    args: [
      { name: 'query', help: 'part of a name, project or title; or "-"', completes: 'running' },
    ],
    flags: { ...MACHINES, open: OPEN, nest: NEST },
    examples: [
      ['switch', 'choose from all'],
      ['switch rev', 'the one that fits, or those that do'],
      ['switch -', 'back to the one before'],
      ['switch box/', 'choose from those of another machine'],
    ],
    load: () => import('../../commands/switch.ts'),
  }),
  command({
    name: 'status',
    summary: 'say who needs you, in lines or in a few signs',
    details:
      '--short prints how many are blocked (!), failed (✗), done and not looked at (✓) and working\n' +
      '(…), nothing if there are none, and one word with a name: for a shell prompt or a status\n' +
      'line, see docs/scripting.md.',
    args: [{ name: 'name', help: 'one session only', completes: 'any' }],
    flags: {
      short: { type: 'boolean', short: 's', help: 'such as "2! 1✓ 3…"' },
      here: HERE,
      json: { type: 'boolean', help: 'as ls --json; with a name one object' },
    },
    examples: [
      ['status', 'all of them'],
      ['status --short', 'for PS1 or tmux'],
      ['status --short review', 'blocked, working, done, idle …'],
    ],
    load: () => import('../../commands/status.ts'),
  }),
  command({
    name: 'watch',
    summary: 'follow all sessions live, and go to who needs you',
    details:
      'A table that is always up to date, on the alternate screen: name, state and for how long, what\n' +
      'each asks or is about, and the context left if there is room; beside it the screen of the one\n' +
      'that needs you most, or that is chosen with the arrows. Enter attaches to it; leaving it comes\n' +
      'back here. Waits if no session is running; if sessions are lost with their supervisor, says so\n' +
      'and exits 1. Sessions of the machines in the configuration follow as these answer; "box/" shows\n' +
      'those of one. A machine that is missing is a line below the list.\n\n' +
      'a shows what it asks and takes the answer, s a prompt for it; x interrupts, K kills, r renames\n' +
      'it, Ctrl-O opens it beside; / filters, p shows its screen, or not; ? says all keys. q, Esc and\n' +
      'Ctrl-C leave.',
    args: [QUERY],
    flags: { ...FILTERS, ...MACHINES, nest: NEST },
    examples: [
      ['watch', 'all projects'],
      ['watch --here', 'this one'],
      ['watch --status blocked,done', 'those that need you'],
    ],
    load: () => import('../../commands/watch.ts'),
  }),
  command({
    name: 'explain',
    summary: "say how a session's status was arrived at",
    details: 'With its source, since when, and the last reports.',
    args: [NAME],
    flags: { json: { type: 'boolean', help: 'one object, see docs/json.md' } },
    examples: [['explain review', 'why it is shown as it is']],
    load: () => import('../../commands/explain.ts'),
  }),
];
