/** Arguments and flags that several commands take. */
import type { Argument } from '../command-spec.ts';

export const NAME: Argument = {
  name: 'name',
  help: 'session; "main" if you leave it out',
  completes: 'running',
};
/** For commands that can also use a session that has ended. */
export const ANY_NAME: Argument = { ...NAME, completes: 'any' };
/** For commands that apply to all sessions. */
export const HOST: Argument = { name: 'host', help: 'another machine, as box/' };
/** For commands that take globs. */
export const NAME_OR_GLOB: Argument = {
  name: 'name',
  help: 'session, or several as \'api:*\'; "main" if you leave it out',
  completes: 'running',
};
export const CWD = {
  type: 'string',
  short: 'C',
  value: 'dir',
  help: 'start in this directory',
  completes: 'directory',
} as const;
export const NEST = { type: 'boolean', help: 'even inside a session' } as const;
export const NO_WAIT = {
  type: 'boolean',
  help: 'with -d: return at once, whether Codex comes up or not',
} as const;
export const THERE = {
  type: 'boolean',
  help: 'also if the supervisor runs in another container or sandbox',
} as const;
export const OPEN = {
  type: 'optional',
  value: 'where',
  choices: ['tab', 'pane', 'window'],
  completes: { tab: 'a new tab', pane: 'a new pane', window: 'a new window' },
  help: 'beside, in a new tab (or =pane, =window); gives the shell back. See docs/configuration.md',
} as const;
export const HERE = { type: 'boolean', help: 'only sessions of this project' } as const;
/** For commands that show the sessions of several machines. */
export const MACHINES = {
  host: { type: 'string', value: 'name', help: 'those of another machine, see docs/remote.md' },
  local: { type: 'boolean', help: 'those of this machine' },
} as const;
/** For commands that show several sessions. */
export const QUERY: Argument = {
  name: 'query',
  help: 'part of a name, project or title',
  completes: 'any',
};
export const FILTERS = {
  here: HERE,
  status: {
    type: 'string',
    value: 'list',
    help: 'starting, working, blocked, done, idle, error, unknown, exited, lost; with commas',
    completes: {
      starting: 'Codex comes up',
      working: 'a turn runs',
      blocked: 'it waits for an answer',
      done: 'a turn is over that nobody has seen',
      idle: 'nothing runs',
      error: 'the turn has failed',
      unknown: 'it has not said',
      exited: 'it has ended',
      lost: 'it ended with its supervisor',
    },
    commas: true,
  },
  project: {
    type: 'string',
    value: 'name',
    help: "of this project, also as 'api*'; or a path",
    completes: 'project',
  },
} as const;
