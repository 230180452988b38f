import { join } from 'node:path';
import pkg from '../../package.json' with { type: 'json' };
import { snapshotOf } from '../../scripts/snapshot-of.mjs';
import { repository } from '../repository.ts';
import type { Peer } from './peer.ts';

const bin = join(repository, 'bin', 'codex-sessions');

let made: string | undefined;
/** As on a machine on which a supervisor has run for some seconds since its start. */
const snapshot = () => {
  made ??= snapshotOf(repository, join(repository, '.bench', 'snapshot'));
  return made;
};

function quoted(program: readonly string[]): string {
  return program.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
}

/** The built command, as a user runs it, with a stand-in where Codex would be. */
export const codexSessions: Peer = {
  name: 'codex-sessions',
  version: () => pkg.version,
  commands: ({ dir, standIn }) => {
    const run = (args: readonly string[], env: Record<string, string> = {}) => ({
      file: bin,
      args,
      env: {
        CODEX_SESSIONS_DIR: `${dir}/state`,
        CODEX_SESSIONS_CODEX: standIn,
        CODEX_SESSIONS_SNAPSHOT: snapshot(),
        ...env,
      },
    });
    return {
      start: (session, program) =>
        run(['start', '-d', session], { BENCH_PROGRAM: quoted(program) }),
      attach: (session) => run(['attach', session]),
      watch: (session) => run(['attach', '--read-only', session]),
      startAttached: (session, program) =>
        run(['start', session], { BENCH_PROGRAM: quoted(program) }),
      list: run(['ls']),
      killAll: run(['kill-all', '-y']),
      events: run(['events', '--json']),
      holds: (command) => command.includes('supervisor.js'),
    };
  },
};
