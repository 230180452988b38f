/** Commands that end, bring back and rename sessions, and maintain the installation. */
import { type Argument, type Command, command } from '../command-spec.ts';
import { HERE, HOST, NAME_OR_GLOB, NEST, NO_WAIT, THERE } from './shared.ts';

const NAMES: Argument = {
  name: 'name',
  help: "sessions, also as 'api:*'; asked for if you leave it out",
  variadic: true,
  completes: 'running',
};
const YES = { type: 'boolean', short: 'y', help: 'do not ask' } as const;

export const UPKEEP: readonly Command[] = [
  command({
    name: 'kill',
    summary: 'end sessions',
    details:
      'Asks Codex to exit, and kills it after some seconds. In a terminal it asks you first if a turn\n' +
      'is running or waits for an answer.\n' +
      'A session that has already ended is taken off the list. If one of several names is wrong,\n' +
      'nothing is killed. Without a name you find them by typing; the space bar marks several.\n' +
      'A name with * or ? means all matching running sessions: if there are several it asks, and\n' +
      'without a terminal -y is required then.',
    args: [NAMES],
    flags: { yes: YES },
    examples: [
      ['kill review', 'one'],
      ['kill', 'choose which'],
      ['kill -y review fix', 'without a question'],
      ["kill 'api:*'", 'all that run in a project'],
    ],
    load: () => import('../../commands/kill.ts'),
  }),
  command({
    name: 'kill-all',
    summary: 'end all running sessions',
    details:
      'If a turn is running or waits for an answer, it shows the sessions and asks; without a\n' +
      'terminal -y is required then.',
    args: [HOST],
    flags: { here: HERE, yes: YES },
    examples: [
      ['kill-all --here', 'those of this project'],
      ['kill-all -y', 'all of them, without a question'],
    ],
    load: () => import('../../commands/kill-all.ts'),
  }),
  command({
    name: 'restore',
    summary: 'bring back what a crash or a reboot has ended',
    details:
      'Each session under its name, in the background, with its conversation; a turn that was\n' +
      'running is lost. Prints a line for each; exit 1 if one could not be brought back.',
    args: [HOST],
    flags: {
      here: HERE,
      killed: { type: 'boolean', help: 'instead, what the last kill or kill-all has ended' },
      jobs: { type: 'integer', short: 'j', value: 'count', help: 'so many at a time (4)' },
      there: THERE,
    },
    examples: [
      ['restore', 'everything'],
      ['restore --here', 'this project'],
      ['restore --killed', 'a kill that was a mistake'],
    ],
    load: () => import('../../commands/restore.ts'),
  }),
  command({
    name: 'restart',
    summary: 'continue the conversation on the Codex installed now',
    details:
      'With the environment of this command. Attached terminals are detached. In a terminal it asks\n' +
      'you first if a turn is running or waits for an answer. A name with * or ? means all matching\n' +
      'sessions that were not ended on purpose; if turns of several would be lost, -y is required\n' +
      'without a terminal.',
    args: [{ ...NAME_OR_GLOB, completes: 'any' }],
    instead: 'It keeps its options. For others: kill it, then codex-sessions start NAME -- OPTIONS',
    flags: {
      'when-idle': { type: 'boolean', help: 'once no turn is running' },
      yes: YES,
      there: THERE,
    },
    examples: [
      ['restart review --when-idle', 'after an upgrade of Codex'],
      ["restart '*:*' --when-idle", 'all of them, each once it is idle'],
    ],
    load: () => import('../../commands/restart.ts'),
  }),
  command({
    name: 'rename',
    summary: 'give a session another name',
    details:
      'Running or not; attached terminals stay. Programs inside it still find the old name in\n' +
      'CODEX_SESSIONS_SESSION.',
    args: [
      { name: 'old', help: 'session', required: true, completes: 'any' },
      { name: 'new', help: 'its new name', required: true },
    ],
    examples: [['rename main parser', 'in this project']],
    load: () => import('../../commands/rename.ts'),
  }),
  command({
    name: 'fork',
    summary: "start a second session from a session's conversation",
    args: [
      { name: 'name', help: 'session', required: true, completes: 'any' },
      { name: 'new', help: 'name of the second one', required: true },
    ],
    flags: {
      detach: {
        type: 'boolean',
        short: 'd',
        help: 'leave it in the background, print its full name',
      },
      'no-wait': NO_WAIT,
      nest: NEST,
      there: THERE,
    },
    passthrough: 'codex args',
    examples: [['fork main other-way', 'try something else from here']],
    load: () => import('../../commands/fork.ts'),
  }),
  command({
    name: 'forget',
    summary: 'take ended sessions out of the list for good',
    details:
      'Codex keeps their conversations. If one of several names is wrong, or one is still running,\n' +
      'nothing is forgotten.',
    args: [{ name: 'name', help: 'sessions', required: true, variadic: true, completes: 'ended' }],
    examples: [['forget review', 'one that has ended']],
    load: () => import('../../commands/forget.ts'),
  }),
  command({
    name: 'reset-terminal',
    summary: 'put a terminal right that was left in a bad state',
    details: 'Mouse and keyboard modes off, colours back, cursor visible. Clears nothing.',
    load: () => import('../../commands/reset-terminal.ts'),
  }),
  command({
    name: 'supervisor',
    summary: 'show, upgrade or restart what holds the terminals',
    details:
      '"status" also says whether the sessions go on if it dies: on Linux a guard waits for that.\n' +
      '"upgrade" hands every live terminal and client over to a supervisor of this version; no\n' +
      'Codex notices. If anything fails, the old one goes on. The exit code of a program that was\n' +
      'handed over cannot be known: it is null.\n' +
      '"restart --force" is for one that hangs or is stopped: it is killed, and its guard starts\n' +
      'another, with the same programs. Without a guard its sessions end, so it asks first.',
    args: [
      {
        name: 'action',
        help: '"status" (the default), "upgrade" or "restart"',
        completes: {
          status: 'which version runs, with how many sessions',
          upgrade: 'hand the sessions over to this version',
          restart: 'replace one that hangs',
        },
      },
    ],
    flags: {
      force: { type: 'boolean', help: 'of restart: end it, whatever it does' },
      yes: { type: 'boolean', short: 'y', help: 'of restart: also where its sessions end' },
      json: { type: 'boolean', help: 'one object' },
    },
    examples: [
      ['supervisor', 'which version runs, with how many sessions, and what if it dies'],
      ['supervisor upgrade', 'once a newer version is installed'],
      ['supervisor restart --force', 'where it does not answer'],
    ],
    load: () => import('../../commands/supervisor.ts'),
  }),
  command({
    name: 'config',
    summary: 'print what is set here, and where',
    details:
      'In the form of the configuration file; each setting is followed by its line in that file, the\n' +
      'environment variable, or "default". "config path" prints where the file is, or would be.',
    args: [
      {
        name: 'what',
        help: '"path": of the file',
        completes: { path: 'where the file is, or would be' },
      },
    ],
    flags: {
      cwd: { type: 'string', short: 'C', value: 'dir', help: 'as in this directory' },
      json: { type: 'boolean', help: 'an array of {key, value, from}, see docs/configuration.md' },
    },
    examples: [
      ['config', 'what holds in this project'],
      ['config path', 'the file to edit'],
    ],
    load: () => import('../../commands/config.ts'),
  }),
  command({
    name: 'doctor',
    summary: 'check the installation and say what to do',
    details:
      'Node, terminals, Codex, the state directory, the supervisor and its guard, records, what a\n' +
      'logout would do to the sessions, and this terminal. A line for each; exit 1 with findings.',
    args: [HOST],
    flags: { json: { type: 'boolean', help: 'an array of {check, level, text, hint}' } },
    examples: [
      ['doctor', 'look at everything'],
      ['doctor --json', 'for a report'],
    ],
    load: () => import('../../commands/doctor.ts'),
  }),
  command({
    name: 'completion',
    summary: 'print what makes a shell complete commands and names',
    details:
      'For codex-sessions and cxs. In ~/.bashrc, or after compinit in ~/.zshrc, goes a line\n' +
      '"source <(codex-sessions completion bash)", with zsh in place of bash. See docs/install.md.',
    args: [
      {
        name: 'shell',
        help: '"bash", "zsh" or "fish"',
        required: true,
        completes: { bash: '4.2 and newer', zsh: '5.1 and newer', fish: '3.1 and newer' },
      },
    ],
    examples: [
      ['completion bash', 'for bash'],
      ['completion fish | source', 'for the fish it is typed into'],
    ],
    load: () => import('../../commands/completion.ts'),
  }),
  command({
    name: 'dial',
    hidden: true,
    summary: 'serve codex-sessions of another machine, over ssh',
    load: () => import('../../commands/dial.ts'),
  }),
];
