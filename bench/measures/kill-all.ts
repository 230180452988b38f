import type { Measure, Values } from '../measure.ts';
import { lastHolderGone } from '../pipe.ts';

const SESSIONS = 100;

/** From the command until the last of the programs is gone. */
export const killAll: Measure<'ms'> = {
  name: 'kill-all',
  rounds: 3,
  bareNode: true,
  metrics: {
    ms: {
      title: 'kill-all with 100 sessions, all programs gone',
      unit: 'ms',
      goal: ['≤ tmux + bare Node', sum('tmux', 'bare Node')],
    },
  },
  suits: (arena) => arena.commands?.killAll !== undefined,
  async run(arena) {
    const alive = arena.pipeIn('alive');
    const program = ['/bin/sh', '-c', `exec 4<>${alive.path}; echo >&4; exec sleep 100000`];
    for (let n = 0; n < SESSIONS; n++) {
      await arena.session(`s${n}`, program);
      await alive.next(1_000);
    }
    const gone = lastHolderGone(alive.path);
    alive.close();
    const start = performance.now();
    const done = arena.time(arena.command('killAll'));
    await gone;
    const ms = performance.now() - start;
    await done;
    return { ms };
  },
};

function sum(...peers: readonly string[]): (values: Values) => number | undefined {
  return (values) => {
    const parts = peers.map((peer) => values[peer]);
    return parts.every((part) => part !== undefined)
      ? parts.reduce<number>((total, part) => total + (part ?? 0), 0)
      : undefined;
  };
}
