import { mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import pkg from '../../package.json' with { type: 'json' };
import { snapshotOf } from '../../scripts/snapshot-of.mjs';
import { repository } from '../repository.ts';
import type { Peer } from './peer.ts';

function quoted(program: readonly string[]): string {
  return program.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
}

/** The built command of a checkout, as a user runs it, with a stand-in for Codex. */
function built(name: string, checkout: string, version: string): Peer {
  const bin = join(checkout, 'bin', 'codex-sessions');
  let made: string | undefined;
  /** As on a machine on which a supervisor has run for some seconds since its start. */
  const snapshot = () => {
    made ??= snapshotOf(checkout, join(repository, '.bench', `snapshot-of-${name}`));
    return made;
  };
  /** As other multiplexers, whose `new -d` does not wait either. An earlier version never waited. */
  const noWait = () => {
    const dispatcher = readFileSync(join(checkout, 'dist', 'cli.js'), 'utf8');
    return dispatcher.includes('no-wait') ? ['--no-wait'] : [];
  };
  return {
    name,
    version: () => version,
    commands: ({ dir, standIn }) => {
      // As for a user who has left a session before; otherwise a text is shown for some seconds first.
      mkdirSync(`${dir}/state/terminals`, { recursive: true, mode: 0o700 });
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
          run(['start', '-d', ...noWait(), session], { BENCH_PROGRAM: quoted(program) }),
        attach: (session) => run(['attach', session]),
        watch: (session) => run(['attach', '--read-only', session]),
        startAttached: (session, program) =>
          run(['start', session], { BENCH_PROGRAM: quoted(program) }),
        any: (args) => run(args),
        list: run(['ls']),
        killAll: run(['kill-all', '-y']),
        events: run(['events', '--json']),
        preview: { CODEX_SESSIONS_DIR: `${dir}/state` },
        holder: () => holderOf(`${dir}/state`),
        holds: (command) => command.includes('supervisor.js'),
      };
    },
  };
}

/** The lock's target is `BOOT:PID:START`; an earlier version has no successor. */
function holderOf(stateDir: string): number | undefined {
  const [lock] = readdirSync(stateDir).filter((name) => name.startsWith('supervisor.lock.'));
  return lock === undefined ? undefined : Number(readlinkSync(join(stateDir, lock)).split(':')[1]);
}

export const codexSessions = built('codex-sessions', repository, pkg.version);

/** Another built checkout, named by its directory, to be measured in turns with this one. */
export function earlier(checkout: string): Peer {
  const { version } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8'));
  return built(basename(resolve(checkout)), resolve(checkout), version);
}
